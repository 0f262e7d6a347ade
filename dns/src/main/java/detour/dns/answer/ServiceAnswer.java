package detour.dns.answer;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a service is answered with now.
///
/// @param extendedError text of an Extended DNS Error (RFC 8914, code 0 "Other") for queries with
///   EDNS; null for none
/// @param others what it answers for types other than A and AAAA; for types that are not among them
///   the zone's own records answer
public record ServiceAnswer(
    PreparedAnswer ipv4,
    PreparedAnswer ipv6,
    @Nullable String extendedError,
    List<TypeAnswer> others) {

  public ServiceAnswer {
    others = List.copyOf(others);
  }

  /// Addresses only.
  public ServiceAnswer(PreparedAnswer ipv4, PreparedAnswer ipv6, @Nullable String extendedError) {
    this(ipv4, ipv6, extendedError, List.of());
  }

  /// The answer for one type.
  public record TypeAnswer(int type, PreparedAnswer answer) {}
}
