package detour.server.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;

/// Files that somebody may change. They are looked at only when it is asked whether they have
/// changed, and at most once a second, so this needs no thread and nothing to close. Its owner
/// guards it.
public final class FollowedFiles {
  private static final Duration LOOK = Duration.ofSeconds(1);

  private final Path[] files;
  private final InstantSource clock;
  private List<Object> looked;
  private Instant nextLook;

  /// To be made before the files are read, so that no change is missed.
  public FollowedFiles(InstantSource clock, Path... files) {
    this.clock = clock;
    this.files = files.clone();
    looked = version(this.files);
    nextLook = clock.instant().plus(LOOK);
  }

  /// Whether they are others than when this last said so, or since the beginning.
  public boolean haveChanged() {
    Instant now = clock.instant();
    // A clock that was set back must not put off the next look.
    if (now.isBefore(nextLook) && !now.isBefore(nextLook.minus(LOOK))) {
      return false;
    }
    nextLook = now.plus(LOOK);
    List<Object> before = looked;
    looked = version(files);
    return !looked.equals(before);
  }

  /// Which version of the files this is, as far as the file system tells: equal for equal ones. One
  /// that cannot be seen is a version too.
  public static List<Object> version(Path... files) {
    return Arrays.stream(files).<Object>map(FollowedFiles::version).toList();
  }

  private static List<Object> version(Path file) {
    try {
      // Follows symbolic links, by which many tools put a new file in place.
      BasicFileAttributes seen = Files.readAttributes(file, BasicFileAttributes.class);
      return List.of(seen.size(), seen.lastModifiedTime(), String.valueOf(seen.fileKey()));
    } catch (IOException e) {
      return List.of(String.valueOf(e.getMessage()));
    }
  }
}
