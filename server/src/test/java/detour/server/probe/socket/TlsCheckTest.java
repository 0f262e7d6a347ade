package detour.server.probe.socket;

import static detour.server.probe.Probing.PATIENT;
import static org.assertj.core.api.Assertions.assertThat;

import detour.server.FreePort;
import detour.server.probe.Certificates;
import detour.server.probe.PeerProcess;
import detour.server.probe.ProbeResult;
import detour.server.probe.ProbeResult.Note;
import detour.server.probe.ProbeResult.Outcome;
import detour.server.probe.ProbeResult.Step;
import detour.server.probe.Probing;
import detour.server.probe.ScriptedBackend;
import detour.server.probe.tls.ClientCertificate;
import detour.server.probe.tls.ExpiryLimits;
import detour.server.probe.tls.TlsSettings;
import detour.server.probe.tls.TlsVersion;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// TLS against a real openssl s_server.
class TlsCheckTest {
  private static final String ADDRESS = "127.0.0.32";
  private static final TlsVersion ANY = TlsVersion.TLS_1_2;

  @TempDir private static Path folder;
  private static Certificates.Pair authority;
  private static Certificates.Pair otherAuthority;
  private static Certificates.Pair good;
  private static Certificates.Pair expired;
  private static Certificates.Pair client;

  @BeforeAll
  static void makeCertificates() throws Exception {
    Certificates certificates = new Certificates(folder);
    authority = certificates.authority("Test CA");
    otherAuthority = certificates.authority("Other CA");
    good = certificates.signed(authority, "a.example", "dns:a.example,dns:b.example", "-1d", 31);
    expired = certificates.signed(authority, "old.example", "dns:a.example", "-13d", 10);
    client = certificates.signed(authority, "probe.example", "dns:probe.example", "-1d", 100);
  }

  @Test
  void shouldPassWithTheDaysThatTheCertificateHasLeft() throws Exception {
    try (Server server = server(good)) {
      ProbeResult result = probe(server, trusting("a.example", null, null));

      assertThat(result.detail())
          .isEqualTo("TLSv1.3, certificate of CN=a.example valid 29 more days");
      assertThat(result.outcome()).isEqualTo(Outcome.PASSED);
      assertThat(result.steps()).extracting(Step::name).containsExactly("connect", "handshake");
    }
  }

  @Test
  void shouldNoteWhatAnOperatorWantsToKnowOfACertificate() throws Exception {
    try (Server server = server(good)) {
      ProbeResult result = probe(server, trusting("a.example", null, null));

      assertThat(result.notes())
          .extracting(Note::label)
          .containsExactly("tls", "certificate", "names", "issuer", "validity", "key", "chain");
      assertThat(text(result, "tls")).isEqualTo("TLSv1.3, TLS_AES_256_GCM_SHA384");
      assertThat(text(result, "certificate")).isEqualTo("CN=a.example");
      assertThat(text(result, "names")).isEqualTo("a.example, b.example");
      assertThat(text(result, "issuer")).isEqualTo("CN=Test CA");
      assertThat(text(result, "validity")).matches("20.*Z to 20.*Z, valid 29 more days");
      assertThat(text(result, "key")).matches("EC 256 bits, signed by SHA[0-9]+withECDSA");
      assertThat(text(result, "chain")).isEqualTo("CN=Test CA");
    }
  }

  @ParameterizedTest
  @CsvSource({
    ", , PASSED, ",
    "29, , PASSED, ",
    "30, , DEGRADED, certificate expires in 29 days: ",
    "40, 20, DEGRADED, certificate expires in 29 days: ",
    "40, 30, FAILED, certificate expires in 29 days: ",
    ", 29, PASSED, ",
  })
  void shouldWarnAndFailBeforeTheCertificateExpires(
      @Nullable Integer warnDays, @Nullable Integer failDays, Outcome outcome, @Nullable String why)
      throws Exception {
    try (Server server = server(good)) {
      ProbeResult result = probe(server, trusting("a.example", warnDays, failDays));

      assertThat(result.outcome()).isEqualTo(outcome);
      assertThat(result.detail()).startsWith((why == null ? "" : why + " ") + "TLSv1.3, ");
    }
  }

  @Test
  void shouldSayWhatIsWrongWithACertificateAndShowItAllTheSame() throws Exception {
    try (Server server = server(expired)) {
      ProbeResult result = probe(server, trusting("a.example", null, null));

      assertThat(result.detail()).isEqualTo("certificate expired 3 days ago (CN=old.example)");
      assertThat(result.outcome()).isEqualTo(Outcome.FAILED);
      assertThat(text(result, "validity")).endsWith("expired 3 days ago");
    }
    try (Server server = server(good)) {
      assertThat(probe(server, trusting("c.example", null, null)).detail())
          .isEqualTo("certificate is for a.example, b.example, not c.example");
      assertThat(probe(server, new TlsSettings(true, otherAuthority.pem(), "a.example")).detail())
          .isEqualTo(
              "certificate is not signed by a trusted authority (CN=a.example, issuer CN=Test CA)");
    }
    try (Server server = server(otherAuthority)) {
      assertThat(probe(server, trusting("a.example", null, null)).detail())
          .isEqualTo("certificate is self-signed and not trusted (CN=Other CA)");
    }
  }

