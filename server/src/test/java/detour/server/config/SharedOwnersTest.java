package detour.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What services at one name must leave to each other.
final class SharedOwnersTest {
  private static final String ADDRESSES = "pools: [{ endpoints: [192.0.2.1] }]";
  private static final String MAIL =
      "addresses: false, pools: [{ endpoints: [{ address: 192.0.2.2, records: MX 10 mx }] }]";

  @TempDir Path folder;

  @Test
  void shouldTakeServicesOfDifferentTypes() throws IOException {
    assertThat(
            problems("name: example.com, " + ADDRESSES, "name: mail, owner: example.com, " + MAIL))
        .isEmpty();
  }

  @Test
  void shouldRefuseASecondServiceOfOneType() throws IOException {
    assertThat(
            problems("name: m.example.com, " + MAIL, "name: mail, owner: m.example.com, " + MAIL))
        .singleElement()
        .asString()
        .contains(
            "MX is answered at m.example.com by the service m.example.com already, in line 3");
  }

  @Test
  void shouldRefuseASecondServiceWithAddresses() throws IOException {
    assertThat(
            problems(
                "name: example.com, " + ADDRESSES, "name: two, owner: example.com, " + ADDRESSES))
        .singleElement()
        .asString()
        .contains("its address is answered at example.com by the service example.com already");
  }

  @Test
  void shouldWantTheOwnerInAZone() throws IOException {
    assertThat(problems("name: mail, owner: example.net, " + MAIL))
        .singleElement()
        .asString()
        .contains("example.net is in none of the declared zones");
  }

  private List<String> problems(String... services) throws IOException {
    StringBuilder text =
        new StringBuilder("zones: [{ name: example.com, ns: [ns1.example.net] }]\nservices:\n");
    for (String service : services) {
      text.append("  - { check: none, ").append(service).append(" }\n");
    }
    Path file = Files.writeString(folder.resolve("detour.yaml"), text.toString());
    ConfigurationReader.Result result = ConfigurationReader.read(file, PublishedKinds.ALL);
    return result instanceof ConfigurationReader.Result.Invalid invalid
        ? invalid.problems().stream().map(Problem::toString).toList()
        : List.of();
  }
}
