package detour.server.cluster.store;

/// Why the store did not do what was asked. The message says which endpoint, what was tried and
/// what to do, in one line for an operator.
public final class StoreFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;
  private final boolean outcomeUnknown;

  /// The kinds of failure, as far as callers act on them.
  public enum Reason {
    /// Nobody answered in time, or those who did have no majority; trying again later may help.
    UNREACHABLE,
    /// Too much is under way already, here or there; trying again later will help.
    OVERLOADED,
    /// The store does not accept this user, certificate or request: somebody has to change
    /// something.
    FORBIDDEN,
    /// What answered is no store that this version understands, or not the one of before.
    UNINTELLIGIBLE,
    /// The store takes no more data until somebody makes room.
    FULL,
    /// The revision that was asked for has been forgotten.
    COMPACTED,
    /// The lease to which a write was to be bound is gone.
    LEASE_GONE,
    /// This side has closed the store.
    CLOSED
  }

  public StoreFailure(Reason reason, boolean outcomeUnknown, String message) {
    super(message, null, false, false);
    this.reason = reason;
    this.outcomeUnknown = outcomeUnknown;
  }

  public StoreFailure(Reason reason, String message) {
    this(reason, false, message);
  }

  /// The failure in what a future of the store failed with, however it is wrapped.
  public static StoreFailure of(Throwable thrown) {
    for (Throwable error = thrown; error != null; error = error.getCause()) {
      if (error instanceof StoreFailure failure) {
        return failure;
      }
    }
    return new StoreFailure(Reason.UNINTELLIGIBLE, true, "an error of this program: " + thrown);
  }

  public Reason reason() {
    return reason;
  }

  /// Whether what was asked for may have been done, or may yet be.
  public boolean outcomeUnknown() {
    return outcomeUnknown;
  }
}
