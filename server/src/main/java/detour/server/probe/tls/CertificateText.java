package detour.server.probe.tls;

import detour.server.probe.text.OneLine;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/// What is wrong with a certificate, in words for an operator.
final class CertificateText {
  /// RFC 5280 section 4.2.1.6: the tags of dNSName and iPAddress.
  private static final int SAN_DNS_NAME = 2;

  private static final int SAN_IP_ADDRESS = 7;
  private static final int NAMES_SHOWN_MAX = 3;

  private CertificateText() {}

  /// As `certificate expired 3 days ago (CN=www.example.com)`.
  ///
  /// @param expectedName whom the certificate should be for
  /// @param error what the verification said
  static String whyRefused(
      X509Certificate certificate,
      @Nullable String expectedName,
      CertificateException error,
      Instant now) {
    String subject = " (" + subject(certificate) + ")";
    Instant notAfter = certificate.getNotAfter().toInstant();
    if (now.isAfter(notAfter)) {
      return "certificate expired " + ago(Duration.between(notAfter, now)) + " ago" + subject;
    }
    Instant notBefore = certificate.getNotBefore().toInstant();
    if (now.isBefore(notBefore)) {
      return "certificate is not valid before " + notBefore + subject;
    }
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof CertPathValidatorException path) {
        return "certificate chain is not valid: " + path.getMessage() + subject;
      }
      if (cause instanceof CertPathBuilderException) {
        return untrusted(certificate);
      }
    }
    if (expectedName != null && error.getCause() == null) {
      return "certificate is for " + names(certificate) + ", not " + expectedName;
    }
    return "certificate refused: " + error.getMessage() + subject;
  }

  private static String untrusted(X509Certificate certificate) {
    X500Principal issuer = certificate.getIssuerX500Principal();
    if (issuer.equals(certificate.getSubjectX500Principal())) {
      return "certificate is self-signed and not trusted (" + subject(certificate) + ")";
    }
    return "certificate is not signed by a trusted authority ("
        + subject(certificate)
        + ", issuer "
        + commonName(issuer)
        + ")";
  }

  private static String names(X509Certificate certificate) {
    List<String> names = new ArrayList<>();
    try {
      Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
      for (List<?> alternative : alternatives == null ? List.<List<?>>of() : alternatives) {
        if (alternative.get(0) instanceof Integer tag
            && (tag == SAN_DNS_NAME || tag == SAN_IP_ADDRESS)) {
          names.add(String.valueOf(alternative.get(1)));
        }
      }
    } catch (CertificateParsingException e) {
      return "names that cannot be read";
    }
    if (names.isEmpty()) {
      return subject(certificate);
    }
    if (names.size() <= NAMES_SHOWN_MAX) {
      return String.join(", ", names);
    }
    return String.join(", ", names.subList(0, NAMES_SHOWN_MAX))
        + " and "
        + (names.size() - NAMES_SHOWN_MAX)
        + " more";
  }

  private static String subject(X509Certificate certificate) {
    return commonName(certificate.getSubjectX500Principal());
  }

  /// As `CN=www.example.com`; the whole name where it has no CN.
  private static String commonName(X500Principal principal) {
    String whole = principal.getName();
    try {
      for (Rdn part : new LdapName(whole).getRdns()) {
        if (part.getType().equalsIgnoreCase("CN")) {
          return OneLine.of("CN=" + part.getValue(), 80);
        }
      }
    } catch (InvalidNameException e) {
      return OneLine.of(whole, 80);
    }
    return whole.isEmpty() ? "no subject" : OneLine.of(whole, 80);
  }

  private static String ago(Duration age) {
    if (age.toDays() > 0) {
      return count(age.toDays(), "day");
    }
    return age.toHours() > 0 ? count(age.toHours(), "hour") : count(age.toMinutes(), "minute");
  }

  private static String count(long number, String unit) {
    return number + " " + unit + (number == 1 ? "" : "s");
  }
}
