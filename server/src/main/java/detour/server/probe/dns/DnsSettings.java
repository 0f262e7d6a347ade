package detour.server.probe.dns;

import detour.failover.model.CheckSettings;
import detour.server.probe.tls.TlsSettings;
import java.util.List;
import org.xbill.DNS.Type;

/// What a `dns` check asks and expects.
///
/// @param name absolute, with the final dot
/// @param type the number of the record type
/// @param tls how the certificate is verified over TLS
public record DnsSettings(
    int port,
    Transport transport,
    String name,
    int type,
    boolean recursionDesired,
    Expected expected,
    TlsSettings tls)
    implements CheckSettings {

  /// What carries the query.
  public enum Transport {
    UDP,
    TCP,
    /// RFC 7858.
    TLS
  }

  /// What an answer that was cut to fit into a datagram is worth.
  public enum Truncated {
    PASS,
    DEGRADED,
    FAIL
  }

  /// What the answer must be.
  ///
  /// @param rcodes what the response code may be; never empty
  /// @param answers data that must be among the answers, or be all of them, in hexadecimal digits
  ///   of their canonical wire form; empty for any
  /// @param exact whether there may be no others
  /// @param answersMin how many answers there must be at least when the code is NOERROR
  /// @param authoritative whether the AA flag must be set
  public record Expected(
      List<Integer> rcodes,
      List<ExpectedData> answers,
      boolean exact,
      int answersMin,
      boolean authoritative,
      Truncated truncated) {
    public Expected {
      rcodes = List.copyOf(rcodes);
      answers = List.copyOf(answers);
    }
  }

  /// The data of one record.
  ///
  /// @param text as it was configured
  /// @param canonical the wire form of RFC 4034 section 6.2 in hexadecimal digits
  public record ExpectedData(String text, String canonical) {}

  @Override
  public String summary() {
    String over = transport == Transport.UDP ? "" : " over " + transport;
    return ":" + port + " " + name + " " + Type.string(type) + over;
  }
}
