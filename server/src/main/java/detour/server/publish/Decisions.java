package detour.server.publish;

import detour.dns.answer.AnswerTable;
import detour.dns.answer.ServiceAnswer;
import detour.failover.model.Health;
import detour.failover.model.Model;
import detour.failover.model.ProbeTarget;
import detour.failover.model.Service;
import detour.failover.opinion.Observation;
import detour.failover.opinion.Opinion;
import detour.failover.opinion.ServiceHealth;
import detour.failover.selection.Selection;
import detour.failover.selection.SelectionRules;
import detour.failover.selection.Track;
import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Everything that is decided, and what must be decided again: the state that the publish thread
/// owns.
///
/// Messages change opinions, addresses or overrides and mark the services they touch; [#settle]
/// then judges each marked service once, however many messages touched it, and makes one answer
/// table of all the changes.
final class Decisions {
  private static final Logger LOG = LoggerFactory.getLogger(Decisions.class);

  /// After which a service that could not be judged is tried again.
  private static final long RETRY_NANOS = 1_000_000_000L;

  /// A few milliseconds' worth.
  private static final int SETTLED_MAX = 256;

  private final Time time;
  private final Metrics metrics;
  private final Overrides overrides;
  private final Chronicle chronicle;
  private final Cluster cluster;
  private final Latches latches;
  private final Attendance attendance;
  private final ServiceJudge judge;
  private final Sentry sentry;
  private final Serves serves = new Serves();
  private final Map<String, List<InetAddress>> resolved = new ConcurrentHashMap<>();
  private final Deque<LiveService> dirty = new ArrayDeque<>();
  private final PriorityQueue<Timer> timers =
      new PriorityQueue<>(Comparator.comparingLong(Timer::atNanos));
  private volatile Directory directory;
  private ProbeControl probes = ProbeControl.NONE;
  private AnswerTable table;

  /// What `table` has not yet, by position.
  private final Map<Integer, ServiceAnswer> changed = new HashMap<>();

  /// A moment at which time alone may change a service. One that was put off leaves its old timer
  /// behind, which does nothing.
  private record Timer(long atNanos, LiveService live) {}

  /// A configuration, decided on for the first time.
  private record Beginning(Directory directory, AnswerTable table) {}

  /// For a node on its own.
  Decisions(
      Time time,
      Metrics metrics,
      Journal.Saved saved,
      Chronicle chronicle,
      LoadedConfiguration configuration) {
    this(time, metrics, saved, chronicle, Cluster.ALONE, Latches.alone(time), configuration);
  }

  private Decisions(
      Time time,
      Metrics metrics,
      Journal.Saved saved,
      Chronicle chronicle,
      Cluster cluster,
      Latches latches,
      LoadedConfiguration configuration) {
    this(time, metrics, saved, chronicle, cluster, latches, new Approvals(latches), configuration);
  }

  Decisions(
      Time time,
      Metrics metrics,
      Journal.Saved saved,
      Chronicle chronicle,
      Cluster cluster,
      Latches latches,
      Approvals approvals,
      LoadedConfiguration configuration) {
    this.time = time;
    this.metrics = metrics;
    this.chronicle = chronicle;
    overrides = new Overrides(saved.overrides());
    this.cluster = cluster;
    this.latches = latches;
    attendance = new Attendance(time, chronicle);
    judge = new ServiceJudge(time, overrides, chronicle, latches, approvals, attendance);
    serves.resume(saved.epochs().agreed());
    Beginning beginning = begin(configuration, null);
    directory = beginning.directory();
    table = beginning.table();
    directory.services().forEach(this::schedule);
    serves.restart(configuration.model());
    directory.services().forEach(serves::judged);
    sentry = new Sentry(time, metrics, chronicle, directory);
    forgetWhatOthersProbe();
  }

  /// What the guard thinks. May be read by any thread.
  Sentry.View guard() {
    return sentry.view();
  }

  /// May be read by any thread.
  Directory directory() {
    return directory;
  }

  /// May be read by any thread.
  Overrides overrides() {
    return overrides;
  }

  Chronicle chronicle() {
    return chronicle;
  }

  AnswerTable table() {
    return table;
  }

  /// The last good addresses of a host name. May be read by any thread.
  List<InetAddress> addressesOf(String hostName) {
    return resolved.getOrDefault(hostName, List.of());
  }

  void observed(ProbeTarget target, Observation observation) {
    sentry.observed(target, observation);
    LiveTarget live = directory.target(target);
    boolean ours = live != null && directory.shares().probesHere(live);
    if (live != null && ours && sentry.admits(live, observation)) {
      change(live, () -> live.observed(observation));
    } else if (!ours && !sentry.isCanary(target)) {
      metrics.count(Counter.OBSERVATIONS_DROPPED);
    }
    heed();
  }

