package detour.server.listen;

import detour.dns.answer.RateLimits;
import detour.dns.answer.Responder;
import detour.dns.answer.ResponseCounts;
import detour.dns.answer.Transport;
import detour.server.metrics.Exposition;
import detour.server.metrics.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongBiFunction;
import java.util.function.ToLongFunction;

/// The counts of all responders, summed at each scrape.
final class QueryCounts {
  private final List<Responder> responders;

  QueryCounts(List<Responder> responders) {
    this.responders = List.copyOf(responders);
  }

  void exposeTo(Exposition exposition) {
    exposition.counter(
        "detour_dns_queries",
        "Queries answered, by transport, type asked and response code.",
        List.of("transport", "type", "rcode"),
        this::queries);
    exposition.counter(
        "detour_dns_dropped",
        "Messages that got no response: too short, or responses themselves.",
        List.of("transport"),
        () -> byTransport(ResponseCounts::dropped));
    exposition.counter(
        "detour_dns_truncated",
        "Responses sent with the TC bit set.",
        List.of("transport"),
        () -> byTransport(ResponseCounts::truncated));
    exposition.counter(
        "detour_dns_rate_limited",
        "Responses over UDP above a rate limit, by the limit.",
        List.of("limit"),
        this::limited);
    exposition.counter(
        "detour_dns_rate_limit_slipped",
        "Responses above a rate limit that were sent truncated; among those above one.",
        List.of(),
        () -> List.of(Sample.of(sum(ResponseCounts::slipped))));
    exposition.counter(
        "detour_dns_rate_limit_cookies",
        "Responses that no rate limit applied to, for the client's cookie was valid.",
        List.of(),
        () -> List.of(Sample.of(sum(ResponseCounts::known))));
  }

  private List<Sample> queries() {
    Map<List<String>, Long> sums = new TreeMap<>((a, b) -> a.toString().compareTo(b.toString()));
    for (Responder responder : responders) {
      responder
          .counts()
          .forEach((transport, type, code, responses) ->
              sums.merge(List.of(name(transport), type.name(), code.name()), responses, Long::sum));
    }
    List<Sample> samples = new ArrayList<>();
    sums.forEach((labels, sum) -> samples.add(new Sample(sum, labels)));
    return samples;
  }

  private List<Sample> limited() {
    List<Sample> samples = new ArrayList<>();
    for (RateLimits.Kind limit : RateLimits.Kind.values()) {
      samples.add(
          Sample.of(sum(counts -> counts.limited(limit)), limit.name().toLowerCase(Locale.ROOT)));
    }
    return samples;
  }

  private double sum(ToLongFunction<ResponseCounts> count) {
    return responders.stream().map(Responder::counts).mapToLong(count).sum();
  }

  private List<Sample> byTransport(ToLongBiFunction<ResponseCounts, Transport> count) {
    List<Sample> samples = new ArrayList<>();
    for (Transport transport : Transport.values()) {
      long sum = 0;
      for (Responder responder : responders) {
        sum += count.applyAsLong(responder.counts(), transport);
      }
      samples.add(Sample.of((double) sum, name(transport)));
    }
    return samples;
  }

  private static String name(Transport transport) {
    return transport.name().toLowerCase(Locale.ROOT);
  }
}
