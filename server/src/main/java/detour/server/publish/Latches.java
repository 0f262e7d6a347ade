package detour.server.publish;

import detour.failover.model.Service;
import detour.failover.selection.Selection;
import detour.failover.selection.SelectionRules;
import detour.failover.selection.Track;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What the nodes of a cluster agreed on of each latch, and what this one told and asked of it.
/// Publish thread only.
///
/// | what the selection wants | then |
/// |---|---|
/// | to leave a pool that cannot serve | it does so at once, and the others are told |
/// | to fail back | the others are asked, and it waits for the latch that they agree on |
/// | | while the verdict on the earlier pool is frozen, nobody is asked |
/// | what is agreed already | nobody is told |
/// | to leave at once, on a frozen verdict, what is taken over | that waits until the verdict counts |
///
/// The latch that was agreed on is taken over, whatever was decided here, and judged from anew: so
/// of two nodes that moved at once one takes over what the other decided. What is heard of again,
/// or is older than what was agreed on before, is no news: what this node decided from it stands,
/// and the others are told.
final class Latches {
  private static final long ASK_AGAIN_NANOS = 1_000_000_000L;

  private final Cluster cluster;
  private final Time time;
  private final Consumer<Answer> answered;

  /// What an earlier run decided, of latches of which nothing was heard since the start.
  private final Map<String, Journal.SavedSelection> saved;

  /// Of these latches, those that were left on a verdict of the earlier run.
  private final Set<String> leftBlindly = new HashSet<>();

  /// What the store holds, as far as it was told, of services that are not configured too.
  private final Map<String, Latch> agreed = new HashMap<>();

  /// What is agreed and was not yet judged from.
  private final Set<String> news = new HashSet<>();

  /// Those of the news that could not be judged from yet.
  private final Set<String> putOff = new HashSet<>();

  /// Those that are of a pool that is not configured here.
  private final Set<String> foreign = new HashSet<>();

  /// What was told since the last agreement.
  private final Map<String, Latch> told = new HashMap<>();

  private final Map<String, Latch> asked = new HashMap<>();

  /// When those may be asked again of whom the last question failed.
  private final Map<String, Long> askAgainNanos = new HashMap<>();

  private List<Latch> toTell = new ArrayList<>();
  private String vantage = "";

  /// The answer to a question for a failback.
  ///
  /// @param failure null when it was agreed on
  record Answer(String service, String key, @Nullable Throwable failure) {}

  /// @param saved what an earlier run decided, by key
  /// @param answered told of the answers to questions, on any thread
  Latches(
      Cluster cluster,
      Time time,
      Map<String, Journal.SavedSelection> saved,
      Consumer<Answer> answered) {
    this.cluster = cluster;
    this.time = time;
    this.saved = new HashMap<>(saved);
    this.answered = answered;
  }

  void decideAs(String ownVantage) {
    vantage = ownVantage;
  }

  /// Whether there is nobody to agree with.
  boolean alone() {
    return cluster.isAlone();
  }

  /// Takes in what was agreed on.
  ///
  /// @return the names of the services that must be judged again
  Set<String> agreed(Agreed.Latches latches) {
    Set<String> services = new HashSet<>();
    if (latches.whole()) {
      Set<String> there = new HashSet<>();
      latches.latches().forEach(latch -> there.add(latch.key()));
      forgetAllBut(there, services);
      foreign.retainAll(there);
    }
    for (Latch latch : latches.latches()) {
      if (!latch.equals(agreed.get(latch.key()))) {
        take(latch);
        services.add(latch.service());
      }
    }
    return services;
  }

  /// What the store has no longer is to be told anew.
  private void forgetAllBut(Set<String> there, Set<String> services) {
    for (Collection<Latch> latches : List.of(agreed.values(), told.values())) {
      latches.removeIf(latch -> {
        boolean gone = !there.contains(latch.key());
        if (gone) {
          services.add(latch.service());
        }
        return gone;
      });
    }
    saved
        .values()
        .removeIf(selection -> {
          boolean gone = !there.contains(selection.key());
          if (gone) {
            services.add(selection.service());
            leftBlindly.remove(selection.key());
          }
          return gone;
        });
  }

