package detour.server.cli;

import detour.server.query.OptionReport;
import detour.server.query.QueryReport;
import detour.server.query.QueryReport.EdnsReport;
import detour.server.query.QueryReport.RecordReport;
import detour.server.query.Tally;
import java.util.List;
import java.util.Map;

/// Answers to be shown.
final class QuerySamples {
  private QuerySamples() {}

  static QueryReport answer() {
    return new QueryReport(
        "www.example.com.",
        "A",
        "IN",
        "127.0.0.1:5300",
        "UDP",
        null,
        0.84,
        null,
        214,
        63,
        4711,
        "QUERY",
        "NOERROR",
        List.of("qr", "aa", "rd"),
        new EdnsReport(
            0,
            1232,
            false,
            List.of(
                option(15, "EDE", "0 Other Error: www.example.com: no pool is available"),
                option(8, "ECS", "198.51.100.0/24, the answer is good for everybody (scope 0)"),
                option(19, "ZONEVERSION", "example.com. serial 2026112201"),
                option(19, "ZONEVERSION", "example.com. selection epoch 17"),
                option(3, "NSID", "ams1 epoch=17"))),
        List.of(
            new RecordReport("www.example.com.", 30, "IN", "A", "192.0.2.10"),
            new RecordReport("www.example.com.", 30, "IN", "A", "192.0.2.11")),
        List.of(new RecordReport("example.com.", 3600, "IN", "NS", "ns1.example.com.")),
        List.of(new RecordReport("ns1.example.com.", 3600, "IN", "AAAA", "2001:db8::53")),
        List.of());
  }

  static QueryReport overTls() {
    return new QueryReport(
        "big.example.com.",
        "TXT",
        "IN",
        "[2001:db8::53]:853",
        "TLS",
        "TLS 1.3, TLS_AES_256_GCM_SHA384, certificate CN=ns1.example.com, checked",
        31.2,
        27.9,
        3968,
        128,
        17,
        "QUERY",
        "NOERROR",
        List.of("qr", "aa"),
        new EdnsReport(
            0,
            1232,
            true,
            List.of(
                option(11, "KEEPALIVE", "connections may idle for 30.0 s"),
                option(12, "PADDING", "84 octets"))),
        List.of(new RecordReport("big.example.com.", 300, "IN", "TXT", "\"v=spf1 -all\"")),
        List.of(),
        List.of(),
        List.of("answered at try 2"));
  }

  static QueryReport refused() {
    return new QueryReport(
        "example.net.",
        "SOA",
        "IN",
        "192.0.2.53:53",
        "UDP",
        null,
        12.4,
        null,
        40,
        40,
        1,
        "NOTIFY",
        "REFUSED",
        List.of("qr"),
        null,
        List.of(),
        List.of(),
        List.of(),
        List.of("the server does not speak EDNS"));
  }

  static Tally.Summary summary() {
    return new Tally.Summary(
        60,
        58,
        new Tally.TimesSpent(0.41, 0.62, 11.8),
        List.of(
            new Tally.Outcome(50, "NOERROR 192.0.2.10"),
            new Tally.Outcome(8, "NOERROR 198.51.100.20"),
            new Tally.Outcome(2, "no answer from 127.0.0.1:53 over UDP within 500 ms")));
  }

  private static OptionReport option(int code, String name, String text) {
    return new OptionReport(code, name, text, Map.of());
  }
}