  /// Acts on what the guard thinks by now.
  private void heed() {
    for (Sentry.Held held : sentry.released()) {
      change(held.live(), () -> held.live().counted(held.observation()));
    }
    if (!sentry.turned()) {
      return;
    }
    attendanceChanged();
    cluster.impaired(sentry.impaired(), sentry.view().finding());
    if (sentry.impaired()) {
      for (LiveTarget live : directory.liveTargets()) {
        if (live.pending()) {
          change(live, live::forget);
        }
      }
    } else {
      sentry.believedAgain().forEach(probes::probeNow);
    }
  }

  private void change(LiveTarget live, Runnable change) {
    ProbeTarget target = live.target();
    Opinion before = live.opinion();
    boolean wasPending = live.pending();
    boolean wasDegraded = live.degraded();
    change.run();
    Opinion after = live.opinion();
    if (live.pending() != wasPending) {
      probes.pending(target, live.pending());
    }
    if (before.health() != after.health()) {
      Journal.SavedOpinion turned =
          new Journal.SavedOpinion(live.key(), after.health(), time.now());
      chronicle.opinion(turned);
      cluster.opinion(turned);
      directory.dependencies().report(target, before.health(), after, chronicle);
    }
    boolean degradedTurned = wasDegraded != live.degraded();
    if (before.health() != after.health() || wasPending || live.pending() || degradedTurned) {
      directory.servicesOf(live).forEach(this::mark);
    }
  }

  void resolved(String hostName, List<InetAddress> addresses) {
    List<InetAddress> sorted =
        addresses.stream()
            .distinct()
            .sorted(Comparator.comparing(InetAddress::getHostAddress))
            .toList();
    List<InetAddress> before = resolved.put(hostName, sorted);
    if (!sorted.equals(before)) {
      directory.servicesOf(hostName).forEach(this::mark);
    }
  }

  /// Takes in news of the other vantages.
  void heard(Peers.Change change) {
    Peers.Effect effect = attendance.heard(change);
    if (effect.everyone()) {
      attendanceChanged();
    }
    for (String key : effect.targets()) {
      for (LiveTarget live : directory.targetsOf(key)) {
        directory.servicesOf(live).forEach(this::mark);
      }
    }
  }

  /// Who is present has changed, and with that any verdict may.
  private void attendanceChanged() {
    Model model = directory.configuration().model();
    if (model.verdicts().alone()) {
      return;
    }
    attendance.impaired(sentry.impaired());
    List<LiveTarget> changed = shareOut(directory);
    for (LiveTarget live : changed) {
      change(live, () -> live.unknown(time.nowNanos()));
    }
    if (!changed.isEmpty()) {
      sentry.guard(directory);
      probes.targets(directory.probed());
    }
    directory.services().forEach(this::mark);
  }

  private List<LiveTarget> shareOut(Directory of) {
    return of.shares()
        .shareOut(attendance.present(of.configuration().model()), attendance.impaired());
  }

  /// What this node thought of targets that it does not probe would never change again.
  private void forgetWhatOthersProbe() {
    for (LiveTarget live : directory.liveTargets()) {
      if (live.health() != Health.UNKNOWN && !directory.shares().probesHere(live)) {
        change(live, () -> live.unknown(time.nowNanos()));
      }
    }
  }

  /// What is known of the other vantages. May be read by any thread.
  Peers peers() {
    return attendance.peers();
  }

  /// Takes over what the nodes of the cluster agreed on.
  void agreed(Agreed agreed) {
    serves.heard(agreed);
    switch (agreed) {
      case Agreed.Latches moved -> latches.agreed(moved).forEach(this::markByName);
      case Agreed.Overrides changed ->
          new AgreedOverrides(overrides, chronicle, cluster)
              .takeOver(changed)
              .forEach(this::markByName);
    }
  }

  /// Takes in the answer to a question for a failback.
  void answered(Latches.Answer answer) {
    latches.answered(answer);
    markByName(answer.service());
  }

  private void markByName(String service) {
    LiveService live = directory.service(service);
    if (live != null) {
      mark(live);
    }
  }

  /// Up to which revision of the cluster's store everything that was agreed on is in force here.
  long agreedRevision() {
    serves.inForce(dirty.isEmpty(), () -> latches.notInForce(directory));
    return serves.agreedRevision();
  }

  /// Tells the other nodes what was decided; to be called when it is answered.
  void tellOthers() {
    latches.tell();
    serves.tell(cluster);
  }

