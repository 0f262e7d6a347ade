package detour.dns.answer;

import detour.dns.wire.Name;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.StringEntry;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/// The string constants of the classes that a query passes.
///
/// The JVM makes the strings of a class, the texts of its exceptions and the recipes of a record's
/// `toString` among them, when C2 first compiles a method of that class, on the thread that asked
/// for it: octets that no query allocates, in whichever round that happens to be. Strings that are
/// there already are not made again.
final class StringConstants {
  private StringConstants() {}

  /// Makes them all.
  ///
  /// @return them, to be held: the JVM keeps a string that nobody holds as little as any object
  static List<String> make() throws IOException, URISyntaxException {
    Path classes = Path.of(Name.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    Path java = FileSystems.getFileSystem(URI.create("jrt:/")).getPath("modules", "java.base");
    List<String> strings = new ArrayList<>();
    for (Path of :
        List.of(
            classes.resolve("detour/dns"),
            java.resolve("java/lang"),
            java.resolve("java/util"),
            java.resolve("jdk/internal/foreign"),
            java.resolve("jdk/internal/misc"),
            java.resolve("jdk/internal/util"))) {
      try (Stream<Path> files = Files.walk(of)) {
        for (Path file : files.filter(path -> path.toString().endsWith(".class")).toList()) {
          addStrings(Files.readAllBytes(file), strings);
        }
      }
    }
    return strings;
  }

  private static void addStrings(byte[] octets, List<String> strings) {
    var pool = ClassFile.of().parse(octets).constantPool();
    StreamSupport.stream(pool.spliterator(), false)
        .filter(StringEntry.class::isInstance)
        .map(entry -> ((StringEntry) entry).stringValue().intern())
        .forEach(strings::add);
  }
}