  private void take(Latch latch) {
    String key = latch.key();
    long known = agreedEpoch(key);
    boolean blind = leftBlindly.remove(key);
    boolean heardOfAgain = !agreed.containsKey(key) && latch.epoch() == known && !blind;
    agreed.put(key, latch);
    saved.remove(key);
    if (latch.epoch() < known || heardOfAgain) {
      told.computeIfPresent(key, (_, move) -> move.epoch() == latch.epoch() + 1 ? move : null);
    } else {
      told.remove(key);
      news.add(key);
    }
  }

  /// What is agreed on the latch; null for nothing.
  @Nullable Latch agreed(String key) {
    return agreed.get(key);
  }

  /// The epoch of what is agreed on the latch, or was when an earlier run decided; 0 for nothing.
  long agreedEpoch(String key) {
    Latch latch = agreed.get(key);
    Journal.SavedSelection before = saved.get(key);
    return latch != null ? latch.epoch() : before != null ? before.epoch() : 0;
  }

  /// The selection to judge from.
  Selection takenOver(Service service, Selection previous) {
    if (alone()) {
      return previous;
    }
    String key = key(service, previous);
    putOff.remove(key);
    Latch latch = news.contains(key) ? agreed.get(key) : null;
    return latch == null
        ? previous
        : SelectionRules.takenOver(previous, service, latch.pool(), latch.held(), time.nowNanos());
  }

  /// Whether what was taken over must wait: it would be left at once for want of a verdict that
  /// counts, and those who agreed on it know better. Then the former selection stands, nobody is
  /// told of what becomes of it, and [#judged] leaves the news for the next time.
  ///
  /// @return what the others agreed on; null when it need not wait
  @Nullable Latch putOff(
      LiveService live, Selection previous, Selection takenOver, Selection next) {
    boolean moved = takenOver.latch() != previous.latch();
    if (!moved || next.latch() == takenOver.latch() || !isFrozen(live, takenOver.latch())) {
      return null;
    }
    String key = key(live.service(), takenOver);
    putOff.add(key);
    return agreed.get(key);
  }

  /// Asks for a failback. Once it is agreed on, the answer of a node on its own already, null is
  /// returned; until then, why it must wait.
  ///
  /// @param approved whether an operator asks, who is not kept waiting by earlier questions
  @Nullable String objection(LiveService live, Selection wanted, boolean approved) {
    if (alone()) {
      return null;
    }
    Service service = live.service();
    String key = key(service, wanted);
    if (asked.containsKey(key)) {
      return "the other nodes are being asked";
    }
    if (!approved && isFrozen(live, wanted.pool())) {
      return "it waits until enough vantages are present";
    }
    long againNanos = askAgainNanos.getOrDefault(key, Long.MIN_VALUE);
    if (!approved && againNanos > time.nowNanos()) {
      live.nextEvaluationNanos = Math.min(live.nextEvaluationNanos, againNanos);
      return "the other nodes did not agree yet";
    }
    return ask(service, wanted);
  }

  private @Nullable String ask(Service service, Selection wanted) {
    Latch latch = latch(service, wanted);
    var answer = cluster.failBack(latch);
    if (answer.isDone() && !answer.isCompletedExceptionally()) {
      return null;
    }
    asked.put(latch.key(), latch);
    var _ =
        answer.whenComplete(
            (_, failure) -> answered.accept(new Answer(service.name(), latch.key(), failure)));
    return "the other nodes are being asked";
  }

  /// Neither a failback nor the leaving of what others agreed on may rest on what was thought
  /// before too many vantages left.
  private static boolean isFrozen(LiveService live, int pool) {
    for (LiveEndpoint endpoint : live.pools().get(pool)) {
      LiveEndpoint.View view = endpoint.view();
      if (view != null && view.verdict().frozen() && view.health().override() == null) {
        return true;
      }
    }
    return false;
  }

