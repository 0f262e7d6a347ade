package detour.failover.model;

/// What is believed of an endpoint. UNKNOWN is not a third kind of health: nothing was seen yet.
public enum Health {
  UNKNOWN,
  UP,
  DOWN
}
