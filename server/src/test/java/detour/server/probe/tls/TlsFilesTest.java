package detour.server.probe.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import detour.server.pem.PemIdentity;
import detour.server.pem.PemKey;
import detour.server.probe.Certificates;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TlsFilesTest {
  @TempDir private static Path folder;
  private static Certificates.Pair one;
  private static Certificates.Pair other;

  @BeforeAll
  static void makeCertificates() throws Exception {
    Certificates certificates = new Certificates(folder);
    one = certificates.selfSigned("one.example", "dns:one.example", "-1d", 9);
    other = certificates.selfSigned("other.example", "dns:other.example", "-1d", 9);
  }

  @Test
  void shouldReadACertificateWithItsKey() {
    PemIdentity read = new ClientCertificate(one.pem(), one.key()).read();

    assertThat(read.chain()).hasSize(1);
    assertThat(read.key().getAlgorithm()).isEqualTo("EC");
  }

  @Test
  void shouldRefuseTheKeyOfAnotherCertificate() {
    assertThatThrownBy(() -> new ClientCertificate(one.pem(), other.key()).read())
        .hasMessage("client_key is not the key of client_cert");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          nothing                                                         | the file holds no PEM private key
          -----BEGIN RSA PRIVATE KEY-----\\nAAAA\\n-----END               | the file holds an 'RSA PRIVATE KEY', not a 'PRIVATE KEY'
          -----BEGIN ENCRYPTED PRIVATE KEY-----\\nAAAA\\n-----END         | the file holds an 'ENCRYPTED PRIVATE KEY', not a 'PRIVATE KEY'
          -----BEGIN PRIVATE KEY-----\\nc2VjcmV0\\n-----END PRIVATE KEY-----| the file holds no good PEM private key
          """)
  void shouldSayWhatIsWrongWithAKeyAndNothingOfIt(String text, String message) throws Exception {
    Path file = Files.writeString(folder.resolve("bad.key"), text.replace("\\n", "\n"));

    assertThatThrownBy(() -> PemKey.read(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message)
        .hasMessageNotContaining("c2Vj")
        .hasMessageNotContaining("secret");
  }

  @Test
  void shouldRefuseAWarningThatWouldNeverBeSeen() {
    assertThatThrownBy(() -> new ExpiryLimits(7, 7))
        .hasMessage("warn_days 7 is not more than fail_days 7");
  }
}
