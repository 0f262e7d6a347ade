package detour.server.options;

/// A value and where it stands, for rules that need more than one value to judge it.
public record Placed<V>(V value, Place place) {}
