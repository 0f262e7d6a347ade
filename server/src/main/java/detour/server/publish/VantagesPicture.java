package detour.server.publish;

import detour.failover.model.Health;
import detour.failover.model.Model;
import detour.failover.model.Vantage;
import detour.failover.verdict.Presence;
import detour.failover.verdict.Vote;
import detour.server.publish.Peers.SharedView;
import detour.server.publish.PublishedState.VantageState;
import detour.server.publish.PublishedState.VantagesState;
import detour.server.publish.PublishedState.VoteState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Draws what is known of the vantages, for people. Any thread; one use.
final class VantagesPicture {
  private final Model model;
  private final Peers peers;
  private final Sentry.View guard;
  private final Instant now;
  private final long nowNanos;

  VantagesPicture(Model model, Peers peers, Sentry.View guard, Instant now, long nowNanos) {
    this.model = model;
    this.peers = peers;
    this.guard = guard;
    this.now = now;
    this.nowNanos = nowNanos;
  }

  /// Null for a node on its own.
  @Nullable VantagesState state() {
    if (model.verdicts().alone()) {
      return null;
    }
    SharedView view = peers.view();
    return new VantagesState(
        view.reachable(),
        view.never() ? null : now.plusNanos(view.currentNanos() - nowNanos),
        view.stale(nowNanos),
        model.verdicts().vantages().stream().map(this::vantage).toList());
  }

  List<VoteState> votes(List<Vote> votes) {
    return votes.stream()
        .map(vote ->
            new VoteState(
                vote.vantage(), vote.region(), vote.presence(), vote.opinion(), why(vote)))
        .toList();
  }

  /// @param frozen how many endpoints have a verdict that cannot change
  /// @param why the reason of one of them
  List<String> alarms(int frozen, String why) {
    List<String> alarms = new ArrayList<>();
    if (model.verdicts().alone()) {
      return alarms;
    }
    SharedView view = peers.view();
    if (view.stale(nowNanos)) {
      alarms.add(
          view.never()
              ? "nothing was heard of the other vantages yet, so they count as absent"
              : "nothing was heard of the other vantages for %d s, so they count as absent"
                  .formatted((nowNanos - view.currentNanos()) / 1_000_000_000L));
    } else if (!view.reachable()) {
      alarms.add("the cluster's store cannot be reached: what the others said last counts for now");
    }
    for (VantageState vantage : model.verdicts().vantages().stream().map(this::vantage).toList()) {
      if (vantage.presence() != Presence.PRESENT && !vantage.own() && !view.stale(nowNanos)) {
        alarms.add(
            "the vantage %s is %s: %s"
                .formatted(vantage.name(), word(vantage.presence()), vantage.detail()));
      }
    }
    if (frozen > 0) {
      alarms.add((frozen == 1 ? "1 verdict is " : frozen + " verdicts are ") + why);
    }
    return alarms;
  }

  private static String word(Presence presence) {
    return presence.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private VantageState vantage(Vantage vantage) {
    boolean own = vantage.name().equals(model.vantage());
    return new VantageState(
        vantage.name(),
        vantage.region(),
        own,
        own
            ? guard.impaired() ? Presence.IMPAIRED : Presence.PRESENT
            : peers.presence(vantage.name(), nowNanos),
        own ? guard.finding() : peers.detail(vantage.name(), nowNanos),
        own ? 0 : peers.opinions(vantage.name()));
  }

  private String why(Vote vote) {
    return switch (vote.presence()) {
      case PRESENT -> vote.opinion() == Health.UNKNOWN ? "it has no opinion of it yet" : "";
      case SPARED -> "others probe it";
      case NOT_ASKED -> "its checks name other vantages";
      case IMPAIRED, ABSENT ->
          vote.vantage().equals(model.vantage())
              ? guard.finding()
              : peers.detail(vote.vantage(), nowNanos);
    };
  }
}
