package detour.server.listen;

import detour.dns.answer.AnswerTable;
import detour.dns.answer.Responder;
import detour.server.metrics.Exposition;
import detour.server.metrics.Metrics;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Supplier;

/// All sockets that queries come in by: UDP and TCP on every configured address.
public final class Listeners implements AutoCloseable {
  private Listeners() {}

  /// Binds every address; nothing is read until [#start].
  ///
  /// @param table what to answer with; asked once per batch of queries, by every listener thread
  /// @throws ListenException when an address cannot be bound; no socket stays open then
  public static Listeners open(
      SocketSettings settings, Supplier<AnswerTable> table, Metrics metrics)
      throws ListenException {
    return new Listeners();
  }

  /// Starts answering.
  public void start() {}

  /// The bound addresses in configured order, port 0 replaced by the port taken.
  public List<InetSocketAddress> addresses() {
    return List.of();
  }

  /// One for each listener thread, for their counts.
  public List<Responder> responders() {
    return List.of();
  }

  /// Registers the counts of queries by transport, type and response code, and of open connections.
  public void exposeTo(Exposition exposition) {}

  /// Stops reading, answers what was read, and ends the threads within a second. May be called more
  /// than once.
  @Override
  public void close() {}
}
