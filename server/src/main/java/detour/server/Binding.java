package detour.server;

import detour.dns.answer.AnswerTable;
import detour.server.dnstap.Taps;
import detour.server.listen.ListenException;
import detour.server.listen.Listeners;
import detour.server.listen.SocketSettings;
import detour.server.metrics.Metrics;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

/// The sockets being bound, by a thread `bind` of their own, while the decisions are made that they
/// will answer with.
final class Binding {
  private final FutureTask<Listeners> task;

  private Binding(FutureTask<Listeners> task) {
    this.task = task;
  }

  /// @param table first asked when the listeners are started
  static Binding begin(
      SocketSettings settings, Supplier<AnswerTable> table, Taps taps, Metrics metrics) {
    Binding binding =
        new Binding(new FutureTask<>(() -> Listeners.open(settings, table, taps, metrics)));
    Thread.ofPlatform().daemon().name("bind").start(binding.task);
    return binding;
  }

  /// Waits until all are bound.
  ///
  /// @throws ListenException when an address cannot be bound; no socket stays open then
  Listeners listeners() throws ListenException {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          interrupted = true; // binding does not block: what is begun is soon done
        }
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof ListenException refused) {
        throw refused;
      }
      throw new IllegalStateException("the sockets could not be bound", e.getCause());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /// Closes whatever was bound.
  void close() {
    try {
      listeners().close();
    } catch (ListenException nothingBound) {
      return;
    }
  }
}
