package detour.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Type;

/// What `detour zone print` says of services that carry records is what dig gets while all is well.
class PrintedZoneTest {
  private static final String ZONE =
      """
      $TTL 1h
      @     IN SOA ns1 hostmaster ( 7 1h 15m 2w 30s )
      @     IN NS  ns1
      @     IN NS  ns2.example.net.
      @     IN CAA 0 issue "ca.example.net; policy=ev"
      ns1   IN A   192.0.2.53
      fixed IN TXT "two" "strings; and a semicolon"
      sip1  IN AAAA 2001:db8::1
      """;

  @RegisterExtension final Stage stage = Stage.forEachTest();

  /// The question that a record answers.
  private record Question(Name name, int type) {
    static Question of(Record record) {
      return new Question(record.getName(), record.getType());
    }
  }

  @Test
  void shouldBeWhatDigGets() {
    DetourServer server = serve();

    Map<Question, List<String>> printed =
        records(
                PackagedBuild.run(
                        stage.directory(),
                        "zone",
                        "print",
                        "example.org",
                        "-c",
                        server.configurationFile().toString())
                    .requireSuccess()
                    .out()
                    .lines())
            .collect(
                Collectors.groupingBy(
                    Question::of, Collectors.mapping(Record::toString, Collectors.toList())));

    assertThat(printed.keySet())
        .extracting(Question::type)
        .contains(Type.SOA, Type.NS, Type.A, Type.MX, Type.SRV, Type.HTTPS, Type.TXT, Type.CAA);
    assertThat(printed)
        .allSatisfy((question, records) ->
            assertThat(dig(server, question))
                .as("%s", question)
                .containsExactlyInAnyOrderElementsOf(records));
    assertThat(dig(server, new Question(name("any.example.org."), Type.A)))
        .singleElement()
        .asString()
        .endsWith(stage.address(2));
  }

  private DetourServer serve() {
    for (int host = 1; host <= 5; host++) {
      stage.backend(host);
    }
    stage.file("example.org.zone", ZONE);
    DetourServer server = stage.server(services());
    for (String service :
        List.of(
            "_sip._tcp.example.org", "example.org", "mail", "www.example.org", "*.example.org")) {
      server.awaitStatus(service, "SERVING");
    }
    return server;
  }

  /// As `examples/sip-and-mail.yaml`; the addresses are the stage's first five, the first three of
  /// first pools.
  private String services() {
    return """
    zones: [ { name: example.org, file: example.org.zone } ]
    checks:
      port: { type: tcp, port: %1$d, interval: 300ms, timeout: 200ms, fast_interval: 50ms }
    services:
      - name: _sip._tcp.example.org
        addresses: false
        check: port
        pools:
          - name: ams
            endpoints:
              - { address: %2$s, records: SRV 10 60 5060 sip1.example.org }
              - { address: %3$s, records: SRV 10 40 5060 sip2.example.net }
          - endpoints:
              - { address: %5$s, records: SRV 10 0 5060 sip3.example.net }
      - name: example.org
        check: port
        ttl: 7s
        pools:
          - endpoints: [%2$s, %3$s]
          - endpoints: [%5$s]
      - name: mail
        owner: example.org
        addresses: false
        check: port
        when_all_down: all
        pools:
          - endpoints:
              - { address: %2$s, records: MX 10 mx1.example.net }
              - { address: %4$s, records: MX 10 mx2.example.net }
          - endpoints:
              - { address: %6$s, records: MX 10 mx3.example.net }
      - name: www.example.org
        addresses: true
        check: port
        pools:
          - endpoints:
              - { address: %2$s, records: ["HTTPS 1 . alpn=h2,h3 ipv4hint=192.0.2.80", 'TXT "site=ams"'] }
              - { address: %4$s, records: 'CAA 128 issuewild ";"' }
          - endpoints:
              - { address: %6$s, records: [HTTPS 1 . alpn=h2, 'TXT "site=fra"'] }
      - name: "*.example.org"
        check: port
        pools:
          - endpoints: [%3$s]
          - endpoints: [%6$s]
    """
        .formatted(
            stage.port(),
            stage.address(1),
            stage.address(2),
            stage.address(3),
            stage.address(4),
            stage.address(5));
  }

  private static List<String> dig(DetourServer server, Question question) {
    return records(
            Dig.DIG
                .ask(
                    server.dnsPort(),
                    "+noall",
                    "+answer",
                    question.name().toString(),
                    Type.string(question.type()))
                .lines())
        .map(Record::toString)
        .toList();
  }

  /// Reads both tools' lines, which write the same data in different ways.
  private static Stream<Record> records(Stream<String> lines) {
    return lines
        .filter(line -> !line.isBlank() && !line.startsWith(";"))
        .map(PrintedZoneTest::record);
  }

  private static Record record(String line) {
    String[] fields = line.replaceAll(" ; service$", "").split("\\s+", 5);
    try {
      return Record.fromString(
          name(fields[0]),
          Type.value(fields[3]),
          DClass.value(fields[2]),
          Long.parseLong(fields[1]),
          fields[4],
          Name.root);
    } catch (IOException e) {
      throw new UncheckedIOException(line, e);
    }
  }

  private static Name name(String name) {
    try {
      return Name.fromString(name);
    } catch (IOException e) {
      throw new UncheckedIOException(name, e);
    }
  }
}
