package detour.server.probe.tls;

import detour.server.probe.text.FailureText;
import detour.server.probe.text.OneLine;
import detour.server.probe.tls.PeerTrust.CertificateRefused;
import io.netty.handler.ssl.NotSslRecordException;
import java.nio.channels.ClosedChannelException;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// Why a TLS handshake failed, in words for an operator.
public final class TlsFailureText {
  private static final Pattern ALERT = Pattern.compile("Received fatal alert: ([a-z_]+)");

  /// What servers say that wanted a certificate and got none (RFC 8446 section 6.2).
  private static final Set<String> CERTIFICATE_MISSED =
      Set.of("certificate_required", "handshake_failure", "bad_certificate");

  private TlsFailureText() {}

  public static String of(Throwable error) {
    return of(error, null);
  }

  /// @param session the session that failed, which knows whether a certificate was asked for
  public static String of(Throwable error, @Nullable TlsSession session) {
    Throwable cause = error;
    for (int depth = 0; cause != null && depth < 8; depth++) {
      switch (cause) {
        case CertificateRefused refused -> {
          return String.valueOf(refused.getMessage());
        }
        case NotSslRecordException notTls -> {
          return "the other side does not speak TLS on this port";
        }
        case ClosedChannelException closed -> {
          return "connection closed during the TLS handshake";
        }
        case SSLException broken -> {
          String text = ofMessage(broken, session);
          if (text != null) {
            return text;
          }
        }
        default -> {}
      }
      cause = cause.getCause();
    }
    return "TLS handshake failed: " + FailureText.of(error);
  }

  private static @Nullable String ofMessage(SSLException error, @Nullable TlsSession session) {
    String message = String.valueOf(error.getMessage());
    Matcher alert = ALERT.matcher(message);
    if (alert.find()) {
      return ofAlert(alert.group(1), session != null && session.identityMissing());
    }
    if (message.contains("is not accepted by client preferences")) {
      return ofAlert("protocol_version", false);
    }
    return null;
  }

  private static String ofAlert(String alert, boolean identityMissing) {
    if (alert.equals("certificate_required")
        || (identityMissing && CERTIFICATE_MISSED.contains(alert))) {
      return "the server demands a client certificate";
    }
    return switch (alert) {
      case "protocol_version" ->
          "no common version of TLS: the server speaks none from min_version on";
      case "no_application_protocol" ->
          "the server speaks none of the protocols that ALPN offered it";
      default -> "the server ended TLS with the alert " + OneLine.of(alert, 40);
    };
  }
}
