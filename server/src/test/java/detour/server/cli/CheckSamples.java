package detour.server.cli;

import detour.server.api.CheckReport;
import java.util.List;

/// What one-time checks found, to be shown.
final class CheckSamples {
  private CheckSamples() {}

  static CheckReport checkOfCertificate() {
    return new CheckReport(
        "www.example.com/ams/web1",
        "https :443 / @ 192.0.2.10",
        true,
        "200 OK",
        31.4,
        List.of(
            new CheckReport.Step("connect", 1.1),
            new CheckReport.Step("handshake", 28.2),
            new CheckReport.Step("first byte", 2.1)),
        List.of(
            new CheckReport.Note("tls", "TLSv1.3, TLS_AES_256_GCM_SHA384"),
            new CheckReport.Note("certificate", "CN=www.example.com"),
            new CheckReport.Note(
                "names",
                "www.example.com, example.com, shop.example.com, api.example.com, mail.example.com"
                    + " and 12 more"),
            new CheckReport.Note("issuer", "CN=Example CA")));
  }

  static CheckReport check(boolean passed) {
    return passed
        ? new CheckReport(
            "www.example.com/ams/web1",
            "http http://192.0.2.10:80/healthz",
            true,
            "200 OK",
            12.3,
            List.of(
                new CheckReport.Step("connect", 1.1),
                new CheckReport.Step("send", 0.04),
                new CheckReport.Step("first byte", 10.9),
                new CheckReport.Step("body", 0.26)))
        : new CheckReport(
            "tcp://192.0.2.11:443",
            "tcp 192.0.2.11:443",
            false,
            "connection refused",
            0.4,
            List.of(new CheckReport.Step("connect", 0.4)));
  }
}
