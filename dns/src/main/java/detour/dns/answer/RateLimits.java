package detour.dns.answer;

import java.time.Duration;
import java.util.List;

/// How many responses over UDP the clients of one prefix get, so that a server that is asked in
/// their name does not flood them. Immutable.
///
/// @param answers for one name in a second, to one prefix; 0 for no limit, as with all rates
/// @param nxdomain in a second, to one prefix
/// @param referrals in a second, to one prefix
/// @param errors in a second, to one prefix
/// @param all responses of every kind in a second, to one prefix
/// @param burst for so long a prefix that asked nothing may have its rates at once
/// @param slip one in so many of the responses above a limit is sent truncated, by chance; 0 for
///   none, 1 for all
/// @param ipv4Bits how much of an address makes a prefix
/// @param ipv6Bits the same for IPv6
/// @param exempt whose responses are not limited
public record RateLimits(
    Mode mode,
    int answers,
    int nxdomain,
    int referrals,
    int errors,
    int all,
    Duration burst,
    int slip,
    int ipv4Bits,
    int ipv6Bits,
    List<AddressPrefix> exempt) {
  /// The highest rate, in responses a second.
  public static final int HIGHEST_RATE = 1_000_000;

  public static final Duration SHORTEST_BURST = Duration.ofSeconds(1);
  public static final Duration LONGEST_BURST = Duration.ofMinutes(1);

  /// `127.0.0.0/8` and `::1`, whom nobody outside can pretend to be.
  public static final List<AddressPrefix> LOOPBACK =
      List.of(
          AddressPrefix.of(new byte[] {127, 0, 0, 0}, 8),
          AddressPrefix.of(new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128));

  /// Limits that no honest resolver meets.
  public static final RateLimits DEFAULT =
      new RateLimits(
          Mode.ON, 1_000, 1_000, 1_000, 200, 10_000, Duration.ofSeconds(5), 2, 24, 56, LOOPBACK);

  /// No limits.
  public static final RateLimits OFF = DEFAULT.with(Mode.OFF);

  /// What happens above a limit.
  public enum Mode {
    /// Responses are left out.
    ON,
    /// Nothing is limited.
    OFF,
    /// Responses are counted and sent.
    COUNT
  }

  /// What is limited apart from the others.
  public enum Kind {
    /// About a name that exists, an empty answer and the SERVFAIL of a service too; each name has
    /// its own limit.
    ANSWERS,
    /// About a name that does not exist.
    NXDOMAIN,
    /// To the servers of a delegated zone.
    REFERRALS,
    /// Refused and not understood.
    ERRORS,
    /// All of them together.
    ALL
  }

  public RateLimits {
    exempt = List.copyOf(exempt);
    for (int rate : new int[] {answers, nxdomain, referrals, errors, all}) {
      requireRange("a rate", rate, 0, HIGHEST_RATE);
    }
    requireRange("slip", slip, 0, 1_000);
    requireRange("an IPv4 prefix", ipv4Bits, 1, 32);
    requireRange("an IPv6 prefix", ipv6Bits, 1, 128);
    if (burst.compareTo(SHORTEST_BURST) < 0 || burst.compareTo(LONGEST_BURST) > 0) {
      throw new IllegalArgumentException("a burst is 1 s to 60 s, not " + burst);
    }
  }

  public RateLimits with(Mode newMode) {
    return new RateLimits(
        newMode, answers, nxdomain, referrals, errors, all, burst, slip, ipv4Bits, ipv6Bits,
        exempt);
  }

  /// Responses of a kind in a second; 0 for no limit.
  public int rate(Kind kind) {
    return switch (kind) {
      case ANSWERS -> answers;
      case NXDOMAIN -> nxdomain;
      case REFERRALS -> referrals;
      case ERRORS -> errors;
      case ALL -> all;
    };
  }

  private static void requireRange(String what, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s is %d to %d, not %d".formatted(what, least, most, value));
    }
  }
}
