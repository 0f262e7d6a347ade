package detour.server.probe.socket;

import detour.failover.model.CheckSettings;
import detour.server.probe.socket.ConversationStep.Exchange;
import java.util.List;

/// Short ways to declare `tcp` checks in tests of other packages.
public final class Conversations {
  private Conversations() {}

  /// Waits for a text, and says nothing.
  public static CheckSettings expecting(int port, String text) {
    Expectation expect = new Expectation.Exactly(Octets.ofEscaped(text));
    return new TcpCheck.Settings(port, List.of(new Exchange(null, expect)), null, 8192);
  }
}
