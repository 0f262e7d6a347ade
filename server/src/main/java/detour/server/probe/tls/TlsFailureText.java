package detour.server.probe.tls;

import detour.server.probe.text.FailureText;
import detour.server.probe.tls.PeerTrust.CertificateRefused;
import io.netty.handler.ssl.NotSslRecordException;
import java.nio.channels.ClosedChannelException;

/// Why a TLS handshake failed, in words for an operator.
public final class TlsFailureText {
  private TlsFailureText() {}

  public static String of(Throwable error) {
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
        default -> cause = cause.getCause();
      }
    }
    return "TLS handshake failed: " + FailureText.of(error);
  }
}
