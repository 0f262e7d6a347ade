package detour.server.probe.tls;

import detour.server.probe.text.OneLine;
import java.security.PublicKey;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECKey;
import java.security.interfaces.RSAKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/// Certificates, and what is wrong with them, in words for an operator.
final class CertificateText {
  /// RFC 5280 section 4.2.1.6: the tags of dNSName and iPAddress.
  private static final int SAN_DNS_NAME = 2;

  private static final int SAN_IP_ADDRESS = 7;
  private static final int NAMES_SHOWN_MAX = 3;
  private static final int NAMES_NOTED_MAX = 10;
  private static final int CHAIN_NOTED_MAX = 5;

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
      return "certificate expired " + span(Duration.between(notAfter, now)) + " ago" + subject;
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

  /// As `valid 61 more days`, `expired 3 days ago` or `not valid before 2026-12-01T00:00:00Z`.
  static String validity(X509Certificate certificate, Instant now) {
    Instant notAfter = certificate.getNotAfter().toInstant();
    if (now.isAfter(notAfter)) {
      return "expired " + span(Duration.between(notAfter, now)) + " ago";
    }
    Instant notBefore = certificate.getNotBefore().toInstant();
    return now.isBefore(notBefore)
        ? "not valid before " + notBefore
        : "valid " + more(Duration.between(now, notAfter));
  }

  private static String more(Duration left) {
    String span = span(left);
    int space = span.indexOf(' ');
    return span.substring(0, space) + " more" + span.substring(space);
  }

  /// Adds what an operator wants to know of a certificate and its chain, by label.
  ///
  /// @param chain not empty, the certificate itself first
  static void addNotes(Map<String, String> notes, List<X509Certificate> chain, Instant now) {
    X509Certificate certificate = chain.getFirst();
    notes.put("certificate", subject(certificate));
    notes.put("names", names(certificate, NAMES_NOTED_MAX));
    notes.put("issuer", commonName(certificate.getIssuerX500Principal()));
    notes.put(
        "validity",
        certificate.getNotBefore().toInstant()
            + " to "
            + certificate.getNotAfter().toInstant()
            + ", "
            + validity(certificate, now));
    notes.put("key", key(certificate));
    if (chain.size() > 1) {
      notes.put(
          "chain",
          chain.stream()
              .skip(1)
              .limit(CHAIN_NOTED_MAX)
              .map(CertificateText::subject)
              .collect(Collectors.joining(", ")));
    }
  }

  /// As `EC 256 bits, signed by SHA256withRSA`.
  private static String key(X509Certificate certificate) {
    PublicKey key = certificate.getPublicKey();
    String bits =
        switch (key) {
          case RSAKey rsa -> " " + rsa.getModulus().bitLength() + " bits";
          case ECKey curve ->
              " " + curve.getParams().getCurve().getField().getFieldSize() + " bits";
          default -> "";
        };
    return OneLine.of(key.getAlgorithm() + bits + ", signed by " + certificate.getSigAlgName(), 80);
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

  /// The names as a line, the first few of many.
  private static String names(X509Certificate certificate) {
    return names(certificate, NAMES_SHOWN_MAX);
  }

  private static String names(X509Certificate certificate, int shownMax) {
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
    if (names.size() <= shownMax) {
      return String.join(", ", names);
    }
    return String.join(", ", names.subList(0, shownMax))
        + " and "
        + (names.size() - shownMax)
        + " more";
  }

  static String subject(X509Certificate certificate) {
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

  /// As `3 days` or `5 hours`.
  static String span(Duration time) {
    if (time.toDays() > 0) {
      return count(time.toDays(), "day");
    }
    return time.toHours() > 0 ? count(time.toHours(), "hour") : count(time.toMinutes(), "minute");
  }

  private static String count(long number, String unit) {
    return number + " " + unit + (number == 1 ? "" : "s");
  }
}
