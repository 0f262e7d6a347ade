package detour.server.publish;

/// An operator's command that cannot be carried out; the message says why and what would be
/// accepted.
public final class CommandRefused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public CommandRefused(String message) {
    super(message);
  }
}
