package detour.server.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokensTest {
  private static final Instant START = Instant.parse("2026-11-22T12:00:00Z");

  @TempDir private Path folder;
  private TokenFile file;
  private Instant now = START;

  @BeforeEach
  void write() throws IOException {
    file = new TokenFile(folder.resolve("tokens"));
    file.add(token("alice", null));
  }

  @Test
  void shouldKnowATokenByItsSecretOnly() {
    Tokens tokens = new Tokens(file, () -> now);

    assertThat(tokens.of("secret of alice")).map(Token::name).hasValue("alice");
    assertThat(tokens.of("alice")).isEmpty();
    assertThat(tokens.of(Secret.hash("secret of alice"))).isEmpty();
    assertThat(tokens.of("")).isEmpty();
  }

  @Test
  void shouldKnowATokenNoMoreOnceItHasExpired() throws IOException {
    file.add(token("bob", START.plusSeconds(60)));
    Tokens tokens = new Tokens(file, () -> now);

    now = START.plusSeconds(59);
    assertThat(tokens.of("secret of bob")).isPresent();
    now = START.plusSeconds(60);
    assertThat(tokens.of("secret of bob")).isEmpty();
  }

  @Test
  void shouldFollowTheFileWithinASecond() throws IOException {
    Tokens tokens = new Tokens(file, () -> now);
    file.add(token("bob", null));
    file.remove("alice");

    now = now.plusSeconds(1);

    assertThat(tokens.of("secret of bob")).isPresent();
    assertThat(tokens.of("secret of alice")).isEmpty();
    assertThat(tokens.trouble()).isNull();
  }

  @Test
  void shouldFollowTheFileThoughTheClockIsSetBack() throws IOException {
    Tokens tokens = new Tokens(file, () -> now);
    file.remove("alice");

    now = now.minusSeconds(3_600);

    assertThat(tokens.of("secret of alice")).isEmpty();
  }

  @Test
  void shouldKeepTheTokensAndSaySoWhileTheFileWillNotDo() throws IOException {
    Tokens tokens = new Tokens(file, () -> now);
    String good = Files.readString(file.path());
    Files.writeString(file.path(), "nonsense\n");

    now = now.plusSeconds(1);
    assertThat(tokens.of("secret of alice")).isPresent();
    assertThat(tokens.trouble()).contains("line 1").contains(file.path().toString());

    Files.writeString(file.path(), good);
    now = now.plusSeconds(1);
    assertThat(tokens.trouble()).isNull();
  }

  @Test
  void shouldNotBeginWithAFileThatWillNotDo() {
    TokenFile missing = new TokenFile(folder.resolve("missing"));

    assertThatIllegalArgumentException().isThrownBy(() -> new Tokens(missing, () -> now));
  }

  private static Token token(String name, @Nullable Instant expires) {
    return new Token(name, Role.OPERATE, Secret.hash("secret of " + name), START, expires);
  }
}
