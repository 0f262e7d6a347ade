package detour.server.access;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/// The file that tokens are kept in. It is replaced as a whole, so that whoever reads it sees the
/// old or the new one; lines and comments that a change is not about stay as they are.
///
/// @param path where it is; it need not exist before the first token is added
public record TokenFile(Path path) {
  private static final String HEAD =
      "# Who may use the API. `detour token` writes it; name  role  hash of the secret  created "
          + " expires";

  /// More than a server reads.
  private static final long LIMIT_BYTES = 1 << 20;

  /// The tokens, in their order.
  ///
  /// @throws IllegalArgumentException when it cannot be read or understood; the message names the
  ///   file, and shows nothing of its text
  public List<Token> tokens() {
    try {
      return TokenLines.parse(lines());
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException(path + " does not exist: `detour token add` makes it", e);
    } catch (MalformedInputException e) {
      throw new IllegalArgumentException(path + " is no text in UTF-8", e);
    } catch (IOException e) {
      throw new IllegalArgumentException(path + " cannot be read: " + e.getMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(path + ", " + e.getMessage(), e);
    }
  }

  /// Adds a token; the file is made when there is none.
  ///
  /// @throws IllegalArgumentException when one of its name is there, or as for [#tokens]
  /// @throws IOException when the file cannot be written
  public void add(Token token) throws IOException {
    change(lines -> {
      if (TokenLines.parse(lines).stream().anyMatch(t -> t.name().equals(token.name()))) {
        throw new IllegalArgumentException("a token is named " + token.name() + " already");
      }
      List<String> more = new ArrayList<>(lines.isEmpty() ? List.of(HEAD) : lines);
      more.add(TokenLines.text(token));
      return more;
    });
  }

  /// Removes the token of a name.
  ///
  /// @throws IllegalArgumentException when there is none, or as for [#tokens]
  /// @throws IOException when the file cannot be written
  public void remove(String name) throws IOException {
    change(lines -> {
      if (TokenLines.parse(lines).stream().noneMatch(t -> t.name().equals(name))) {
        throw new IllegalArgumentException("no token is named " + name);
      }
      return lines.stream().filter(line -> !TokenLines.isOf(line, name)).toList();
    });
  }

  private List<String> lines() throws IOException {
    if (Files.size(path) > LIMIT_BYTES) {
      throw new IOException("it is over " + LIMIT_BYTES + " bytes");
    }
    return Files.readAllLines(path);
  }

  /// Two that change it at once would lose the change of one, so each holds a lock beside it.
  private void change(UnaryOperator<List<String>> change) throws IOException {
    Path target = Files.exists(path) ? path.toRealPath() : path.toAbsolutePath();
    Path next = target.resolveSibling(target.getFileName() + ".new");
    Path lock = target.resolveSibling(target.getFileName() + ".lock");
    try (FileChannel held =
            FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        var _ = held.lock()) {
      List<String> before = Files.exists(target) ? lines() : List.of();
      String text = String.join("\n", change.apply(before)) + "\n";
      Files.deleteIfExists(next);
      Files.createFile(
          next, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      keepOwner(target, next);
      Files.writeString(next, text);
      try (FileChannel written = FileChannel.open(next, StandardOpenOption.WRITE)) {
        written.force(true);
      }
      Files.move(next, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(path + ": " + e.getMessage(), e);
    }
  }

  /// Whoever may read the file now shall go on: a server often runs as another user than the one
  /// who changes it.
  private static void keepOwner(Path from, Path to) throws IOException {
    if (!Files.exists(from)) {
      return;
    }
    PosixFileAttributes before = Files.readAttributes(from, PosixFileAttributes.class);
    PosixFileAttributeView after = Files.getFileAttributeView(to, PosixFileAttributeView.class);
    PosixFileAttributes made = after.readAttributes();
    if (!before.group().equals(made.group())) {
      after.setGroup(before.group());
    }
    if (!before.owner().equals(made.owner())) {
      after.setOwner(before.owner());
    }
    after.setPermissions(before.permissions());
  }
}
