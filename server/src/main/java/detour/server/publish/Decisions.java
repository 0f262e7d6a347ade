package detour.server.publish;

import detour.dns.answer.AnswerTable;
import detour.dns.answer.ServiceAnswer;
import detour.failover.model.Health;
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

  private final Time time;
  private final Metrics metrics;
  private final Overrides overrides;
  private final Chronicle chronicle;
  private final ServiceJudge judge;
  private final Map<String, List<InetAddress>> resolved = new ConcurrentHashMap<>();
  private final Deque<LiveService> dirty = new ArrayDeque<>();
  private final PriorityQueue<Timer> timers =
      new PriorityQueue<>(Comparator.comparingLong(Timer::atNanos));
  private volatile Directory directory;
  private ProbeControl probes = ProbeControl.NONE;
  private ServiceAnswer[] answers;
  private AnswerTable table;

  /// Whether `answers` has what `table` has not.
  private boolean unpublished;

  /// A moment at which time alone may change a service. One that was put off leaves its old timer
  /// behind, which does nothing.
  private record Timer(long atNanos, LiveService live) {}

  /// A configuration, decided on for the first time.
  private record Beginning(Directory directory, AnswerTable table) {}

  Decisions(
      Time time,
      Metrics metrics,
      Journal.Saved saved,
      Chronicle chronicle,
      LoadedConfiguration configuration) {
    this.time = time;
    this.metrics = metrics;
    this.chronicle = chronicle;
    overrides = new Overrides(saved.overrides());
    judge = new ServiceJudge(time, overrides, chronicle);
    Beginning beginning = begin(configuration, null);
    directory = beginning.directory();
    answers = answersOf(directory);
    table = beginning.table();
    directory.services().forEach(this::schedule);
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
    LiveTarget live = directory.target(target);
    if (live == null) {
      metrics.count(Counter.OBSERVATIONS_DROPPED);
      return;
    }
    Opinion before = live.opinion();
    boolean wasPending = live.pending();
    live.observed(observation);
    Opinion after = live.opinion();
    if (live.pending() != wasPending) {
      probes.pending(target, live.pending());
    }
    if (before.health() != after.health()) {
      chronicle.opinion(new Journal.SavedOpinion(TargetKey.of(target), after.health(), time.now()));
      reportDependency(target, before.health(), after.health(), observation);
    }
    if (before.health() != after.health() || wasPending || live.pending()) {
      directory.servicesOf(target).forEach(this::mark);
    }
  }

  /// One event for a check that others depend on, in place of one for each of them.
  private void reportDependency(
      ProbeTarget target, Health before, Health after, Observation observation) {
    Dependencies.Dependency dependency = directory.dependencies().of(target);
    boolean expected = before == Health.UNKNOWN && after == Health.UP;
    if (dependency == null || expected) {
      return;
    }
    LiveTarget further = dependency.further();
    if (further == null || further.health() != Health.DOWN) {
      chronicle.event(
          null,
          "dependency",
          dependency.name(),
          before.name(),
          after.name(),
          observation.detail() + "; " + dependents(dependency),
          Chronicle.SELF);
    }
  }

  static String dependents(Dependencies.Dependency dependency) {
    return dependency.endpoints() == 1
        ? "1 endpoint depends on it"
        : dependency.endpoints() + " endpoints depend on it";
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
      judge.judgeBy(before);
      throw e;
    }
    directory = beginning.directory();
    answers = answersOf(directory);
    table = beginning.table();
    unpublished = false;
    dirty.clear();
    timers.clear();
    directory.services().forEach(this::schedule);
    resolved.keySet().retainAll(directory.hostNames());
    metrics.count(Counter.ANSWER_TABLES_PUBLISHED);
  }

  /// Tells these probers what to probe from now on.
  void startProbing(ProbeControl probes) {
    this.probes = probes;
    startProbing();
  }

  /// Tells the probers what the configuration says now.
  void startProbing() {
    probes.targets(directory.targets());
    probes.hostNames(directory.hostNames());
    for (LiveTarget target : directory.liveTargets()) {
      if (target.pending()) {
        probes.pending(target.target(), true);
      }
    }
  }

  /// Judges what was marked and what is due.
  ///
  /// @return whether [#table] changed
  boolean settle() {
    markDue(time.nowNanos());
    for (LiveService live = dirty.poll(); live != null; live = dirty.poll()) {
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
    if (!unpublished) {
      return false;
    }
    table = table.withServices(answers);
    unpublished = false;
    metrics.count(Counter.ANSWER_TABLES_PUBLISHED);
    return true;
  }

  /// When [#settle] must run although nothing was marked; Long.MAX_VALUE for never.
  long nextDueNanos() {
    Timer first = timers.peek();
    long next = first == null ? Long.MAX_VALUE : first.atNanos();
    Instant expiry = overrides.nextExpiry();
    return expiry == null ? next : Math.min(next, time.nanosAt(expiry));
  }

  private void judgeAgain(LiveService live) {
    LiveService.View view = live.view();
    ServiceHealth before = live.health;
    if (view != null && judge.judge(live, view.selections(), resolved)) {
      answers[live.index()] = answerOf(live);
      unpublished = true;
    }
    if (!live.health.equals(before)) {
      directory.dependencies().askersOf(live.service().name()).forEach(this::mark);
    }
  }

  /// Judges every service of a configuration.
  ///
  /// @param before what it takes the place of; left as it is
  private Beginning begin(LoadedConfiguration configuration, @Nullable Directory before) {
    Directory next = new Directory(configuration, before, this::firstOpinion);
    judge.judgeBy(next);
    for (LiveService live : next.servicesAfterThoseTheyAskFor()) {
      LiveService old = before == null ? null : before.service(live.service().name());
      LiveService.View view = old == null ? null : old.view();
      judge.judge(live, startingSelections(live.service(), old, view), resolved);
      if (view != null) {
        keepHandOuts(live, view.handOuts());
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
        String key = service.name() + "/" + ServiceJudge.familyName(track);
        selections.add(ServiceJudge.start(service, track, chronicle.lastSelection(key), time));
      }
    }
    return selections;
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
