package detour.server.cluster.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationCopyTest {
  private static final SharedText TEXT =
      new SharedText("shared.yaml", "zones: []\n", Map.of("a.zone", "; a\n"));
  private static final Revision REVISION =
      new Revision(3, "alice", Instant.parse("2026-11-22T12:00:00Z"), "why", TEXT.digest(), 99);

  @TempDir private Path folder;

  @Test
  void shouldKeepWhatWasWrittenLast() throws Exception {
    ConfigurationCopy copy = ConfigurationCopy.in(folder);
    assertThat(copy.read()).isNull();
    SharedText later = new SharedText("shared.yaml", "zones: [] # later\n", Map.of());
    Revision next = new Revision(4, "bob", REVISION.when(), "because", later.digest(), 77);

    copy.write(REVISION, TEXT);
    assertThat(copy.read()).isEqualTo(new ConfigurationCopy.Kept(REVISION, TEXT));
    copy.write(next, later);

    assertThat(copy.read()).isEqualTo(new ConfigurationCopy.Kept(next, later));
    try (var files = Files.list(folder)) {
      assertThat(files).hasSize(1);
    }
  }

  @Test
  void shouldKeepTheFormerOneWhenTheNextCannotBeWritten() throws Exception {
    ConfigurationCopy copy = ConfigurationCopy.in(folder);
    copy.write(REVISION, TEXT);
    Files.createDirectory(folder.resolve("configuration.json.new"));

    assertThatThrownBy(() -> copy.write(REVISION, new SharedText("", "", Map.of())))
        .isInstanceOf(IOException.class);
    assertThat(copy.read()).isEqualTo(new ConfigurationCopy.Kept(REVISION, TEXT));
  }

  @Test
  void shouldSayWhatIsWrongWithADamagedOne() throws Exception {
    ConfigurationCopy copy = ConfigurationCopy.in(folder);
    copy.write(REVISION, TEXT);
    byte[] whole = Files.readAllBytes(copy.file());
    Files.write(copy.file(), java.util.Arrays.copyOf(whole, whole.length / 2));

    assertThatThrownBy(copy::read)
        .isInstanceOf(UnreadableConfiguration.class)
        .hasMessageContaining("it is no JSON");
  }
}