  /// Marks a service to be judged again by the next [#settle].
  void mark(LiveService live) {
    if (!live.dirty) {
      live.dirty = true;
      dirty.add(live);
    }
  }

  /// Puts another configuration in the place of this one. Opinions of targets that stay are kept,
  /// and selections by the names of their pools.
  ///
  /// @throws RuntimeException when it cannot be decided on; then everything is as it was
  void replace(LoadedConfiguration configuration) {
    Directory before = directory;
    Chronicle.Mark mark = chronicle.mark();
    Beginning beginning;
    try {
      beginning = begin(configuration, before);
    } catch (RuntimeException e) {
      chronicle.rollBack(mark);
      latches.forget();
      attendance.of(before.configuration().model());
      judge.judgeBy(before);
      throw e;
    }
    directory = beginning.directory();
    sentry.guard(directory);
    table = beginning.table();
    changed.clear();
    dirty.clear();
    timers.clear();
    directory.services().forEach(this::schedule);
    serves.restart(configuration.model());
    directory.services().forEach(serves::judged);
    resolved.keySet().retainAll(directory.hostNames());
    attendanceChanged();
    forgetWhatOthersProbe();
    metrics.count(Counter.ANSWER_TABLES_PUBLISHED);
  }

  /// Tells these probers what to probe from now on.
  void startProbing(ProbeControl probes) {
    this.probes = probes;
    startProbing();
  }

  /// Tells the probers what the configuration says now.
  void startProbing() {
    if (!directory.configuration().model().verdicts().alone()) {
      cluster.opinions(opinions());
      cluster.impaired(sentry.impaired(), sentry.view().finding());
    }
    probes.targets(directory.probed());
    probes.hostNames(directory.hostNames());
    for (LiveTarget target : directory.liveTargets()) {
      if (target.pending()) {
        probes.pending(target.target(), true);
      }
    }
  }

  /// What is thought of every target, as far as anything is.
  private List<Journal.SavedOpinion> opinions() {
    List<Journal.SavedOpinion> all = new ArrayList<>();
    for (LiveTarget live : directory.liveTargets()) {
      if (live.health() != Health.UNKNOWN) {
        Instant since = time.at(live.opinion().sinceNanos());
        all.add(new Journal.SavedOpinion(live.key(), live.health(), since));
      }
    }
    return all;
  }

  /// Judges what was marked and what is due; no more than [#SETTLED_MAX] services at once, so that
  /// what is decided first is not kept from the answers by what is decided last. [#nextDueNanos]
  /// says when there are more.
  ///
  /// @return whether [#table] changed
  boolean settle() {
    sentry.ask(probes);
    heed();
    if (attendance.staleTurned()) {
      attendanceChanged();
    }
    markDue(time.nowNanos());
    for (int judged = 0; judged < SETTLED_MAX && !dirty.isEmpty(); judged++) {
      LiveService live = dirty.remove();
      live.dirty = false;
      try {
        judgeAgain(live);
      } catch (RuntimeException e) {
        // One service that fails must not keep the others from their answers.
        metrics.count(Counter.PUBLISH_FAILURES);
        LOG.error("{} could not be judged; its answer stays", live.service().name(), e);
        live.nextEvaluationNanos = time.nowNanos() + RETRY_NANOS;
      }
      schedule(live);
    }
    if (changed.isEmpty()) {
      return false;
    }
    table = table.withServices(changed);
    changed.clear();
    metrics.count(Counter.ANSWER_TABLES_PUBLISHED);
    return true;
  }

  /// Judges all that was marked and all that is due.
  ///
  /// @return whether [#table] changed
  boolean settleAll() {
    boolean any = settle();
    while (!dirty.isEmpty()) {
      any |= settle();
    }
    return any;
  }

  /// When [#settle] must run although nothing was marked; Long.MAX_VALUE for never.
  long nextDueNanos() {
    if (!dirty.isEmpty()) {
      return time.nowNanos();
    }
    Timer first = timers.peek();
    long next = Math.min(first == null ? Long.MAX_VALUE : first.atNanos(), sentry.nextDueNanos());
    next = Math.min(next, attendance.nextDueNanos());
    Instant expiry = overrides.nextExpiry();
    return expiry == null ? next : Math.min(next, time.nanosAt(expiry));
  }

  private void judgeAgain(LiveService live) {
    LiveService.View view = live.view();
    ServiceHealth before = live.health;
    if (view != null && judge.judge(live, view.selections(), resolved)) {
      changed.put(live.index(), answerOf(live));
    }
    serves.judged(live);
    if (!live.health.equals(before)) {
      directory.dependencies().askersOf(live.service().name()).forEach(this::mark);
    }
  }

