package detour.server.publish;

import detour.failover.model.OperatorOverride;
import detour.failover.model.OverridePath;
import detour.server.publish.Journal.SavedOpinion;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// What the publish thread tells the other nodes, and asks of them. What they say comes back by
/// [Inbox#peers] and [Inbox#agreed]. Every method returns at once and may be called by any thread.
public interface Cluster {
  /// For a node on its own: nobody to tell, and nobody who objects.
  Cluster ALONE =
      new Cluster() {
        @Override
        public void opinions(Collection<SavedOpinion> all) {}

        @Override
        public void opinion(SavedOpinion transition) {}

        @Override
        public void impaired(boolean impaired, String finding) {}

        @Override
        public void serves(Serving serving) {}

        @Override
        public void moved(Latch latch) {}

        @Override
        public CompletableFuture<Void> failBack(Latch wanted) {
          return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletableFuture<Void> override(
            OverridePath path, @Nullable OperatorOverride override) {
          return CompletableFuture.completedFuture(null);
        }

        @Override
        public boolean isAlone() {
          return true;
        }
      };

  /// Whether there is nobody to tell.
  default boolean isAlone() {
    return false;
  }

  /// Everything that this vantage thinks: opinions of other targets are gone.
  void opinions(Collection<SavedOpinion> all);

  /// This vantage changed its mind on a target.
  void opinion(SavedOpinion transition);

  /// Whether this vantage distrusts what it sees.
  ///
  /// @param finding why; empty while it does not
  void impaired(boolean impaired, String finding);

  /// What this node answers with, after it changed.
  void serves(Serving serving);

  /// A service moved to another pool and is answered from it already. Whoever moves first wins: if
  /// another node moved the latch before, [Inbox#agreed] brings its latch, to be taken over.
  ///
  /// @param latch its epoch is that of the latch that was agreed on before, plus one
  void moved(Latch latch);

  /// Asks for a return to an earlier pool. The future completes once the store has it, whereupon
  /// [Inbox#agreed] brings it; or with [NotAgreed] when the store could not be reached or another
  /// node moved the latch before. Only then may the earlier pool be answered.
  CompletableFuture<Void> failBack(Latch wanted);

  /// Sets or clears an override everywhere. The future completes once the store has it, or with
  /// [NotAgreed] when it could not be reached or somebody else changed the same override.
  ///
  /// @param override null to clear it
  CompletableFuture<Void> override(OverridePath path, @Nullable OperatorOverride override);

  /// The same for a change that safety rules allowed by all that was said then: it completes with
  /// [Overtaken] when a change of another path, which was judged so too, came in between.
  ///
  /// @param heardRevision of the last [Agreed.Overrides] that it was judged by; 0 before the first
  default CompletableFuture<Void> override(
      OverridePath path, @Nullable OperatorOverride override, long heardRevision) {
    return override(path, override);
  }

  /// Why the other nodes did not agree: one sentence that says what to do.
  final class NotAgreed extends RuntimeException {
    private static final long serialVersionUID = 1;

    public NotAgreed(String message) {
      super(message, null, false, false);
    }
  }

  /// Another change was made before, of which whoever judged this one had not heard. It was not
  /// made, and may be asked for anew once [Inbox#agreed] has brought the other. One sentence.
  final class Overtaken extends RuntimeException {
    private static final long serialVersionUID = 1;

    public Overtaken(String message) {
      super(message, null, false, false);
    }
  }

  /// The answer of the store was lost: whether the others agreed nobody here knows. One sentence.
  final class OutcomeUnknown extends RuntimeException {
    private static final long serialVersionUID = 1;

    public OutcomeUnknown(String message) {
      super(message, null, false, false);
    }
  }
}
