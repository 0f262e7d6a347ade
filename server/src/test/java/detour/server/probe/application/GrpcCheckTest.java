package detour.server.probe.application;

import static detour.server.probe.Probing.BRIEF;
import static detour.server.probe.Probing.PATIENT;
import static org.assertj.core.api.Assertions.assertThat;

import detour.server.probe.Certificates;
import detour.server.probe.ProbeResult;
import detour.server.probe.ProbeResult.Step;
import detour.server.probe.tls.TlsSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A `grpc` check against a real gRPC server, and against scripts of broken ones.
class GrpcCheckTest {
  private static final String ADDRESS = "127.0.0.54";

  /// An empty SETTINGS frame, with which a server begins.
  private static final String SETTINGS = "000000 04 00 00000000";

  private static GrpcServer plain;
  private static GrpcServer secure;
  private static Certificates.Pair certificate;

  @BeforeAll
  static void startServers(@TempDir Path folder) throws Exception {
    certificate =
        new Certificates(folder).selfSigned("api.example", "dns:api.example", "-1d", 3650);
    Path crt = folder.resolve("server.crt");
    Path key = folder.resolve("server.key");
    certificate.writeAsPem(crt, key);
    plain = GrpcServer.start(ADDRESS, "plain");
    secure = GrpcServer.start(ADDRESS, crt.toString(), key.toString());
  }

