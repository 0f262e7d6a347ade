package detour.server.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenFileTest {
  private static final Instant CREATED = Instant.parse("2026-11-22T12:00:00Z");
  private static final String HASH = "a".repeat(64);

  @TempDir private Path folder;
  private Path path;
  private TokenFile file;

  @BeforeEach
  void name() {
    path = folder.resolve("tokens");
    file = new TokenFile(path);
  }

  @Test
  void shouldReadBackWhatWasAdded() throws IOException {
    Token first = token("deploy", Role.OPERATE, null);
    Token second = token("grafana", Role.READ, CREATED.plusSeconds(60));

    file.add(first);
    file.add(second);

    assertThat(file.tokens()).containsExactly(first, second);
  }

  @Test
  void shouldKeepNothingFromWhichTheSecretFollows() throws IOException {
    String secret = Secret.next(new SecureRandom());

    file.add(new Token("deploy", Role.READ, Secret.hash(secret), CREATED, null));

    assertThat(Files.readString(path)).doesNotContain(secret).contains(Secret.hash(secret));
    assertThat(secret).matches("detour_[A-Za-z0-9_-]{43}");
  }

  @Test
  void shouldBeReadableByItsOwnerOnlyUntilSomebodySaysOtherwise() throws IOException {
    file.add(token("one", Role.READ, null));
    assertThat(permissions()).isEqualTo("rw-------");

    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r-----"));
    file.add(token("two", Role.READ, null));
    assertThat(permissions()).isEqualTo("rw-r-----");
  }

  @Test
  void shouldKeepCommentsAndTheOtherTokensWhenOneIsRemoved() throws IOException {
    file.add(token("one", Role.READ, null));
    Files.writeString(path, Files.readString(path) + "\n# of the deployment\n");
    file.add(token("two", Role.READ, null));

    file.remove("one");

    assertThat(file.tokens()).extracting(Token::name).containsExactly("two");
    assertThat(Files.readString(path)).contains("# of the deployment");
  }

  @Test
  void shouldChangeNothingForANameThatIsTakenOrUnknown() throws IOException {
    file.add(token("one", Role.READ, null));
    String before = Files.readString(path);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> file.add(token("one", Role.CONFIGURE, null)))
        .withMessageContaining("a token is named one already");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> file.remove("two"))
        .withMessageContaining("no token is named two");
    assertThat(Files.readString(path)).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "secret-thing | line 2: 1 fields, expected 5",
        "a read 12345 2026-11-22T12:00:00Z never | line 2: expected the hash as sha256:",
        "a king sha256:HASH 2026-11-22T12:00:00Z never | line 2: no good name, role or hash",
        "a read sha256:12 2026-11-22T12:00:00Z never | line 2: no good name, role or hash",
        "a read sha256:HASH yesterday never | line 2: expected times",
        "a read sha256:HASH 2026-11-22T12:00:00Z soon | line 2: expected times",
      })
  void shouldSayWhichLineIsWrongAndShowNothingOfIt(String line, String message) throws IOException {
    Files.writeString(path, "# tokens\n" + line.replace("HASH", HASH) + "\n");

    assertThatIllegalArgumentException()
        .isThrownBy(file::tokens)
        .withMessageContaining(path.toString())
        .withMessageContaining(message)
        .withMessageNotContaining("secret-thing");
  }

  @Test
  void shouldRefuseANameOrAHashThatIsThereTwice() throws IOException {
    String line = " read sha256:" + HASH + " 2026-11-22T12:00:00Z never\n";
    Files.writeString(path, "one" + line + "two" + line);

    assertThatIllegalArgumentException()
        .isThrownBy(file::tokens)
        .withMessageContaining("line 2: the hash is that of an earlier line");
  }

  @Test
  void shouldSayHowToMakeAFileThatIsMissing() {
    assertThatIllegalArgumentException()
        .isThrownBy(file::tokens)
        .withMessageContaining("`detour token add` makes it");
  }

  private String permissions() throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private static Token token(String name, Role role, @Nullable Instant expires) {
    return new Token(name, role, Secret.hash(name), CREATED, expires);
  }
}
