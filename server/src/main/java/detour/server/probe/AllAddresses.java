package detour.server.probe;

import detour.failover.model.Check;
import detour.failover.model.ProbeOptions;
import detour.server.probe.ProbeResult.Outcome;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// One probe of every address of a host name at once: it passes when each does, and fails with the
/// first that fails. Confined to the event loop of the run that it is a part of.
final class AllAddresses {
  /// Names have no such number of addresses but by mistake or malice; each one is a connection.
  static final int ADDRESSES_MAX = 16;

  private static final ProbeOptions.Addresses EACH = ProbeOptions.Addresses.ONE;

  private final Prober prober;
  private final ProbeKind kind;
  private final Check check;
  private final ProbeRun whole;
  private final List<InetAddress> addresses;
  private final int known;
  private final List<ProbeRun> parts = new ArrayList<>();
  private final List<ProbeResult> results = new ArrayList<>();

  /// @param addresses at least one
  AllAddresses(
      Prober prober, ProbeKind kind, Check check, ProbeRun whole, List<InetAddress> addresses) {
    this.prober = prober;
    this.kind = kind;
    this.check = check;
    this.whole = whole;
    this.addresses = addresses.subList(0, Math.min(addresses.size(), ADDRESSES_MAX));
    this.known = addresses.size();
  }

  void start() {
    whole.leaveTimeoutToParts();
    // What the result means is judged once, of the whole.
    ProbeOptions plain = new ProbeOptions(null, check.options().source(), false, null, EACH);
    for (InetAddress ignored : addresses) {
      parts.add(
          new ProbeRun(
              prober, whole.loop(), whole.destination(), check.timeout(), plain, this::ended));
    }
    for (int i = 0; i < parts.size(); i++) {
      parts.get(i).beginWithin(whole);
      Prober.proceed(kind, check, parts.get(i), addresses.get(i));
    }
  }

  private void ended(ProbeResult result) {
    if (whole.ended()) {
      return;
    }
    results.add(result);
    if (result.outcome() == Outcome.FAILED) {
      whole.endAs(result, of(result) + result.detail());
      parts.forEach(part -> part.notStarted("another address has failed"));
    } else if (results.size() == parts.size()) {
      allEnded();
    }
  }

  /// None has failed: the least that was said of any holds for the whole, with the steps of the
  /// slowest.
  private void allEnded() {
    ProbeResult decisive =
        results.stream()
            .max(
                Comparator.comparing(
                        ProbeResult::outcome, Comparator.comparingInt(AllAddresses::weight))
                    .thenComparingLong(ProbeResult::nanos))
            .orElseThrow();
    String count =
        known == parts.size() ? "all " + known : "the first " + parts.size() + " of " + known;
    whole.endAs(
        decisive,
        decisive.outcome() == Outcome.PASSED
            ? count + " addresses pass: " + decisive.detail()
            : of(decisive) + decisive.detail());
  }

  private static int weight(Outcome outcome) {
    return switch (outcome) {
      case PASSED -> 0;
      case DEGRADED -> 1;
      case NOT_STARTED -> 2;
      case FAILED -> 3;
    };
  }

  private static String of(ProbeResult result) {
    InetAddress address = result.address();
    return address == null ? "" : address.getHostAddress() + ": ";
  }
}
