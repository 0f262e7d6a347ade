package detour.server.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// The corpus of files that must not load, in `bad-configurations.txt`: a line `=== title`, the
/// file, a line `+++`, the problems. A title that ends with `[rule]` marks what only the reader can
/// know and the JSON Schema lets pass.
final class BadConfigurations {
  private static final String RULE = "[rule]";

  private BadConfigurations() {}

  record Case(String title, String yaml, String problems) {
    boolean schemaLetsPass() {
      return title.endsWith(RULE);
    }
  }

  static List<Case> all() throws IOException {
    List<Case> cases = new ArrayList<>();
    for (String part : text().split("(?m)^=== ", -1)) {
      if (!part.isBlank()) {
        int title = part.indexOf('\n');
        int end = part.indexOf("\n+++\n");
        cases.add(
            new Case(
                part.substring(0, title).strip(),
                part.substring(title + 1, end + 1),
                part.substring(end + 5).strip()));
      }
    }
    return cases;
  }

  private static String text() throws IOException {
    try (InputStream in = BadConfigurations.class.getResourceAsStream("bad-configurations.txt")) {
      if (in == null) {
        throw new IOException("bad-configurations.txt is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
