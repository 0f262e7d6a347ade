package detour.failover.safety;

/// What a safety rule has against a change.
///
/// @param rule its name
/// @param sentence why, without a final full stop
public record Objection(String rule, String sentence) {
  @Override
  public String toString() {
    return "the safety rule " + rule + " forbids it: " + sentence;
  }
}
