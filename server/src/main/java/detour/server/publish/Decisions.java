package detour.server.publish;

import detour.dns.answer.AnswerTable;
import detour.dns.answer.ServiceAnswer;
import detour.failover.model.Health;
import detour.failover.model.Model;
import detour.failover.model.ProbeTarget;
import detour.failover.opinion.Observation;
import detour.failover.opinion.Opinion;
import detour.failover.opinion.ServiceHealth;
import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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
  private final Chronicle chronicle;
  private final Agreement agreement;
  private final Attendance attendance;
  private final ServiceJudge judge;
  private final Beginnings beginnings;
  private final Sentry sentry;
  private final Map<String, List<InetAddress>> resolved = new ConcurrentHashMap<>();
  private final Agenda agenda = new Agenda();
  private volatile Directory directory;
  private ProbeControl probes = ProbeControl.NONE;
  private AnswerTable table;
  private long judgements;

  /// What `table` has not yet, by position.
  private final Map<Integer, ServiceAnswer> changed = new HashMap<>();

  /// For a node on its own.
  Decisions(
      Time time,
      Metrics metrics,
      Journal.Saved saved,
      Chronicle chronicle,
      LoadedConfiguration configuration) {
    this(time, metrics, chronicle, Agreement.alone(time, saved, chronicle), configuration);
  }

  Decisions(
      Time time,
      Metrics metrics,
      Chronicle chronicle,
      Agreement agreement,
      LoadedConfiguration configuration) {
    this.time = time;
    this.metrics = metrics;
    this.chronicle = chronicle;
    this.agreement = agreement;
    attendance = new Attendance(time, chronicle);
    judge = new ServiceJudge(time, chronicle, agreement, attendance);
    beginnings = new Beginnings(time, chronicle, judge, attendance, resolved);
    Beginnings.Beginning beginning = beginnings.begin(configuration, null);
    directory = beginning.directory();
    table = beginning.table();
    begun();
    sentry = new Sentry(time, metrics, chronicle, directory);
    forgetWhatOthersProbe();
  }

  private void begun() {
    directory.services().forEach(agenda::schedule);
    agreement.began(directory);
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
    return agreement.overrides();
  }

  Chronicle chronicle() {
    return chronicle;
  }

  long nowNanos() {
    return time.nowNanos();
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
    agreement.cluster().impaired(sentry.impaired(), sentry.view().finding());
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
      agreement.cluster().opinion(turned);
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
    List<LiveTarget> changed = attendance.shareOut(directory);
    for (LiveTarget live : changed) {
      change(live, () -> live.unknown(time.nowNanos()));
    }
    if (!changed.isEmpty()) {
      sentry.guard(directory);
      probes.targets(directory.probed());
    }
    directory.services().forEach(this::mark);
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
    agreement.takeOver(agreed).forEach(this::markByName);
  }

  /// Takes in how the raising of a fence ended.
  void fenced(Fences.Ended ended) {
    agreement.fences().ended(ended);
    markByName(ended.service());
  }

  /// Takes in the answer to a question for a failback.
  void answered(Latches.Answer answer) {
    agreement.latches().answered(answer);
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
    return agreement.inForce(agenda.isEmpty(), directory);
  }

  /// Marks a service to be judged again by the next [#settle].
  void mark(LiveService live) {
    agenda.mark(live);
  }

  /// Puts another configuration in the place of this one. Opinions of targets that stay are kept,
  /// and selections by the names of their pools.
  ///
  /// @throws RuntimeException when it cannot be decided on; then everything is as it was
  void replace(LoadedConfiguration configuration) {
    Directory before = directory;
    Chronicle.Mark mark = chronicle.mark();
    Beginnings.Beginning beginning;
    try {
      beginning = beginnings.begin(configuration, before);
    } catch (RuntimeException e) {
      chronicle.rollBack(mark);
      agreement.latches().forget();
      attendance.of(before.configuration().model());
      judge.judgeBy(before);
      throw e;
    }
    directory = beginning.directory();
    boolean wasImpaired = sentry.impaired();
    sentry.guard(directory);
    table = beginning.table();
    changed.clear();
    agenda.clear();
    judgements++;
    begun();
    resolved.keySet().retainAll(directory.hostNames());
    if (sentry.impaired() != wasImpaired) {
      attendanceChanged();
    }
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
      agreement.cluster().opinions(opinions());
      agreement.cluster().impaired(sentry.impaired(), sentry.view().finding());
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
    agenda.markDue(time.nowNanos());
    agreement.turnOverrides().forEach(this::markByName);
    for (int judged = 0; judged < SETTLED_MAX; judged++) {
      LiveService live = agenda.take();
      if (live == null) {
        break;
      }
      try {
        judgeAgain(live);
      } catch (RuntimeException e) {
        // One service that fails must not keep the others from their answers.
        metrics.count(Counter.PUBLISH_FAILURES);
        LOG.error("{} could not be judged; its answer stays", live.service().name(), e);
        live.nextEvaluationNanos = time.nowNanos() + RETRY_NANOS;
      }
      agenda.schedule(live);
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
    while (!agenda.isEmpty()) {
      any |= settle();
    }
    return any;
  }

  /// When [#settle] must run although nothing was marked; Long.MAX_VALUE for never.
  long nextDueNanos() {
    if (!agenda.isEmpty()) {
      return time.nowNanos();
    }
    long next = Math.min(agenda.nextDueNanos(), sentry.nextDueNanos());
    next = Math.min(next, attendance.nextDueNanos());
    Instant turn = agreement.nextTurn();
    return turn == null ? next : Math.min(next, time.nanosAt(turn));
  }

  /// How often a service was judged or the configuration replaced: what follows from health, from
  /// what operators said and from the rules is another only when this is.
  long judgements() {
    return judgements;
  }

  private void judgeAgain(LiveService live) {
    judgements++;
    LiveService.View view = live.view();
    ServiceHealth before = live.health;
    if (view != null && judge.judge(live, view.selections(), resolved)) {
      changed.put(directory.names().entry(live), directory.names().answer(live));
    }
    agreement.judged(live);
    if (!live.health.equals(before)) {
      directory.dependencies().askersOf(live.service().name()).forEach(this::mark);
    }
  }
}
