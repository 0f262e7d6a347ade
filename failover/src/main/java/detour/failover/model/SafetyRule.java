package detour.failover.model;

import java.time.Duration;
import java.util.List;

/// What operators must not do by accident. A rule speaks of pools and endpoints, its *members*, and
/// against changes that an operator asks for; health that changes by itself it never holds up.
public sealed interface SafetyRule {
  /// By which a refusal names it.
  String name();

  /// At least one; `service/pool` or `service/pool/endpoint`.
  List<OverridePath> members();

  /// Never fewer than so many of the members can serve.
  ///
  /// @param count at least 1
  record AtLeast(String name, int count, List<OverridePath> members) implements SafetyRule {
    public AtLeast {
      members = List.copyOf(members);
    }
  }

  /// Never more than so many of the members are out at once, whether an operator took them out or
  /// they failed.
  ///
  /// @param count at least 1
  record AtMostOut(String name, int count, List<OverridePath> members) implements SafetyRule {
    public AtMostOut {
      members = List.copyOf(members);
    }
  }

  /// After a change to any of the members, so long no other change to any of them.
  record Wait(String name, Duration time, List<OverridePath> members) implements SafetyRule {
    public Wait {
      members = List.copyOf(members);
    }
  }
}
