import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// Checks or applies google-java-format on every Java file below the given folders.
///
/// Usage: `java tools/Format.java check|apply FOLDER...`. Exits with 1 when `check` finds a file that is not formatted.
public final class Format {
  private Format() {}

  public static void main(String[] args) throws Exception {
    boolean apply = args[0].equals("apply");
    int unformatted = 0;
    for (String folder : List.of(args).subList(1, args.length)) {
      if (!Files.isDirectory(Path.of(folder))) {
        continue;
      }
      try (Stream<Path> files = Files.walk(Path.of(folder))) {
        for (Path file : files.filter(f -> f.toString().endsWith(".java")).sorted().toList()) {
          unformatted += format(file, apply) ? 1 : 0;
        }
      }
    }
    if (unformatted > 0 && !apply) {
      System.out.println("Run: mvn -q validate -Dformat=apply");
      System.exit(1);
    }
  }

  private static boolean format(Path file, boolean apply) throws Exception {
    String source = Files.readString(file);
    String formatted;
    try {
      formatted = new Formatter().formatSourceAndFixImports(source);
    } catch (FormatterException e) {
      System.out.println(file + ": " + e.getMessage());
      return true;
    }
    if (formatted.equals(source)) {
      return false;
    }
    System.out.println((apply ? "formatted " : "not formatted: ") + file);
    if (apply) {
      Files.writeString(file, formatted);
    }
    return true;
  }
}
