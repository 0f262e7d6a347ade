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
/// of two nodes that moved at once one takes over what the other decided.
final class Latches {
  private static final long ASK_AGAIN_NANOS = 1_000_000_000L;

  private final Cluster cluster;
  private final Time time;
  private final Consumer<Answer> answered;

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

  /// @param answered told of the answers to questions, on any thread
  Latches(Cluster cluster, Time time, Consumer<Answer> answered) {
    this.cluster = cluster;
    this.time = time;
    this.answered = answered;
  }

  void decideAs(String ownVantage) {
    vantage = ownVantage;
  }

  /// Takes in what was agreed on.
  ///
  /// @return the names of the services that must be judged again
  Set<String> agreed(Agreed.Latches latches) {
    Set<String> services = new HashSet<>();
    if (latches.whole()) {
      // What the store has no longer is to be told anew.
      services.addAll(services(agreed.values()));
      services.addAll(services(told.values()));
      agreed.clear();
      foreign.clear();
      told.clear();
    }
    for (Latch latch : latches.latches()) {
      agreed.put(latch.key(), latch);
      told.remove(latch.key());
      news.add(latch.key());
      services.add(latch.service());
    }
    return services;
  }

  private static Set<String> services(Collection<Latch> latches) {
    Set<String> services = new HashSet<>();
    latches.forEach(latch -> services.add(latch.service()));
    return services;
  }

  /// What is agreed on the latch; null for nothing.
  @Nullable Latch agreed(String key) {
    return agreed.get(key);
  }

  /// The selection to judge from.
  Selection takenOver(Service service, Selection previous) {
    String key = key(service, previous);
    putOff.remove(key);
    Latch latch = news.contains(key) ? agreed.get(key) : null;
    return latch == null
        ? previous
        : SelectionRules.takenOver(previous, service, latch.pool(), latch.held(), time.nowNanos());
  }

  /// Whether what was taken over must wait: it would be left at once for want of a verdict that
  /// counts, and those who agreed on it know better. Then the former selection stands, and
  /// [#judged] leaves the news for the next time.
  boolean putsOff(LiveService live, Selection previous, Selection takenOver, Selection next) {
    boolean moved = takenOver.latch() != previous.latch();
    if (!moved || next.latch() == takenOver.latch() || !isFrozen(live, takenOver.latch())) {
      return false;
    }
    putOff.add(key(live.service(), takenOver));
    return true;
  }

  /// Asks for a failback. Once it is agreed on, the answer of a node on its own already, null is
  /// returned; until then, why it must wait.
  ///
  /// @param approved whether an operator asks, who is not kept waiting by earlier questions
  @Nullable String objection(LiveService live, Selection wanted, boolean approved) {
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
  // There is one object of this name, and it stands for nobody to tell.
  @SuppressWarnings("ReferenceEquality")
  void judged(Service service, Selection selection) {
    String key = key(service, selection);
    if (putOff.remove(key)) {
      return;
    }
    news.remove(key);
    if (cluster == Cluster.ALONE) {
      return;
    }
    boolean isForeign = isForeign(agreed.get(key), service);
    if (isForeign) {
      foreign.add(key);
    } else {
      foreign.remove(key);
    }
    Latch last = told.containsKey(key) ? told.get(key) : agreed.get(key);
    if (selection.latch() >= 0 && !isForeign && !says(last, service, selection)) {
      Latch latch = latch(service, selection);
      told.put(key, latch);
      toTell.add(latch);
    }
  }

  private static boolean says(@Nullable Latch latch, Service service, Selection selection) {
    return latch != null
        && latch.pool().equals(service.pools().get(selection.latch()).name())
        && latch.held() == selection.budget().held();
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
                .anyMatch(track -> ServiceJudge.familyName(track).equals(family));
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
    String family = ServiceJudge.familyName(selection.track());
    Latch before = agreed.get(Latch.key(service.name(), family));
    return new Latch(
        service.name(),
        family,
        service.pools().get(selection.latch()).name(),
        time.now(),
        selection.budget().held(),
        before == null ? 1 : before.epoch() + 1,
        vantage,
        selection.reason());
  }

  private static String key(Service service, Selection selection) {
    return Latch.key(service.name(), ServiceJudge.familyName(selection.track()));
  }
}
