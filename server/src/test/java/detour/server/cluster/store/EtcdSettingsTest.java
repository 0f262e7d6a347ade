package detour.server.cluster.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EtcdSettingsTest {
  private static final URI ETCD = URI.create("https://etcd1:2379");
  private static final Path FILE = Path.of("file.pem");
  private static final Duration SECOND = Duration.ofSeconds(1);

  @Test
  void shouldHaveDefaults() {
    EtcdSettings settings = EtcdSettings.of(List.of(ETCD));

    assertThat(settings)
        .isEqualTo(
            new EtcdSettings(
                List.of(ETCD),
                null,
                null,
                null,
                null,
                null,
                Duration.ofSeconds(1),
                Duration.ofSeconds(2)));
  }

  @ParameterizedTest
  @CsvSource({
    "etcd1:2379, expected an endpoint as https://etcd1:2379",
    "ftp://etcd1:2379, expected an endpoint as https://etcd1:2379",
    "https://etcd1:2379/v3, expected an endpoint as https://etcd1:2379",
    "https://user:word@etcd1:2379, expected an endpoint as https://etcd1:2379",
    "http://etcd1:2379, the endpoints of etcd must be all http or all https",
  })
  void shouldRefuseEndpointsThatWillNotDo(String endpoint, String why) {
    assertThatThrownBy(() -> EtcdSettings.of(List.of(ETCD, URI.create(endpoint))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
  }

  @Test
  void shouldRefuseHalves() {
    assertThatThrownBy(() -> EtcdSettings.of(List.of())).hasMessageContaining("at least one");
    assertThatThrownBy(
            () -> new EtcdSettings(List.of(ETCD), null, FILE, null, null, null, SECOND, SECOND))
        .hasMessageContaining("a certificate and its key go together");
    assertThatThrownBy(
            () -> new EtcdSettings(List.of(ETCD), null, null, null, "user", null, SECOND, SECOND))
        .hasMessageContaining("a user and a password file go together");
    assertThatThrownBy(() ->
            new EtcdSettings(List.of(ETCD), null, null, null, null, null, SECOND, Duration.ZERO))
        .hasMessageContaining("timeouts must be above zero");
  }
}
