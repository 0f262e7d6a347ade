package detour.dns.answer;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
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

  /// What is answered at a name at which several services stand, each for types of its own.
  ///
  /// @param services at most one of them with addresses
  public static ServiceAnswer together(List<ServiceAnswer> services) {
    ServiceAnswer addresses =
        new ServiceAnswer(PreparedAnswer.ofZone(), PreparedAnswer.ofZone(), null);
    List<TypeAnswer> others = new ArrayList<>();
    for (ServiceAnswer service : services) {
      String error = Objects.requireNonNullElse(service.extendedError, "");
      if (service.ipv4.kind() != PreparedAnswer.Kind.ZONE) {
        addresses = service;
      }
      service.others.forEach(o -> others.add(new TypeAnswer(o.type, o.answer, error)));
    }
    return new ServiceAnswer(addresses.ipv4, addresses.ipv6, addresses.extendedError, others);
  }

  /// The answer for one type.
  ///
  /// @param extendedError null for that of the service, empty for none
  public record TypeAnswer(int type, PreparedAnswer answer, @Nullable String extendedError) {
    /// With the extended error of the service.
    public TypeAnswer(int type, PreparedAnswer answer) {
      this(type, answer, null);
    }
  }
}
