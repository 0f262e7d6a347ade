package detour.server.publish;

import detour.dns.answer.AnswerTable;
import detour.dns.answer.ServiceAnswer;
import detour.failover.model.ProbeTarget;
import detour.failover.model.Service;
import detour.failover.opinion.Opinion;
import detour.failover.selection.Selection;
import detour.failover.selection.SelectionRules;
import detour.failover.selection.Track;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How a configuration is decided on for the first time: from what the one before it decided, or an
/// earlier run. Publish thread only.
final class Beginnings {
  private final Time time;
  private final Chronicle chronicle;
  private final ServiceJudge judge;
  private final Attendance attendance;
  private final Map<String, List<InetAddress>> resolved;

  /// A configuration, decided on.
  record Beginning(Directory directory, AnswerTable table) {}

  /// @param resolved the last good addresses of host names
  Beginnings(
      Time time,
      Chronicle chronicle,
      ServiceJudge judge,
      Attendance attendance,
      Map<String, List<InetAddress>> resolved) {
    this.time = time;
    this.chronicle = chronicle;
    this.judge = judge;
    this.attendance = attendance;
    this.resolved = resolved;
  }

  /// Judges every service of a configuration.
  ///
  /// @param before what it takes the place of; left as it is
  Beginning begin(LoadedConfiguration configuration, @Nullable Directory before) {
    Directory next = new Directory(configuration, before, this::firstOpinion);
    attendance.of(configuration.model());
    var _ = attendance.shareOut(next);
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
    return directory.services().stream()
        .map(directory.names()::answer)
        .toArray(ServiceAnswer[]::new);
  }

  /// The answer of a service that was judged.
  static ServiceAnswer answerOf(LiveService live) {
    LiveService.View view = live.view();
    if (view == null) {
      throw new IllegalStateException(live.service().name() + " was not judged");
    }
    return view.answer();
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
