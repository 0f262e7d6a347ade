package detour.server.differential;

import detour.server.differential.NormalForm.Part;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiPredicate;
import org.xbill.DNS.Type;

/// Where this server answers like none of the others, and means to. `docs/differences.md` gives the
/// reason for each.
enum KnownDifference {
  /// One record set of many: each server chooses its own (RFC 8482 section 4.1).
  ANY_IS_ONE_SET(
      (exchange, part) ->
          exchange.question().type() == Type.ANY && part != Part.STATUS && part != Part.EDNS);

  private final BiPredicate<Exchange, Part> covers;

  KnownDifference(BiPredicate<Exchange, Part> covers) {
    this.covers = covers;
  }

  /// Whether this is why the server is alone in a part of the answer.
  boolean explains(Exchange exchange) {
    return exchange.alone().stream().anyMatch(part -> covers.test(exchange, part));
  }

  /// The parts in which this server is alone for no known reason.
  static List<Part> unexplained(Exchange exchange) {
    List<Part> unexplained = new ArrayList<>(exchange.alone());
    unexplained.removeIf(
        part -> Arrays.stream(values()).anyMatch(known -> known.covers.test(exchange, part)));
    return unexplained;
  }
}
