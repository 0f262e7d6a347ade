package detour.server.probe.socket;

import org.jspecify.annotations.Nullable;

/// One step of what is said over a connection.
sealed interface ConversationStep {

  /// Sends, then waits for what is expected.
  ///
  /// @param send null to say nothing
  /// @param expect null to wait for nothing
  record Exchange(@Nullable Octets send, @Nullable Expectation expect) implements ConversationStep {
    public Exchange {
      if (send == null && expect == null) {
        throw new IllegalArgumentException("a step has send, expect or both, or starttls");
      }
    }
  }

  /// Goes over to TLS.
  record StartTls() implements ConversationStep {}
}