  @AfterAll
  static void stopServers() throws Exception {
    for (GrpcServer server : new GrpcServer[] {plain, secure}) {
      if (server != null) {
        server.close();
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ''        | SERVING
          up        | SERVING
          long      | SERVING
          down      | down is NOT_SERVING
          unknown   | unknown is UNKNOWN
          gone      | gone is SERVICE_UNKNOWN
          later     | later is in a state that has no name
          absent    | grpc-status 5 NOT_FOUND: unknown service
          forbidden | grpc-status 7 PERMISSION_DENIED: only for üsers, 100% of them\\n
          endless   | the answer is longer than 4 KiB
          """)
  void shouldSayWhatTheHealthServiceSays(String service, String detail) throws Exception {
    ProbeResult result = probe(plain.port(), "service", service);

    assertThat(result.detail()).isEqualTo(detail);
    assertThat(result.passed()).isEqualTo(detail.equals("SERVING"));
    assertThat(result.steps())
        .extracting(Step::name)
        .containsExactly("connect", "first byte", "match");
  }

  @Test
  void shouldSpeakTlsWhereAsked() throws Exception {
    TlsSettings tls = new TlsSettings(true, certificate.pem(), null);
    ProbeResult result = probe(secure.port(), "tls", Optional.of(tls), "host", "api.example:443");

    assertThat(result.detail()).isEqualTo("SERVING");
    assertThat(result.steps())
        .extracting(Step::name)
        .containsExactly("connect", "handshake", "first byte", "match");
    assertThat(probe(secure.port(), "tls", Optional.of(TlsSettings.DEFAULT)).detail())
        .isEqualTo("certificate is self-signed and not trusted (CN=api.example)");
  }

  @Test
  void shouldSayThatAServerHasNoHealthService() throws Exception {
    try (GrpcServer bare = GrpcServer.start(ADDRESS, "bare")) {
      assertThat(probe(bare.port()).detail())
          .startsWith("grpc-status 12 UNIMPLEMENTED (the server has no health service)");
    }
  }

  @Test
  void shouldReadAnswersInPieces() throws Exception {
    try (RawBackend pieces = RawBackend.inPieces(ADDRESS, plain.port())) {
      assertThat(probe(pieces.port()).detail()).isEqualTo("SERVING");
    }
  }

  @Test
  void shouldTimeOutWhenTheServerHangs() throws Exception {
    Peers.freeze(plain.process());
    try {
      assertThat(run(plain.port(), BRIEF).detail())
          .isEqualTo("timed out after 300 ms while waiting for the answer");
    } finally {
      Peers.thaw(plain.process());
    }
    assertThat(probe(plain.port()).passed()).isTrue();
  }

  @Test
  void shouldSayThatTheConnectionWasResetOrClosed() throws Exception {
    try (RawBackend backend = RawBackend.resetting(ADDRESS)) {
      assertThat(probe(backend.port()).detail())
          // Closed where the reset arrives before the call is written.
          .isIn(
              "connection reset while waiting for the answer",
              "connection closed while waiting for the answer");
    }
    try (RawBackend backend = RawBackend.on(ADDRESS, socket -> readCall(socket))) {
      assertThat(probe(backend.port()).detail())
          .isEqualTo("connection closed while waiting for the answer");
    }
  }

  @Test
  void shouldSayThatAServerSpeaksNoHttp2() throws Exception {
    try (RawBackend backend =
        RawBackend.saying(ADDRESS, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")) {
      assertThat(probe(backend.port()).detail()).startsWith("the answer is not HTTP/2: ");
    }
    SSLServerSocket listener =
        (SSLServerSocket) certificate.serverContext().getServerSocketFactory().createServerSocket();
    listener.bind(new InetSocketAddress(ADDRESS, 0));
    try (listener) {
      Thread.ofVirtual()
          .start(() -> {
            try (SSLSocket socket = (SSLSocket) listener.accept()) {
              RawBackend.drain(socket);
            } catch (IOException e) {
              // The probe is over.
            }
          });
      TlsSettings tls = new TlsSettings(true, certificate.pem(), "api.example");
      assertThat(probe(listener.getLocalPort(), "tls", Optional.of(tls)).detail())
          .isEqualTo("the server does not speak HTTP/2: ALPN did not agree on h2");
    }
  }

  /// Frames as RFC 9113 section 4.1 lays them out; header blocks by RFC 7541, of literals.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          000004 03 00 00000003 00000007                   | the server reset the call: REFUSED_STREAM
          000008 07 00 00000000 00000000 0000000b          | the server goes away: ENHANCE_YOUR_CALM
          00000b 07 00 00000000 00000000 00000000 627965   | the server goes away: NO_ERROR, bye
          000001 01 05 00000003 8d                         | HTTP status 404, expected 200
          000001 01 05 00000003 88                         | content-type missing, expected application/grpc
          000002 00 01 00000003 0801                       | the answer is not gRPC: a message before its headers
          ffffff 01 05 00000003 88                         | the answer is not HTTP/2: Frame length: 16777215 exceeds maximum: 16384
          """)
  void shouldSayWhyACallCameToNothing(String frames, String detail) throws Exception {
    try (RawBackend backend = answering(hex(frames))) {
      String said = probe(backend.port()).detail();

      assertThat(said).isEqualTo(detail);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          application/grpc       | 0000000002 0801     | 0 | SERVING
          application/grpc+proto | 0000000002 0801     | 0 | SERVING
          text/html              | 0000000002 0801     | 0 | content-type text/html, expected application/grpc
          application/grpc-web   | 0000000002 0801     | 0 | content-type application/grpc-web, expected application/grpc
          application/grpc       | 0100000002 0801     | 0 | the answer is not gRPC: a compressed message, which was not asked for
          application/grpc       | 00000000ff 0801     | 0 | the answer is not gRPC: a message of 255 bytes in 2 bytes
          application/grpc       | 0000000002 08ff     | 0 | the answer is not gRPC: a number without an end
          application/grpc       | 0000000002 0b01     | 0 | the answer is not gRPC: a field of wire type 3
          application/grpc       | 0000000003 1a7f00   | 0 | the answer is not gRPC: a field longer than its message
          application/grpc       | 0000                | 0 | the answer is not gRPC: no whole message
          application/grpc       | 0000000002 0801     |   | the answer ends without a grpc-status
          application/grpc       | 0000000002 0801     | 99 | grpc-status 99
          """)
  void shouldJudgeTheWholeAnswer(String type, String message, String status, String detail)
      throws Exception {
    String end = status == null ? frame(0, 1, "") : frame(1, 5, literal("grpc-status", status));
    String frames = frame(1, 4, "88" + literal("content-type", type)) + frame(0, 0, message) + end;
    try (RawBackend backend = answering(hex(frames))) {
      assertThat(probe(backend.port()).detail()).isEqualTo(detail);
    }
  }

  @Test
  void shouldStopListeningToABabbler() throws Exception {
    try (RawBackend backend =
        RawBackend.on(
            ADDRESS,
            socket -> {
              socket.getOutputStream().write(hex(SETTINGS));
              readCall(socket);
              String head = frame(1, 4, "88" + literal("content-type", "application/grpc"));
              socket.getOutputStream().write(hex(head));
              byte[] data = hex(frame(0, 0, "00".repeat(1000)));
              while (true) {
                socket.getOutputStream().write(data);
              }
            })) {
      assertThat(probe(backend.port()).detail()).isEqualTo("the answer is longer than 4 KiB");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "a%20b, a b",
    "%C3%BC, ü",
    "100%, 100%",
    "%zz, %zz",
    "%4, %4",
  })
  void shouldDecodeAMessage(String encoded, String text) {
    assertThat(GrpcAnswer.decoded(encoded)).isEqualTo(text);
  }

  private static RawBackend answering(byte[] frames) throws IOException {
    return RawBackend.on(
        ADDRESS,
        socket -> {
          socket.getOutputStream().write(hex(SETTINGS));
          readCall(socket);
          socket.getOutputStream().write(frames);
          RawBackend.drain(socket);
        });
  }

  /// Until the call's own end of stream: a DATA frame of an empty service.
  private static void readCall(Socket socket) throws IOException {
    byte[] end = hex(frame(0, 1, "0000000000"));
    int matched = 0;
    while (matched < end.length) {
      int octet = socket.getInputStream().read();
      if (octet < 0) {
        throw new IOException("no call");
      }
      matched =
          octet == (end[matched] & 0xff) ? matched + 1 : octet == 0 ? Math.min(matched, 3) : 0;
    }
  }

  private static String frame(int type, int flags, String payload) {
    int length = payload.replace(" ", "").length() / 2;
    return String.format("%06x%02x%02x00000003%s", length, type, flags, payload);
  }

  /// RFC 7541 section 6.2.2: a literal field without indexing, with a new name.
  private static String literal(String name, String value) {
    return "00" + string(name) + string(value);
  }

  private static String string(String text) {
    byte[] octets = text.getBytes(StandardCharsets.US_ASCII);
    return String.format("%02x", octets.length) + HexFormat.of().formatHex(octets);
  }

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replace(" ", ""));
  }

  private static ProbeResult probe(int port, Object... more) throws Exception {
    return run(port, PATIENT, more);
  }

  private static ProbeResult run(int port, Duration timeout, Object... more) throws Exception {
    return Keys.probe(new GrpcCheck(), ADDRESS, timeout, Keys.with(Map.of("port", port), more));
  }
}
