package detour.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import detour.dns.answer.AddressPrefix;
import detour.server.probe.Certificates;
import detour.server.probe.kinds.ProbeKinds;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// DNS over TLS and proxies in a configuration.
class ListenConfigurationTest {
  @TempDir private static Path made;
  private static Certificates.Pair one;
  private static Certificates.Pair other;

  @TempDir private Path folder;

  @BeforeAll
  static void makeCertificates() throws Exception {
    Certificates certificates = new Certificates(made);
    one = certificates.selfSigned("one.example", "dns:one.example", "-1d", 9);
    other = certificates.selfSigned("other.example", "dns:other.example", "-1d", 9);
  }

  @BeforeEach
  void place() throws IOException {
    Files.copy(one.pem(), folder.resolve("dns.pem"));
    Files.copy(one.key(), folder.resolve("dns.key"));
    Files.copy(other.key(), folder.resolve("other.key"));
  }

  @Test
  void shouldReadTlsWithFilesBesideTheConfigurationAndThePortByDefault() throws IOException {
    assertThat(
            listen(
                    "tls: {addresses: [192.0.2.53, '2001:db8::53', '[::1]', '127.0.0.1:8853'],"
                        + " cert_file: dns.pem, key_file: dns.key}")
                .tls())
        .isEqualTo(
            new ListenSettings.Tls(
                List.of(
                    socket("192.0.2.53", 853),
                    socket("2001:db8::53", 853),
                    socket("::1", 853),
                    socket("127.0.0.1", 8853)),
                folder.resolve("dns.pem"),
                folder.resolve("dns.key")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          dns.pem   | other.key | other.key is not the key of
          dns.pem   | no.key    | the file cannot be read
          dns.key   | dns.key   | the file holds no
          dns.pem   | dns.pem   | the file holds no PEM private key
          """)
  void shouldSayWhatIsWrongWithTheFiles(String certificate, String key, String message)
      throws IOException {
    assertThat(
            problems(
                "tls: {addresses: 127.0.0.1, cert_file: %s, key_file: %s}"
                    .formatted(certificate, key)))
        .singleElement()
        .asString()
        .contains("detour.yaml:1:", "listen.tls", message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          '127.0.0.1:53'             | 127.0.0.1:53 in tls is taken by another address, or twice there
          '127.0.0.1:8053'           | 127.0.0.1:8053 in tls is taken by another address, or twice there
          [127.0.0.1, '127.0.0.1:853'] | 127.0.0.1:853 in tls is taken by another address, or twice there
          '127.0.0.1:'               | an IP address, with a port or without
          '[127.0.0.1]'              | an IP address, with a port or without
          'dns.example'              | an IP address, with a port or without
          """,
      quoteCharacter = '`')
  void shouldSayWhatIsWrongWithAnAddress(String addresses, String message) throws IOException {
    assertThat(
            problems(
                "tls: {addresses: %s, cert_file: dns.pem, key_file: dns.key}".formatted(addresses)))
        .singleElement()
        .asString()
        .contains(message);
  }

  @Test
  void shouldReadTheAddressesOfProxies() throws IOException {
    assertThat(listen("proxy_protocol: {from: [192.0.2.1, 10.0.0.0/8, '2001:db8::/32']}").proxies())
        .containsExactly(prefix("192.0.2.1", 32), prefix("10.0.0.0", 8), prefix("2001:db8::", 32));
    assertThat(listen("proxy_protocol: {from: 127.0.0.1}").proxies())
        .containsExactly(prefix("127.0.0.1", 32));
  }

  @ParameterizedTest
  @CsvSource({"10.0.0.1/8", "10.0.0.0/33", "'2001:db8::1/64'", "localhost", "10.0.0.0/", "1/2"})
  void shouldRefuseWhatIsNoPrefix(String text) throws IOException {
    assertThat(problems("proxy_protocol: {from: '%s'}".formatted(text)))
        .singleElement()
        .asString()
        .contains("listen.proxy_protocol.from");
  }

  private ListenSettings listen(String text) throws IOException {
    return switch (read(text)) {
      case ConfigurationReader.Result.Valid valid -> valid.configuration().listen();
      case ConfigurationReader.Result.Invalid invalid ->
          throw new AssertionError(invalid.problems());
    };
  }

  private List<Problem> problems(String text) throws IOException {
    return read(text) instanceof ConfigurationReader.Result.Invalid invalid
        ? invalid.problems()
        : List.of();
  }

  private ConfigurationReader.Result read(String text) throws IOException {
    Path file = folder.resolve("detour.yaml");
    Files.writeString(
        file,
        "listen: {%s}\nzones: [{name: example.com, ns: [ns1.example.net]}]\n".formatted(text));
    return ConfigurationReader.read(file, ProbeKinds.ALL);
  }

  private static InetSocketAddress socket(String address, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(address), port);
  }

  private static AddressPrefix prefix(String address, int length) {
    return AddressPrefix.of(InetAddress.ofLiteral(address).getAddress(), length);
  }
}
