package detour.server.cluster.configuration;

/// A stored configuration that this node cannot read; the message says why, and what to do.
public final class UnreadableConfiguration extends Exception {
  private static final long serialVersionUID = 1L;

  UnreadableConfiguration(String message) {
    super(message, null, false, false);
  }

  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
