package detour.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import detour.server.api.CheckReport;
import detour.server.query.Answers;
import detour.server.query.ScriptedServer;
import detour.server.zones.ZoneContent;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Type;
import tools.jackson.databind.JsonNode;

/// `detour query` from its words to its exit code.
@Timeout(60)
class QueryCommandTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private ScriptedServer server;
  private @Nullable InetSocketAddress configured;

  @BeforeEach
  void start() throws Exception {
    server =
        new ScriptedServer(
            QueryCommandTest::answers,
            (query, number) -> answers(query, number).stream().map(Answers::framed).toList());
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  private static List<byte[]> answers(Message query, int number) {
    String name = query.getQuestion().getName().toString();
    return List.of(
        (switch (name) {
              case "missing.example.com." -> Answers.with(Answers.to(query), Rcode.NXDOMAIN);
              case "empty.example.com." -> Answers.to(query);
              case "changing.example.com." ->
                  Answers.address(query, number < 3 ? "192.0.2.1" : "198.51.100.1");
              default -> Answers.address(query, "192.0.2.1");
            })
            .toWire());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "www.example.com                 | www.example.com. | A     | IN",
        "www.example.com aaaa            | www.example.com. | AAAA  | IN",
        "mx example.com                  | example.com.     | MX    | IN",
        "a a                             | a.               | A     | IN",
        "version.bind ch txt             | version.bind.    | TXT   | CH",
        "version.bind txt --class CH     | version.bind.    | TXT   | CH",
        "example.com TYPE65534 CLASS7    | example.com.     | TYPE65534 | CLASS7",
        "example.com any                 | example.com.     | ANY   | IN",
        ".                               | .                | A     | IN",
        "-x 192.0.2.7                    | 7.2.0.192.in-addr.arpa. | PTR | IN",
        "-x 2001:db8::1 txt              |"
            + " 1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. | TXT |"
            + " IN"
      })
  void shouldAskWhatTheWordsSay(String words, String name, String type, String dclass) {
    assertThat(query(words + " " + server.at())).isEqualTo(ExitCode.DONE);
    assertThat(out.toString(StandardCharsets.UTF_8))
        .startsWith(name + " " + dclass + " " + type + "\nNOERROR  qr aa  id ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``                                   | which name? Expected NAME [TYPE] [@SERVER]",
        "a..b                                 | \"a..b\" is no domain name: a label is empty",
        "bücher.example                       | 'bücher.example' has letters outside ASCII:"
            + " expected its xn-- form, xn--bcher-kva.example",
        "example.com FOO                      | 'FOO' is no record type: expected NAME [TYPE]"
            + " [CLASS] [@SERVER]",
        "example.com A MX                     | 'MX' is no record type: expected NAME [TYPE]"
            + " [CLASS] [@SERVER]",
        "example.com AXFR                     | AXFR moves a whole zone, which this command does"
            + " not do",
        "example.com OPT                      | OPT is part of messages and cannot be asked for",
        "example.com --class XX               | 'XX' is no class: expected IN, CH, HS, ANY or one"
            + " as CLASS3",
        "-x example.com                       | 'example.com' is no IP address: expected one as"
            + " 192.0.2.7 or 2001:db8::7",
        "example.com @127.0.0.1 @::1          | two servers, @127.0.0.1 and @::1: expected one",
        "example.com @[::1                    | '@[::1' is no server: expected one as @192.0.2.1,"
            + " @192.0.2.1:5300, @[2001:db8::1]:5300 or @ns1.example.com",
        "example.com @                        | '@' is no server: expected one as @192.0.2.1",
        "example.com @1.2.3                   | '@1.2.3' is no server: expected one as @192.0.2.1,"
            + " @192.0.2.1:5300, @[2001:db8::1]:5300 or @ns1.example.com",
        "example.com @127.0.0.1:x             | '127.0.0.1:x' has no port after its colon: expected"
            + " a number from 1 to 65535",
        "example.com -p 70000                 | --port: expected a number from 1 to 65535",
        "example.com --subnet 192.0.2.0/33    | '192.0.2.0/33' is no network: expected one as"
            + " 192.0.2.0/24, 2001:db8::/56 or 0",
        "example.com --subnet 10/8    | '10/8' is no network: expected one as 192.0.2.0/24,"
            + " 2001:db8::/56 or 0",
        "example.com --cookie-hex 0102        | --cookie-hex: expected 8 octets in hex, or 16 to 40"
            + " with the server's part",
        "example.com --timeout soon           | --timeout: 'soon' is no time: expected one as"
            + " 500ms, 5s or 1m",
        "example.com --timeout 0              | --timeout: '0' is no time: expected one as 500ms,"
            + " 5s or 1m",
        "example.com --tries 0                | --tries: expected a number from 1 to 100",
        "example.com --bufsize 100            | --bufsize: expected a number from 512 to 65535",
        "example.com --no-edns --nsid         | --no-edns excludes what EDNS carries",
        "example.com --keepalive              | --keepalive goes with --tcp or --tls",
        "example.com --tcp --tls              | --tcp and --tls exclude each other",
        "example.com --tls-name a.example     | --tls-ca and --tls-name go with --tls",
        "example.com -4 -6                    | -4 and -6 exclude each other",
        "example.com --watch --repeat 2       | --repeat N, with N above 0, --watch and --short"
            + " exclude each other",
        "example.com --repeat 2 --short       | --repeat N, with N above 0, --watch and --short"
            + " exclude each other"
      })
  void shouldSayWhatWasExpected(String words, String message) {
    assertThat(query(words)).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo("error: " + message + "\nSee: detour query --help\n");
    assertThat(out.toString(StandardCharsets.UTF_8)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"www.example.com, 0, 0", "missing.example.com, 0, 1", "empty.example.com, 0, 1"})
  void shouldDemandDataOnlyWhenToldToCheck(String name, int exitCode, int checked) {
    assertThat(query(name + " " + server.at())).isEqualTo(exitCode);
    assertThat(query(name + " --check " + server.at())).isEqualTo(checked);
  }

  @Test
  void shouldPrintTheDataAlone() {
    assertThat(query("www.example.com --short " + server.at())).isEqualTo(ExitCode.DONE);
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("192.0.2.1\n");
  }

  @Test
  void shouldPrintJson() {
    assertThat(query("www.example.com --json " + server.at())).isEqualTo(ExitCode.DONE);
    JsonNode json = ServerClient.JSON.readTree(out.toString(StandardCharsets.UTF_8));
    assertThat(json.path("rcode").asString()).isEqualTo("NOERROR");
    assertThat(json.path("class").asString()).isEqualTo("IN");
    assertThat(json.path("edns").isNull()).isTrue();
    assertThat(json.path("answer").path(0).path("data").asString()).isEqualTo("192.0.2.1");
    assertThat(json.path("answer").path(0).path("ttl").asInt()).isEqualTo(30);
  }

  @Test
  void shouldAskTheServerOfTheConfiguration() {
    configured = server.address();

    assertThat(query("www.example.com -c site.yaml")).isEqualTo(ExitCode.DONE);
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains(server.at().substring(1) + " over UDP");
    assertThat(server.queries().getFirst().getQuestion().getType()).isEqualTo(Type.A);
  }

  @Test
  void shouldSayThatThereIsNoAnswer() throws Exception {
    String at = server.at();
    server.close();

    assertThat(query("www.example.com --tcp " + at)).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo("error: " + at.substring(1) + " refuses connections over TCP\n");
    assertThat(query("www.example.com --repeat 2 --interval 1ms --tcp " + at))
        .isEqualTo(ExitCode.UNREACHABLE);
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("2 asked, 0 answered, 2 not");
  }

  @Test
  void shouldSumUpWhatManyQuestionsGave() {
    assertThat(query("changing.example.com --repeat 5 --interval 5ms " + server.at()))
        .isEqualTo(ExitCode.DONE);
    List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
    assertThat(lines.getFirst())
        .isEqualTo(
            "changing.example.com. IN A  " + server.at().substring(1) + " over UDP, every 5 ms");
    assertThat(lines.get(1)).matches("12:00:00\\.000 +[0-9.]+ ms  NOERROR  TTL 30  192.0.2.1");
    assertThat(lines.get(3))
        .matches("12:00:00\\.000  → +[0-9.]+ ms  NOERROR  TTL 30  198.51.100.1");
    assertThat(lines)
        .contains("5 asked, 5 answered", "  3 × NOERROR 198.51.100.1", "  2 × NOERROR 192.0.2.1");
  }

  @Test
  void shouldPrintOnlyChangesOfManyAnswersAsJson() {
    assertThat(query("changing.example.com --repeat 4 --interval 1ms --json " + server.at()))
        .isEqualTo(ExitCode.DONE);
    List<JsonNode> lines =
        out.toString(StandardCharsets.UTF_8)
            .lines()
            .map(line -> ServerClient.JSON.readTree(line))
            .toList();
    assertThat(lines).hasSize(5);
    assertThat(lines.getFirst().path("at").asString()).isEqualTo("2026-01-01T12:00:00Z");
    assertThat(lines.getFirst().path("answer").path("rcode").asString()).isEqualTo("NOERROR");
    assertThat(lines.getLast().path("summary").path("outcomes").size()).isEqualTo(2);
  }

  @Test
  void shouldShowChangesUntilItIsInterrupted() throws Exception {
    Thread watching =
        Thread.ofPlatform()
            .start(() -> query("changing.example.com --watch --interval 1ms " + server.at()));
    await().until(() -> server.queries().size() > 10);
    watching.interrupt();
    watching.join();

    assertThat(out.toString(StandardCharsets.UTF_8).lines().filter(line -> line.startsWith("12:")))
        .hasSize(2);
    assertThat(out.toString(StandardCharsets.UTF_8)).contains(" answered\n");
  }

  private int query(String words) {
    out.reset();
    err.reset();
    String[] arguments =
        Stream.concat(
                Stream.of("query"),
                Arrays.stream(words.split(" +", -1)).filter(word -> !word.isEmpty()))
            .toArray(String[]::new);
    return CommandLineInterface.run(arguments, "0.1.0", new Local(), terminal());
  }

  private Terminal terminal() {
    return new Terminal(
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        false,
        new Look(100, false, true),
        InstantSource.fixed(Instant.parse("2026-01-01T12:00:00Z")),
        ZoneOffset.UTC,
        Map.of());
  }

  private final class Local implements LocalActions {
    @Override
    public Path tokenFile(@Nullable Path configuration) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void logToStandardError() {}

    @Override
    public @Nullable InetSocketAddress dnsServer(@Nullable Path configuration) {
      return configured;
    }

    @Override
    public int run(@Nullable Path configuration) {
      throw new AssertionError();
    }

    @Override
    public int validate(@Nullable Path configuration) {
      throw new AssertionError();
    }

    @Override
    public int init(Path folder, boolean overwrite) {
      throw new AssertionError();
    }

    @Override
    public int demo(boolean once) {
      throw new AssertionError();
    }

    @Override
    public Gathered gather(@Nullable Path configuration) {
      throw new AssertionError();
    }

    @Override
    public List<ZoneContent> zones(@Nullable Path configuration) {
      throw new AssertionError();
    }

    @Override
    public List<CheckReport> check(@Nullable Path configuration, String subject) {
      throw new AssertionError();
    }
  }
}
