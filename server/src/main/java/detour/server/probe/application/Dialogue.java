package detour.server.probe.application;

import io.netty.buffer.ByteBuf;

/// One protocol's side of a probe: reads what comes in, says what goes out, ends the run.
interface Dialogue {
  /// As an operator calls the protocol, `PostgreSQL`.
  String protocol();

  /// The connection is open, over TLS where that comes first.
  void opened();

  /// TLS was begun on this open connection and stands.
  default void secured() {
    throw new IllegalStateException(protocol() + " never begins TLS later");
  }

  /// Reads one whole message off the beginning of `in`, and acts on it; or leaves all of it there.
  ///
  /// @return whether a message was read; false when it has not come in wholly
  /// @throws MalformedReply when it never will be one
  boolean read(ByteBuf in);
}