  /// Judges every service of a configuration.
  ///
  /// @param before what it takes the place of; left as it is
  private Beginning begin(LoadedConfiguration configuration, @Nullable Directory before) {
    Directory next = new Directory(configuration, before, this::firstOpinion);
    attendance.of(configuration.model());
    var _ = shareOut(next);
    judge.judgeBy(next);
    for (LiveService live : next.servicesAfterThoseTheyAskFor()) {
      LiveService old = before == null ? null : before.service(live.service().name());
      LiveService.View view = old == null ? null : old.view();
      judge.judge(live, startingSelections(live.service(), old, view), resolved);
      if (view != null && old != null) {
        keepHandOuts(live, view.handOuts());
        reportLostPools(old.service(), view, live);
      }
    }
    return new Beginning(next, AnswerTable.of(configuration.zones(), answersOf(next)));
  }

  private List<Selection> startingSelections(
      Service service, @Nullable LiveService old, LiveService.@Nullable View view) {
    List<Selection> selections = new ArrayList<>();
    for (Track track : Track.of(service)) {
      Selection former =
          view == null
              ? null
              : view.selections().stream()
                  .filter(s -> s.track() == track)
                  .findFirst()
                  .orElse(view.selections().getFirst());
      if (former != null && old != null) {
        selections.add(SelectionRules.carriedOver(former, old.service(), service, track));
      } else {
        String key = Latch.key(service, track);
        selections.add(ServiceJudge.start(service, track, chronicle.lastSelection(key), time));
      }
    }
    return selections;
  }

  /// A pool that served and that the new configuration does not have any more.
  private void reportLostPools(Service before, LiveService.View former, LiveService live) {
    LiveService.View view = live.view();
    if (view == null || view.selections().size() != former.selections().size()) {
      return;
    }
    for (int track = 0; track < former.selections().size(); track++) {
      int served = former.selections().get(track).pool();
      String lost = served < 0 ? null : before.pools().get(served).name();
      if (lost != null && live.service().pools().stream().noneMatch(p -> p.name().equals(lost))) {
        judge.reportLost(live, lost, view.selections().get(track));
      }
    }
  }

  /// What was handed out before a reload may still be held after it.
  private void keepHandOuts(LiveService live, HandOuts before) {
    LiveService.View view = live.view();
    if (view != null) {
      HandOuts kept = before.replacedBy(view.handOuts().current(), time.now().toEpochMilli());
      live.published(
          new LiveService.View(view.selections(), view.rendering(), view.answer(), kept));
    }
  }

  /// By their position in the answer table.
  private static ServiceAnswer[] answersOf(Directory directory) {
    return directory.services().stream().map(Decisions::answerOf).toArray(ServiceAnswer[]::new);
  }

  private static ServiceAnswer answerOf(LiveService live) {
    LiveService.View view = live.view();
    if (view == null) {
      throw new IllegalStateException(live.service().name() + " was not judged");
    }
    return view.answer();
  }

  private void markDue(long nowNanos) {
    for (Timer timer = timers.peek();
        timer != null && timer.atNanos() - nowNanos <= 0;
        timer = timers.peek()) {
      timers.poll();
      LiveService live = timer.live();
      if (live.timerNanos == timer.atNanos()) {
        live.timerNanos = Long.MAX_VALUE;
      }
      if (live.nextEvaluationNanos == timer.atNanos()) {
        mark(live);
      }
    }
    Instant expiry = overrides.nextExpiry();
    if (expiry == null || expiry.isAfter(time.now())) {
      return;
    }
    for (var path : overrides.expired(time.now())) {
      overrides.clear(path);
      chronicle.overrideCleared(path);
      chronicle.event(
          path.service(), "override", path.toString(), "", "cleared", "it expired", Chronicle.SELF);
      LiveService live = directory.service(path.service());
      if (live != null) {
        mark(live);
      }
    }
  }

  private void schedule(LiveService live) {
    if (live.nextEvaluationNanos != Long.MAX_VALUE && live.nextEvaluationNanos != live.timerNanos) {
      live.timerNanos = live.nextEvaluationNanos;
      timers.add(new Timer(live.nextEvaluationNanos, live));
    }
  }

  private Opinion firstOpinion(ProbeTarget target) {
    Journal.SavedOpinion known = chronicle.lastOpinion(TargetKey.of(target));
    return Directory.opinion(
        target,
        known == null ? null : known.health(),
        known == null ? 0 : time.nanosAt(known.since()),
        time.nowNanos());
  }
}
