package detour.server.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FollowedFilesTest {
  @TempDir private Path folder;
  private Instant now = Instant.EPOCH;

  @Test
  void shouldTellOnceOfAChangeAndLookOnceASecond() throws IOException {
    Path file = Files.writeString(folder.resolve("a"), "1");
    Path other = folder.resolve("b");
    FollowedFiles followed = new FollowedFiles(() -> now, file, other);

    Files.writeString(other, "it was not there before");
    assertThat(followed.haveChanged()).as("within the second").isFalse();
    now = now.plusSeconds(1);
    assertThat(followed.haveChanged()).isTrue();
    now = now.plusSeconds(1);
    assertThat(followed.haveChanged()).isFalse();
  }

  @Test
  void shouldLookThoughTheClockWasSetBack() throws IOException {
    now = Instant.EPOCH.plusSeconds(1_000);
    Path file = Files.writeString(folder.resolve("a"), "1");
    FollowedFiles followed = new FollowedFiles(() -> now, file);

    Files.writeString(file, "longer");
    now = Instant.EPOCH;
    assertThat(followed.haveChanged()).isTrue();
  }
}
