package detour.server.probe.http;

import static detour.server.probe.Probing.BRIEF;
import static detour.server.probe.Probing.PATIENT;
import static detour.server.probe.Probing.expecting;
import static detour.server.probe.Probing.http;
import static org.assertj.core.api.Assertions.assertThat;

import detour.failover.model.Destination;
import detour.server.probe.CheckRun;
import detour.server.probe.ProbeResult;
import detour.server.probe.ProbeResult.Step;
import detour.server.probe.Probing;
import detour.server.probe.ScriptedBackend;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpCheckTest {
  private static final String ADDRESS = "127.0.0.21";
  private static final String OK =
      "HTTP/1.1 200 OK\r\nContent-Length: 14\r\nConnection: close\r\n\r\nall is ok here";

  @Test
  void shouldPassOnTheExpectedStatus() throws Exception {
    try (ScriptedBackend backend = ScriptedBackend.answering(ADDRESS, OK)) {
      ProbeResult result = Probing.run("http", http(backend.port()), ADDRESS, PATIENT);

      assertThat(result.passed()).as(result.detail()).isTrue();
      assertThat(result.detail()).isEqualTo("200 OK");
      assertThat(result.steps())
          .extracting(Step::name)
          .containsExactly("connect", "first byte", "match");
      assertThat(result.address()).isEqualTo(InetAddress.getByName(ADDRESS));
    }
  }

  @Test
  void shouldSendTheRequestAsConfigured() throws Exception {
    try (ScriptedBackend backend = ScriptedBackend.answering(ADDRESS, OK)) {
      HttpSettings settings =
          new HttpSettings(
              backend.port(),
              "/up?deep=1",
              "www.example.com",
              "POST",
              Map.of("X-Token", "secret", "user-agent", "me"),
              List.of(HttpSettings.StatusRange.of("2xx")),
              null,
              null);
      assertThat(Probing.run("http", settings, ADDRESS, PATIENT).passed()).isTrue();

      assertThat(backend.requests().getFirst().toLowerCase(Locale.ROOT))
          .startsWith("post /up?deep=1 http/1.1\r\n")
          .contains("\r\nhost: www.example.com\r\n")
          .contains("\r\nx-token: secret\r\n")
          .contains("\r\nuser-agent: me\r\n")
          .contains("\r\nconnection: close\r\n")
          .contains("\r\ncontent-length: 0\r\n");
    }
  }

  @Test
  void shouldSendTheEndpointsNameWithItsPortWhenNoHostIsGiven() throws Exception {
    try (ScriptedBackend backend = ScriptedBackend.answering(ADDRESS, OK)) {
      Probing.run("http", http(backend.port()), ADDRESS, PATIENT);

      assertThat(backend.requests().getFirst())
          .containsIgnoringCase("\r\nhost: " + ADDRESS + ":" + backend.port() + "\r\n");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          80  | 192.0.2.1          | 192.0.2.1
          81  | 192.0.2.1          | 192.0.2.1:81
          80  | 2001:db8::1        | [2001:db8:0:0:0:0:0:1]
          81  | 2001:db8::1        | [2001:db8:0:0:0:0:0:1]:81
          """)
  void shouldNameTheHostAsHttpDoes(int port, String address, String header) {
    assertThat(Hop.hostHeader(http(port), Probing.destination(address))).isEqualTo(header);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          200      | ok   | 200 OK        | status: all is ok          | true  | 200 OK, body matches
          2xx      |      | 204 No Content| -                          | true  | 204 No Content
          200      |      | 500 Oops      | ok                         | false | status 500, expected 200
          200, 3xx |      | 404 Gone      | ok                         | false | status 404, expected 200 or 3xx
          200      | fine | 200 OK        | all is ok here             | false | body does not contain 'fine' (read 14 bytes)
          """)
  void shouldMatchStatusAndBody(
      String statuses, String body, String status, String content, boolean passed, String detail)
      throws Exception {
    String answer =
        "HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s".formatted(status, content.length(), content);
    try (ScriptedBackend backend = ScriptedBackend.answering(ADDRESS, answer)) {
      ProbeResult result =
          Probing.run(
              "http", expecting(backend.port(), body, statuses.split(", ")), ADDRESS, PATIENT);

      assertThat(result.detail()).isEqualTo(detail);
      assertThat(result.passed()).isEqualTo(passed);
    }
  }

  @Test
  void shouldTakeARedirectForAFailureAndSayWhereItLeads() throws Exception {
    String answer = "HTTP/1.1 302 Found\r\nLocation: https://x/\r\nContent-Length: 0\r\n\r\n";
    try (ScriptedBackend backend = ScriptedBackend.answering(ADDRESS, answer)) {
      ProbeResult result = Probing.run("http", http(backend.port()), ADDRESS, PATIENT);

      assertThat(result.passed()).isFalse();
      assertThat(result.detail()).isEqualTo("status 302, expected 200 (a redirect to https://x/)");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          HTTP/1.0 200 OK\\r\\n\\r\\nit is ok                                             | true
          HTTP/1.1 200\\r\\nContent-Length: 2\\r\\n\\r\\nok                              | true
          HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n1\\r\\no\\r\\n1\\r\\nk\\r\\n0\\r\\n\\r\\n | true
          HTTP/1.1 103 Early Hints\\r\\nLink: x\\r\\n\\r\\nHTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok | true
          HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n1\\r\\no\\r\\n0\\r\\n\\r\\n    | false
          """)
  void shouldReadEveryFramingOfABody(String answer, boolean passed) throws Exception {
    String bytes = answer.replace("\\r", "\r").replace("\\n", "\n");
    try (ScriptedBackend backend = ScriptedBackend.answering(ADDRESS, bytes)) {
      ProbeResult result =
          Probing.run("http", expecting(backend.port(), "ok", "200"), ADDRESS, PATIENT);

      assertThat(result.passed()).as(result.detail()).isEqualTo(passed);
    }
  }

  @Test
  void shouldFindABodyTextThatArrivesInPieces() throws Exception {
    try (ScriptedBackend backend =
        ScriptedBackend.on(
            ADDRESS,
            socket -> {
              ScriptedBackend.send(socket, "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n");
              for (String piece : List.of("xx", "hea", "lt", "hy", "yy")) {
                ScriptedBackend.send(socket, piece);
                Thread.sleep(20); // so that the pieces are read apart
              }
            })) {
      ProbeResult result =
          Probing.run("http", expecting(backend.port(), "healthy", "200"), ADDRESS, PATIENT);

      assertThat(result.detail()).isEqualTo("200 OK, body matches");
    }
  }

  @Test
  void shouldReadNoMoreThan64KibOfABody() throws Exception {
    String answer =
        "HTTP/1.1 200 OK\r\n\r\n" + "x".repeat(HttpSettings.BODY_BYTES_MAX_DEFAULT) + "ok";
    try (ScriptedBackend backend = ScriptedBackend.answering(ADDRESS, answer)) {
      ProbeResult result =
          Probing.run("http", expecting(backend.port(), "ok", "200"), ADDRESS, PATIENT);

      assertThat(result.detail()).isEqualTo("body does not contain 'ok' in its first 64 KiB");
    }
  }

  @Test
  void shouldRefuseHugeHeadersAndStatusLines() throws Exception {
    String header = "HTTP/1.1 200 OK\r\nX: " + "x".repeat(Http1Connection.HEADERS_BYTES_MAX + 1);
    String line = "HTTP/1.1 200 " + "x".repeat(Http1Connection.STATUS_LINE_BYTES_MAX + 1);
    try (ScriptedBackend headers = ScriptedBackend.answering(ADDRESS, header);
        ScriptedBackend lines = ScriptedBackend.answering(ADDRESS, line)) {
      assertThat(Probing.run("http", http(headers.port()), ADDRESS, PATIENT).detail())
          .isEqualTo("headers longer than 16 KiB");
      assertThat(Probing.run("http", http(lines.port()), ADDRESS, PATIENT).detail())
          .isEqualTo("status line longer than 4096 bytes");
    }
  }

  @Test
  void shouldRefuseWhatIsNotHttp() throws Exception {
    try (ScriptedBackend backend =
        ScriptedBackend.answering(ADDRESS, "SSH-2.0-OpenSSH_9.2\u0007 and more\r\n\r\n")) {
      ProbeResult result = Probing.run("http", http(backend.port()), ADDRESS, PATIENT);

      assertThat(result.passed()).isFalse();
      assertThat(result.detail()).startsWith("the answer is not HTTP").doesNotContain("\u0007");
    }
  }

  @Test
  void shouldSayThatTheConnectionWasReset() throws Exception {
    try (ScriptedBackend backend =
            ScriptedBackend.on(ADDRESS, socket -> socket.setSoLinger(true, 0));
        ScriptedBackend late =
            ScriptedBackend.on(
                ADDRESS,
                socket -> {
                  ScriptedBackend.send(socket, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx");
                  socket.setSoLinger(true, 0);
                  Thread.sleep(100); // so that the first bytes are read before the reset
                })) {
      assertThat(Probing.run("http", http(backend.port()), ADDRESS, PATIENT).detail())
          .isEqualTo("connection reset while waiting for the status line");
      assertThat(
              Probing.run("http", expecting(late.port(), "ok", "200"), ADDRESS, PATIENT).detail())
          .isEqualTo("connection reset while reading the body (read 1 bytes)");
    }
  }

  @Test
  void shouldSayThatTheConnectionWasClosed() throws Exception {
    try (ScriptedBackend silent = ScriptedBackend.on(ADDRESS, socket -> {});
        ScriptedBackend cut =
            ScriptedBackend.answering(ADDRESS, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nxx")) {
      assertThat(Probing.run("http", http(silent.port()), ADDRESS, PATIENT).detail())
          .isEqualTo("connection closed while waiting for the status line");
      assertThat(Probing.run("http", expecting(cut.port(), "ok", "200"), ADDRESS, PATIENT).detail())
          .isEqualTo("connection closed within the body (read 2 bytes)");
    }
  }

  @Test
  void shouldSayThatNobodyListens() throws Exception {
    int port;
    try (ServerSocket closed = ScriptedBackend.listener(ADDRESS)) {
      port = closed.getLocalPort();
    }
    ProbeResult result = Probing.run("http", http(port), ADDRESS, PATIENT);

    assertThat(result.detail()).isEqualTo("connection refused");
    assertThat(result.passed()).isFalse();
    assertThat(result.steps()).extracting(Step::name).containsExactly("connect");
  }

  @Test
  void shouldTimeOutOnASilentServer() throws Exception {
    try (ScriptedBackend backend = ScriptedBackend.on(ADDRESS, socket -> Thread.sleep(60_000))) {
      ProbeResult result = Probing.run("http", http(backend.port()), ADDRESS, BRIEF);

      assertThat(result.passed()).isFalse();
      assertThat(result.detail())
          .isEqualTo("timed out after 300 ms while waiting for the status line");
    }
  }

  @Test
  void shouldTimeOutOnAServerThatDripsItsAnswer() throws Exception {
    try (ScriptedBackend headers =
            ScriptedBackend.on(ADDRESS, socket -> drip(socket, "HTTP/1.1 200 OK\r\nX: "));
        ScriptedBackend body =
            ScriptedBackend.on(ADDRESS, socket -> drip(socket, "HTTP/1.1 200 OK\r\n\r\n"))) {
      assertThat(Probing.run("http", http(headers.port()), ADDRESS, BRIEF).detail())
          .isEqualTo("timed out after 300 ms while reading the headers");
      assertThat(Probing.run("http", expecting(body.port(), "ok", "200"), ADDRESS, BRIEF).detail())
          .startsWith("timed out after 300 ms while reading the body");
    }
  }

  private static void drip(Socket socket, String start) throws IOException, InterruptedException {
    ScriptedBackend.send(socket, start);
    while (true) {
      ScriptedBackend.send(socket, "x");
      Thread.sleep(10);
    }
  }

  @Test
  void shouldTimeOutWhileConnectingWhenTheBacklogIsFull() throws Exception {
    List<Socket> waiting = new ArrayList<>();
    try (ServerSocket full = new ServerSocket()) {
      full.bind(new InetSocketAddress(InetAddress.getByName(ADDRESS), 0), 1);
      for (int i = 0; i < 4; i++) {
        Socket socket = new Socket();
        waiting.add(socket);
        try {
          socket.connect(full.getLocalSocketAddress(), 200);
        } catch (IOException backlogIsFull) {
          break;
        }
      }
      ProbeResult result = Probing.run("http", http(full.getLocalPort()), ADDRESS, BRIEF);

      assertThat(result.detail()).isEqualTo("timed out after 300 ms while connecting");
    } finally {
      for (Socket socket : waiting) {
        socket.close();
      }
    }
  }

  @Test
  void shouldResolveAHostNameAsAStepOfItsOwn() throws Exception {
    try (ScriptedBackend backend = ScriptedBackend.answering("127.0.0.1", OK)) {
      ProbeResult result =
          CheckRun.once(
              HttpCheck.HTTP,
              Probing.check("http", http(backend.port()), PATIENT),
              new Destination.HostName("localhost"));

      assertThat(result.detail()).isEqualTo("200 OK");
      assertThat(result.steps())
          .extracting(Step::name)
          .containsExactly("resolve", "connect", "first byte", "match");
      assertThat(backend.requests().getFirst())
          .containsIgnoringCase("\r\nhost: localhost:" + backend.port() + "\r\n");
    }
  }

  @Test
  void shouldFailWhenAHostNameCannotBeResolved() throws Exception {
    ProbeResult result =
        CheckRun.once(
            HttpCheck.HTTP,
            Probing.check("http", http(80), PATIENT),
            new Destination.HostName("no.such.invalid"));

    assertThat(result.passed()).isFalse();
    assertThat(result.detail()).startsWith("cannot resolve no.such.invalid");
    assertThat(result.address()).isNull();
  }
}
