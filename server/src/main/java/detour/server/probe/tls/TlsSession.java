package detour.server.probe.tls;

import detour.server.probe.tls.ExpiryLimits.Judgement;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;

/// One TLS connection of a probe: its engine, and what is known of the other side once it has
/// introduced itself.
public final class TlsSession {
  private final SSLEngine engine;
  private final PeerTrust trust;
  private final OwnIdentity identity;
  private final ExpiryLimits limits;

  TlsSession(SSLEngine engine, PeerTrust trust, OwnIdentity identity, ExpiryLimits limits) {
    this.engine = engine;
    this.trust = trust;
    this.identity = identity;
    this.limits = limits;
  }

  public SSLEngine engine() {
    return engine;
  }

  /// Whether the other side asked for a certificate of this side.
  public boolean identityAsked() {
    return identity.asked();
  }

  /// Whether the other side asked for one and there was none to show.
  public boolean identityMissing() {
    return identity.missing();
  }

  /// How the other side's certificate stands with the limits of its check; fine while there is
  /// none.
  public Judgement expiry(Instant now) {
    List<X509Certificate> chain = trust.presented();
    return chain.isEmpty() ? Judgement.FINE : limits.judge(end(chain), now);
  }

  /// As `certificate expires in 5 days`, or `certificate expired 3 days ago`; call once there is
  /// one.
  public String expiryText(Instant now) {
    Instant end = end(trust.presented());
    return now.isAfter(end)
        ? "certificate expired " + CertificateText.span(Duration.between(end, now)) + " ago"
        : "certificate expires in " + CertificateText.span(Duration.between(now, end));
  }

  /// As `TLSv1.3, certificate of CN=www.example.com valid 61 more days`; call after the handshake.
  public String summary(Instant now) {
    String version = engine.getSession().getProtocol();
    List<X509Certificate> chain = trust.presented();
    return chain.isEmpty()
        ? version + ", no certificate"
        : version
            + ", certificate of "
            + CertificateText.subject(chain.getFirst())
            + " "
            + CertificateText.validity(chain.getFirst(), now);
  }

  /// What there is to say of the connection, by label; empty when the other side said nothing yet.
  public Map<String, String> notes(Instant now) {
    Map<String, String> notes = new LinkedHashMap<>();
    SSLSession session = engine.getSession();
    if (!session.getProtocol().equals("NONE")) {
      String protocol = engine.getApplicationProtocol();
      notes.put(
          "tls",
          session.getProtocol()
              + ", "
              + session.getCipherSuite()
              + (protocol == null || protocol.isEmpty() ? "" : ", ALPN " + protocol));
    }
    List<X509Certificate> chain = trust.presented();
    if (!chain.isEmpty()) {
      CertificateText.addNotes(notes, chain, now);
    }
    if (identity.missing()) {
      notes.put("client", "the server asked for a client certificate and got none");
    }
    return notes;
  }

  private static Instant end(List<X509Certificate> chain) {
    return chain.getFirst().getNotAfter().toInstant();
  }
}
