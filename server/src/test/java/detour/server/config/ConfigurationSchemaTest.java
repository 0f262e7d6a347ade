package detour.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import detour.server.options.CheckKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.schema.CoreSchema;
import tools.jackson.databind.json.JsonMapper;

final class ConfigurationSchemaTest {
  private static final Schema OF_SAMPLES = schema(SampleKinds.ALL);
  private static final Schema PUBLISHED = schema(PublishedKinds.ALL);

  @Test
  void shouldEqualThePublishedFile() throws IOException {
    GoldenFile.check("docs/detour.schema.json", ConfigurationSchema.json(PublishedKinds.ALL));
  }

  @TestFactory
  List<DynamicTest> shouldAcceptWhatTheReaderAccepts() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    try (Stream<Path> files = Files.walk(GoldenFile.root().resolve("examples"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList()) {
        tests.add(
            DynamicTest.dynamicTest(
                file.getFileName().toString(),
                () -> assertThat(errors(PUBLISHED, Files.readString(file))).isEmpty()));
      }
    }
    tests.add(
        DynamicTest.dynamicTest(
            "every key changed",
            () -> assertThat(errors(OF_SAMPLES, ConfigurationReaderTest.EVERY_KEY)).isEmpty()));
    assertThat(tests).hasSizeGreaterThan(5);
    return tests;
  }

  @TestFactory
  List<DynamicTest> shouldRefuseWhatTheReaderRefuses() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (BadConfigurations.Case bad : BadConfigurations.all()) {
      if (!bad.schemaLetsPass()) {
        tests.add(
            DynamicTest.dynamicTest(
                bad.title(), () -> assertThat(errors(OF_SAMPLES, bad.yaml())).isNotEmpty()));
      }
    }
    assertThat(tests).hasSizeGreaterThan(30);
    return tests;
  }

  private static Schema schema(List<? extends CheckKind> kinds) {
    return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
        .getSchema(ConfigurationSchema.json(kinds), InputFormat.JSON);
  }

  private static List<Error> errors(Schema schema, String yaml) {
    Object document =
        new Load(
                LoadSettings.builder()
                    .setSchema(new CoreSchema())
                    .setAllowRecursiveKeys(true)
                    .build())
            .loadFromString(yaml);
    return schema.validate(JsonMapper.builder().build().valueToTree(document));
  }
}
