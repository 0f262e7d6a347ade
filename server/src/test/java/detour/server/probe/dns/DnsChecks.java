package detour.server.probe.dns;

import detour.server.probe.ProbeResult;
import detour.server.probe.Probing;
import detour.server.probe.dns.DnsSettings.Expected;
import detour.server.probe.dns.DnsSettings.ExpectedData;
import detour.server.probe.dns.DnsSettings.Transport;
import detour.server.probe.dns.DnsSettings.Truncated;
import detour.server.probe.tls.TlsSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.Stream;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Type;

/// Short ways to declare `dns` checks in tests.
final class DnsChecks {
  private DnsChecks() {}

  static final Expected ANY = expected("NOERROR");

  static Expected expected(String rcodes) {
    return new Expected(
        Stream.of(rcodes.split(" ")).map(Rcode::value).toList(),
        List.of(),
        false,
        1,
        false,
        Truncated.DEGRADED);
  }

  static Expected addresses(boolean exact, String... addresses) {
    return new Expected(
        List.of(Rcode.NOERROR),
        Stream.of(addresses).map(address -> data(Type.A, address)).toList(),
        exact,
        1,
        false,
        Truncated.DEGRADED);
  }

  static ExpectedData data(int type, String text) {
    try {
      return new ExpectedData(
          text,
          DnsOptions.canonical(Record.fromString(Name.root, type, DClass.IN, 0, text, Name.root)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static DnsSettings settings(int port, Transport transport, String name, Expected expected) {
    return new DnsSettings(port, transport, name, Type.A, false, expected, TlsSettings.DEFAULT);
  }

  static ProbeResult run(DnsSettings settings, String address) throws InterruptedException {
    return Probing.run("dns", settings, address, Probing.PATIENT);
  }
}
