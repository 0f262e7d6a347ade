package detour.server.cli;

import detour.dns.wire.Name;
import detour.server.zones.ZoneContent;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the words of `detour zone` name: files, or zones of a configuration.
final class ZoneSubjects {
  private ZoneSubjects() {}

  /// @param words none for all zones of the configuration
  /// @param origin the name of the zone in a file; empty to take it from the file's name
  static List<ZoneContent> of(
      LocalActions local, ConfigurationOption configuration, List<String> words, String origin) {
    Name named = origin.isEmpty() ? null : name(origin);
    List<ZoneContent> configured = List.of();
    List<ZoneContent> subjects = new ArrayList<>();
    if (words.isEmpty()) {
      return local.zones(configuration.file());
    }
    for (String word : words) {
      Path file = file(word);
      if (file != null) {
        subjects.add(
            ZoneContent.read(
                file, named == null ? origin(file) : named, ZoneContent.Services.NONE));
      } else {
        configured = configured.isEmpty() ? configured(local, configuration, word) : configured;
        subjects.add(configured(configured, word));
      }
    }
    return subjects;
  }

  private static List<ZoneContent> configured(
      LocalActions local, ConfigurationOption configuration, String word) {
    if (word.contains("/") || word.endsWith(".zone")) {
      throw new CommandFailed(ExitCode.NO, "there is no file " + word);
    }
    try {
      return local.zones(configuration.file());
    } catch (CommandFailed e) {
      throw new CommandFailed(
          e.exitCode(),
          "there is no file %s, and for a zone of that name: %s".formatted(word, e.getMessage()));
    }
  }

  private static ZoneContent configured(List<ZoneContent> zones, String word) {
    Name wanted = name(word);
    return zones.stream()
        .filter(zone -> zone.origin().equals(wanted))
        .findFirst()
        .orElseThrow(() ->
            new CommandFailed(
                ExitCode.NO,
                "there is no file " + word + ", and no zone of that name in the configuration"));
  }

  private static @Nullable Path file(String word) {
    try {
      Path file = Path.of(word);
      return Files.isRegularFile(file) ? file : null;
    } catch (InvalidPathException e) {
      return null;
    }
  }

  /// From names as `example.com.zone`, `example.com.db`, `db.example.com`.
  private static Name origin(Path file) {
    String name =
        String.valueOf(file.getFileName())
            .replaceFirst("^db\\.", "")
            .replaceFirst("\\.(zone|db|txt|dns)$", "");
    // A single label is the name of a file much more often than that of a zone.
    if (name.replaceFirst("\\.$", "").indexOf('.') > 0) {
      try {
        return Name.parse(name);
      } catch (IllegalArgumentException notOne) {
        // Said below.
      }
    }
    throw new CommandFailed(
        ExitCode.USAGE,
        "which zone is in " + file + "? Its name does not say; name it with --origin example.com");
  }

  private static Name name(String text) {
    try {
      return Name.parse(text);
    } catch (IllegalArgumentException e) {
      throw new CommandFailed(ExitCode.USAGE, String.valueOf(e.getMessage()));
    }
  }
}
