package detour.dns.zone;

/// A record that cannot stand in its zone; the message names owner, type and reason.
public final class ZoneException extends Exception {
  private static final long serialVersionUID = 1L;

  public ZoneException(String message) {
    super(message);
  }
}