  @Test
  void shouldFailAnExpiringCertificateThatIsNotVerified() throws Exception {
    TlsSettings careless =
        new TlsSettings(false, null, "a.example", null, ANY, new ExpiryLimits(null, 1));
    try (Server server = server(expired)) {
      ProbeResult result = probe(server, careless);

      assertThat(result.outcome()).isEqualTo(Outcome.FAILED);
      assertThat(result.detail())
          .isEqualTo(
              "certificate expired 3 days ago: TLSv1.3, certificate of CN=old.example expired 3"
                  + " days ago");
    }
  }

  @Test
  void shouldDemandAVersion() throws Exception {
    TlsSettings strict =
        new TlsSettings(
            true,
            authority.pem(),
            "a.example",
            null,
            TlsVersion.TLS_1_3,
            new ExpiryLimits(null, null));
    try (Server server = server(good, "-tls1_2")) {
      assertThat(probe(server, trusting("a.example", null, null)).detail())
          .startsWith("TLSv1.2, certificate of CN=a.example");
      assertThat(probe(server, strict).detail())
          .isEqualTo("no common version of TLS: the server speaks none from min_version on");
    }
    try (Server server = server(good, "-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0")) {
      assertThat(probe(server, trusting("a.example", null, null)).detail())
          .isEqualTo("no common version of TLS: the server speaks none from min_version on");
    }
  }

  @ParameterizedTest
  @CsvSource({"-tls1_2", "-tls1_3"})
  void shouldShowAClientCertificateWhereOneIsDemanded(String version) throws Exception {
    ClientCertificate shown = new ClientCertificate(client.pem(), client.key());
    TlsSettings showing =
        new TlsSettings(
            true, authority.pem(), "a.example", shown, ANY, new ExpiryLimits(null, null));
    try (Server server =
        server(
            good,
            version,
            "-Verify",
            "2",
            "-verify_return_error",
            "-CAfile",
            authority.pem().toString())) {
      assertThat(probe(server, showing).outcome()).isEqualTo(Outcome.PASSED);

      ProbeResult refused = probe(server, trusting("a.example", null, null));
      assertThat(refused.detail()).isEqualTo("the server demands a client certificate");
      assertThat(refused.outcome()).isEqualTo(Outcome.FAILED);
      assertThat(text(refused, "client"))
          .isEqualTo("the server asked for a client certificate and got none");
    }
  }

  @Test
  void shouldSayThatAClientCertificateIsRefused() throws Exception {
    ClientCertificate unknown = new ClientCertificate(otherAuthority.pem(), otherAuthority.key());
    TlsSettings showing =
        new TlsSettings(
            true, authority.pem(), "a.example", unknown, ANY, new ExpiryLimits(null, null));
    try (Server server =
        server(
            good, "-Verify", "2", "-verify_return_error", "-CAfile", authority.pem().toString())) {
      assertThat(probe(server, showing).detail())
          .isEqualTo("the server ended TLS with the alert unknown_ca");
    }
  }

  @Test
  void shouldSayThatThePortDoesNotSpeakTls() throws Exception {
    try (ScriptedBackend silent = ScriptedBackend.on(ADDRESS, socket -> Thread.sleep(60_000))) {
      assertThat(
              Probing.run(
                      "tls",
                      new TlsCheck.Settings(silent.port(), TlsSettings.DEFAULT),
                      ADDRESS,
                      Duration.ofMillis(500))
                  .detail())
          .isEqualTo("timed out after 500 ms while shaking hands for TLS");
    }
  }

  private static TlsSettings trusting(
      String name, @Nullable Integer warnDays, @Nullable Integer failDays) {
    return new TlsSettings(
        true, authority.pem(), name, null, ANY, new ExpiryLimits(warnDays, failDays));
  }

  private static ProbeResult probe(Server server, TlsSettings tls) throws InterruptedException {
    return Probing.run("tls", new TlsCheck.Settings(server.port(), tls), ADDRESS, PATIENT);
  }

  private static String text(ProbeResult result, String label) {
    return result.notes().stream()
        .filter(note -> note.label().equals(label))
        .map(Note::text)
        .findFirst()
        .orElse("");
  }

  private static Server server(Certificates.Pair certificate, String... more) throws IOException {
    int port = FreePort.next();
    List<String> command =
        new ArrayList<>(
            List.of(
                "openssl",
                "s_server",
                "-www",
                "-accept",
                ADDRESS + ":" + port,
                "-cert",
                certificate.pem().toString(),
                "-cert_chain",
                authority.pem().toString(),
                "-key",
                certificate.key().toString()));
    command.addAll(List.of(more));
    return new Server(PeerProcess.start(folder, ADDRESS, port, command), port);
  }

  private record Server(PeerProcess process, int port) implements AutoCloseable {
    @Override
    public void close() {
      process.close();
    }
  }
}
