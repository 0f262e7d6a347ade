package detour.failover.model;

/// A count, or a percentage of a whole.
///
/// @param value a count of at least 0, or a percentage from 0 to 100
public record Share(int value, boolean percent) {
  public static Share count(int count) {
    return new Share(count, false);
  }

  public static Share percent(int percent) {
    return new Share(percent, true);
  }

  @Override
  public String toString() {
    return percent ? value + "%" : Integer.toString(value);
  }
}