  /// Takes in the answer to a question.
  void answered(Answer answer) {
    asked.remove(answer.key());
    if (answer.failure() == null) {
      askAgainNanos.remove(answer.key());
    } else {
      askAgainNanos.put(answer.key(), time.nowNanos() + ASK_AGAIN_NANOS);
    }
  }

  /// Whether a failback of the service waits for an answer.
  boolean asking(String service) {
    return asked.values().stream().anyMatch(latch -> latch.service().equals(service));
  }

  /// Takes note of a selection that was made, and of what the others have to know of it.
  void judged(LiveService live, Selection before, Selection selection) {
    if (alone()) {
      return;
    }
    Service service = live.service();
    String key = key(service, selection);
    if (putOff.remove(key)) {
      return;
    }
    news.remove(key);
    boolean isForeign = isForeign(agreed.get(key), service);
    if (isForeign) {
      foreign.add(key);
    } else {
      foreign.remove(key);
    }
    if (selection.latch() < 0) {
      return;
    }
    if (saved.containsKey(key)
        && before.latch() >= 0
        && before.latch() != selection.latch()
        && isFrozen(live, before.latch())) {
      leftBlindly.add(key);
    }
    if (!leftBlindly.contains(key) && !isKnown(key, service, selection) && !isForeign) {
      Latch latch = latch(service, selection);
      told.put(key, latch);
      toTell.add(latch);
    }
  }

  /// Whether the others know it, or can be expected to.
  private boolean isKnown(String key, Service service, Selection selection) {
    String pool = service.pools().get(selection.latch()).name();
    boolean held = selection.budget().held();
    Latch last = told.containsKey(key) ? told.get(key) : agreed.get(key);
    if (last != null) {
      return last.pool().equals(pool) && last.held() == held;
    }
    Journal.SavedSelection before = saved.get(key);
    return before != null
        && before.epoch() > 0
        && pool.equals(before.pool())
        && before.held() == held;
  }

  /// Whether the others agreed on a pool that is not configured here: until the configurations are
  /// the same, neither side is to move the other.
  private static boolean isForeign(@Nullable Latch latch, Service service) {
    return latch != null
        && service.pools().stream().noneMatch(pool -> pool.name().equals(latch.pool()));
  }

  /// Why something of what was agreed on is not in force here, as one sentence; empty when all is.
  String notInForce(Directory directory) {
    for (String key : foreign) {
      Latch latch = configured(key, directory);
      if (latch != null) {
        return "its configuration has no pool %s of %s, to which %s moved"
            .formatted(latch.pool(), latch.service(), latch.by());
      }
    }
    for (String key : news) {
      Latch latch = configured(key, directory);
      if (latch != null) {
        return "it does not go to %s of %s until enough vantages are present"
            .formatted(latch.pool(), latch.service());
      }
    }
    return "";
  }

  /// What is agreed on a latch that this node has; null for one that it does not.
  private @Nullable Latch configured(String key, Directory directory) {
    Latch latch = agreed.get(key);
    if (latch == null) {
      return null;
    }
    String family = latch.family();
    LiveService live = directory.service(latch.service());
    boolean has =
        live != null
            && Track.of(live.service()).stream()
                .anyMatch(track -> Latch.family(track).equals(family));
    return has ? latch : null;
  }

  /// Tells the others what is to be told.
  void tell() {
    if (!toTell.isEmpty()) {
      List<Latch> all = toTell;
      toTell = new ArrayList<>();
      all.forEach(cluster::moved);
    }
  }

  /// Forgets what was to be told since [#tell].
  void forget() {
    toTell.forEach(latch -> told.remove(latch.key()));
    toTell = new ArrayList<>();
  }

  private Latch latch(Service service, Selection selection) {
    return new Latch(
        service.name(),
        Latch.family(selection.track()),
        service.pools().get(selection.latch()).name(),
        time.now(),
        selection.budget().held(),
        agreedEpoch(key(service, selection)) + 1,
        vantage,
        selection.reason());
  }

  private static String key(Service service, Selection selection) {
    return Latch.key(service, selection.track());
  }
}
