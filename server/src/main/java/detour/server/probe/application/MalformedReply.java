package detour.server.probe.application;

/// What came in breaks the rules of its protocol. Never leaves the handlers of a connection.
final class MalformedReply extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /// @param message what is wrong, in words for an operator
  MalformedReply(String message) {
    super(message, null, false, false);
  }
}
