package detour.server.query;

/// Why there is no answer; the message is for the person who asked.
public final class QueryFailed extends Exception {
  private static final long serialVersionUID = 1L;

  private final Kind kind;

  /// What went wrong.
  public enum Kind {
    /// Nothing came in time.
    NO_ANSWER,
    /// Nobody listens there.
    REFUSED,
    /// There is no way to it, or its name has no address.
    UNREACHABLE,
    /// The connection ended before the answer did.
    CLOSED,
    /// TLS could not be agreed on, or the certificate is not accepted.
    TLS,
    /// What came is no DNS message, or answers something else.
    MALFORMED
  }

  QueryFailed(Kind kind, String message) {
    super(message, null, false, false);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }

  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
