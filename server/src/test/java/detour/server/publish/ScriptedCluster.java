package detour.server.publish;

import detour.failover.model.OperatorOverride;
import detour.failover.model.OverridePath;
import detour.server.publish.Journal.SavedOpinion;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// Others who answer when they are told to.
final class ScriptedCluster implements Cluster {
  final List<Latch> moved = new ArrayList<>();
  final List<Latch> asked = new ArrayList<>();
  final List<CompletableFuture<Void>> answers = new ArrayList<>();
  final List<String> wishedFor = new ArrayList<>();
  final List<CompletableFuture<Void>> wishes = new ArrayList<>();

  /// Answers all questions for failbacks.
  void refuseAll(String why) {
    answers.forEach(answer -> answer.completeExceptionally(new NotAgreed(why)));
  }

  @Override
  public void opinions(Collection<SavedOpinion> all) {}

  @Override
  public void opinion(SavedOpinion transition) {}

  @Override
  public void impaired(boolean impaired, String finding) {}

  @Override
  public void serves(Serving serving) {}

  @Override
  public void moved(Latch latch) {
    moved.add(latch);
  }

  @Override
  public CompletableFuture<Void> failBack(Latch wanted) {
    asked.add(wanted);
    answers.add(new CompletableFuture<>());
    return answers.getLast();
  }

  @Override
  public CompletableFuture<Void> override(OverridePath path, @Nullable OperatorOverride override) {
    wishedFor.add(path.toString());
    wishes.add(new CompletableFuture<>());
    return wishes.getLast();
  }
}
