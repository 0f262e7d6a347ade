package detour.server.probe.application;

import detour.server.probe.application.Scram.Challenge;
import detour.server.probe.application.Scram.Keys;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/// Keys of SCRAM, computed off the event loops and kept: a server asks for the same ones at every
/// probe, and each time anew they would cost milliseconds. Any thread.
final class ScramKeys {
  private static final int KEPT_MAX = 1024;

  /// In the order of their last use.
  private final Map<Origin, CompletableFuture<Keys>> kept =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Origin, CompletableFuture<Keys>> eldest) {
          return size() > KEPT_MAX;
        }
      };

  private record Origin(Secret password, String salt, int iterations) {}

  /// Completes with [MalformedReply] when the salt will not do.
  CompletableFuture<Keys> of(Secret password, Challenge challenge) {
    Origin origin = new Origin(password, challenge.salt(), challenge.iterations());
    synchronized (kept) {
      return kept.computeIfAbsent(origin, ScramKeys::compute);
    }
  }

  private static CompletableFuture<Keys> compute(Origin origin) {
    CompletableFuture<Keys> computing = new CompletableFuture<>();
    Thread.ofVirtual()
        .name("compute-scram-keys")
        .start(() -> {
          try {
            computing.complete(Scram.keys(origin.password(), origin.salt(), origin.iterations()));
          } catch (RuntimeException e) {
            computing.completeExceptionally(e);
          }
        });
    return computing;
  }
}
