package detour.systemtest.differential;

import detour.systemtest.differential.NormalForm.Part;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiPredicate;
import org.xbill.DNS.Type;

/// Where this server answers like none of the others, and means to. `docs/differences.md` gives the
/// reason for each.
enum KnownDifference {
  /// One record set of many: each server chooses its own (RFC 8482 section 4.1).
  ANY_IS_ONE_SET((exchange, part) ->
      exchange.question().type() == Type.ANY && part != Part.STATUS && part != Part.EDNS),

  /// Addresses from another zone that is served, beside those that one of the others gives.
  ADDITIONAL_OF_OTHER_ZONES(
      (exchange, part) -> part == Part.ADDITIONAL && exchange.addsOfOtherZonesOnly()),

  /// All that an alias of HTTPS leads to, and the addresses of a wildcard that is its own target.
  ADDITIONAL_OF_SERVICES((exchange, part) ->
      part == Part.ADDITIONAL && exchange.question().type() == Type.HTTPS && exchange.addsMore()),

  /// A redirection into itself makes the name longer until 16 links are followed or there is no
  /// room; the others stop sooner, each elsewhere, or fail.
  GROWING_REDIRECTION((exchange, part) ->
      (part == Part.STATUS || part == Part.ANSWER)
          && exchange.detour().records(Part.ANSWER).stream()
              .anyMatch(record -> record.contains(" dname "))
          && exchange.detour().records(Part.ANSWER).size() > 6),

  /// Zones are not transferred to this server: NOTIFY is an opcode like any other.
  NOTIFY_IS_NOT_IMPLEMENTED(
      (exchange, part) -> part == Part.STATUS && exchange.question().variant().equals("opcode 4")),

  /// Types that have a meaning within single messages only (RFC 6895 section 3.1).
  META_TYPE_IS_NOT_IMPLEMENTED((exchange, part) ->
      switch (exchange.question().type()) {
        case Type.TKEY, Type.TSIG, Type.MAILA, Type.MAILB -> part == Part.STATUS;
        default -> false;
      }),

  /// Class ANY is refused like every class but IN and CHAOS.
  CLASS_ANY_IS_REFUSED(
      (exchange, part) -> part == Part.STATUS && exchange.question().variant().equals("class 255"));

  @SuppressWarnings("ImmutableEnumChecker") // predicates without state
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
