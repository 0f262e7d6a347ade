package detour.server.access;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The text of a file of tokens: a token a line, comments after `#`, blank lines as people like.
///
/// ```
/// # name  role  hash  created  expires
/// deploy  operate  sha256:9f86...0a08  2026-11-22T12:00:00Z  never
/// ```
final class TokenLines {
  private static final String ALGORITHM = "sha256:";
  private static final String NEVER = "never";
  private static final int FIELDS = 5;

  private TokenLines() {}

  /// @throws IllegalArgumentException with the number of the line at fault; never with its text,
  ///   for somebody may have put a secret there
  static List<Token> parse(List<String> lines) {
    List<Token> tokens = new ArrayList<>();
    Set<String> names = new HashSet<>();
    Set<String> hashes = new HashSet<>();
    for (int i = 0; i < lines.size(); i++) {
      int number = i + 1;
      Optional<Token> token = token(lines.get(i), number);
      if (token.isPresent()) {
        require(names.add(token.get().name()), number, "the name is that of an earlier line");
        require(hashes.add(token.get().hash()), number, "the hash is that of an earlier line");
        tokens.add(token.get());
      }
    }
    return List.copyOf(tokens);
  }

  static String text(Token token) {
    return "%s  %s  %s%s  %s  %s"
        .formatted(
            token.name(),
            token.role().word(),
            ALGORITHM,
            token.hash(),
            token.created(),
            token.expires() == null ? NEVER : token.expires());
  }

  /// Whether a line is that of the token of this name.
  static boolean isOf(String line, String name) {
    return line.strip().split("\\s+", 2)[0].equals(name);
  }

  private static Optional<Token> token(String line, int number) {
    String text = line.strip();
    if (text.isEmpty() || text.startsWith("#")) {
      return Optional.empty();
    }
    String[] fields = text.split("\\s+", -1);
    require(
        fields.length == FIELDS,
        number,
        "%d fields, expected %d: name, role, hash, created, expires"
            .formatted(fields.length, FIELDS));
    require(fields[2].startsWith(ALGORITHM), number, "expected the hash as " + ALGORITHM + "...");
    try {
      return Optional.of(
          new Token(
              fields[0],
              Role.ofWord(fields[1]),
              fields[2].substring(ALGORITHM.length()),
              Instant.parse(fields[3]),
              expiry(fields[4])));
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "line " + number + ": expected times as 2026-11-22T12:00:00Z, or 'never'", e);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("line " + number + ": no good name, role or hash", e);
    }
  }

  private static @Nullable Instant expiry(String text) {
    return text.equals(NEVER) ? null : Instant.parse(text);
  }

  private static void require(boolean holds, int number, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException("line " + number + ": " + otherwise);
    }
  }
}
