package detour.server.pem;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;

/// Certificates in PEM files (RFC 7468 section 5).
public final class PemCertificates {
  private PemCertificates() {}

  /// @return at least one, in the order of the file
  /// @throws PemProblem when the file cannot be read or holds no certificate
  public static List<X509Certificate> read(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      List<X509Certificate> certificates =
          CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
              .map(X509Certificate.class::cast)
              .toList();
      if (certificates.isEmpty()) {
        throw new PemProblem("holds no PEM certificate", null);
      }
      return certificates;
    } catch (IOException e) {
      throw new PemProblem("cannot be read: " + e.getMessage(), e);
    } catch (CertificateException e) {
      throw new PemProblem("holds no good PEM certificates", e);
    }
  }
}
