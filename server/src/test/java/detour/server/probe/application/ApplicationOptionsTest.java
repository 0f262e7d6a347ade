package detour.server.probe.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import detour.failover.model.CheckSettings;
import detour.server.probe.ProbeKind;
import detour.server.probe.tls.TlsSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ApplicationOptionsTest {
  private static final List<ProbeKind> WITH_PASSWORD =
      List.of(new PostgresCheck(), new MysqlCheck(), new RedisCheck());

  @Test
  void shouldHaveDefaults() {
    assertThat(settings(new PostgresCheck(), Map.of()))
        .isEqualTo(
            new PostgresSettings(
                5432, null, "detour", "postgres", null, false, PostgresSettings.Role.ANY, null));
    assertThat(settings(new MysqlCheck(), Map.of()))
        .isEqualTo(new MysqlSettings(3306, null, "detour", null, null, Role.ANY, null));
    assertThat(settings(new RedisCheck(), Map.of()))
        .isEqualTo(new RedisSettings(6379, null, null, null, Role.ANY));
    assertThat(settings(new GrpcCheck(), Map.of("port", 50051)))
        .isEqualTo(new GrpcSettings(50051, null, "", null));
  }

  @Test
  void shouldTakeEveryKey() {
    Map<String, Object> keys = new HashMap<>();
    keys.put("port", 1);
    keys.put("tls", Optional.of(TlsSettings.DEFAULT));
    keys.put("user", "who");
    keys.put("password", "word");
    keys.put("database", "data");
    keys.put("allow_cleartext", true);
    keys.put("role", "primary");
    keys.put("query", "SELECT 1");
    keys.put("expect", "1");
    keys.put("service", "a.B");
    keys.put("host", "api.example:443");
    Secret word = new Secret("word");
    Query query = new Query("SELECT 1", "1");
    TlsSettings tls = TlsSettings.DEFAULT;

    assertThat(settings(new PostgresCheck(), keys))
        .isEqualTo(
            new PostgresSettings(
                1, tls, "who", "data", word, true, PostgresSettings.Role.PRIMARY, query));
    assertThat(settings(new MysqlCheck(), keys))
        .isEqualTo(new MysqlSettings(1, tls, "who", "data", word, Role.PRIMARY, query));
    assertThat(settings(new RedisCheck(), keys))
        .isEqualTo(new RedisSettings(1, tls, "who", word, Role.PRIMARY));
    assertThat(settings(new GrpcCheck(), keys))
        .isEqualTo(new GrpcSettings(1, tls, "a.B", "api.example:443"));
  }

  @Test
  void shouldShowNoPassword() {
    for (ProbeKind kind : WITH_PASSWORD) {
      CheckSettings settings = settings(kind, Map.of("password", "hush-hush"));

      assertThat(settings.toString() + settings.summary()).doesNotContain("hush-hush");
      assertThat(settings).isNotEqualTo(settings(kind, Map.of("password", "another")));
    }
  }

  @Test
  void shouldReadAPasswordFromTheFirstLineOfAFile(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("password");
    Files.writeString(file, " from the file \r\nnot this\n");
    for (ProbeKind kind : WITH_PASSWORD) {
      assertThat(settings(kind, Map.of("password_file", file.toString())))
          .isEqualTo(settings(kind, Map.of("password", " from the file ")));
    }
  }

  @Test
  void shouldRefuseAFileThatHoldsNoPassword(@TempDir Path folder) throws Exception {
    Path empty = Files.writeString(folder.resolve("empty"), "\n");
    Path large = Files.writeString(folder.resolve("large"), "x".repeat(5000));

    refuses(new RedisCheck(), Map.of("password_file", "relative"), "the path must be absolute");
    refuses(
        new RedisCheck(),
        Map.of("password_file", folder.resolve("absent").toString()),
        "the file does not exist or cannot be read");
    refuses(
        new RedisCheck(),
        Map.of("password_file", empty.toString()),
        "the file's first line is empty");
    refuses(
        new RedisCheck(),
        Map.of("password_file", large.toString()),
        "the file is longer than 4096 bytes");
  }

  @Test
  void shouldRefuseKeysThatDoNotGoTogether(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("password"), "x");
    for (ProbeKind kind : WITH_PASSWORD) {
      refuses(
          kind,
          Map.of("password", "x", "password_file", file.toString()),
          "password and password_file exclude each other");
    }
    refuses(
        new RedisCheck(),
        Map.of("user", "x"),
        "user has no effect without password or password_file");
    refuses(new MysqlCheck(), Map.of("expect", "x"), "expect has no effect without query");
    refuses(new PostgresCheck(), Map.of("expect", "x"), "expect has no effect without query");
  }

  @ParameterizedTest
  @CsvSource({"role,primary, :6379 primary", "role,replica, :6379 replica", "role,any, :6379"})
  void shouldSummarizeWhatIsExpected(String key, String value, String summary) {
    assertThat(settings(new RedisCheck(), Map.of(key, value)).summary()).isEqualTo(summary);
  }

  private static void refuses(ProbeKind kind, Map<String, Object> keys, String reason) {
    assertThatThrownBy(() -> settings(kind, keys))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(reason);
  }

  private static CheckSettings settings(ProbeKind kind, Map<String, Object> keys) {
    return kind.settings(Keys.of(keys));
  }
}
