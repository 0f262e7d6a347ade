package detour.server.publish;

import detour.failover.model.Health;
import detour.failover.verdict.Presence;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// What is known of the other vantages: who is present, and what each thinks of which target.
///
/// It grows by changes, since there may be hundreds of thousands of opinions: [Inbox#peers] brings
/// them, the publish thread alone applies them. Any thread may read.
public final class Peers {
  private final Map<String, Peer> peers = new ConcurrentHashMap<>();
  private volatile SharedView view = SharedView.NEVER;

  /// Something about the other vantages that is news. What it says of a vantage that was not heard
  /// of before introduces it.
  public sealed interface Change {
    /// Whether a vantage may be counted.
    ///
    /// @param presence PRESENT, ABSENT or IMPAIRED
    /// @param detail why it is not present, for people: `its lease ran out`, or what an impaired
    ///   vantage found; empty for a present one
    record Attendance(String vantage, Presence presence, String detail) implements Change {}

    /// What a vantage thinks.
    ///
    /// @param whole whether these are all its opinions, so that what is not among them is gone; if
    ///   not, these alone changed
    /// @param opinions by [TargetKey#shared]; health UNKNOWN for one that is gone
    record Opinions(String vantage, boolean whole, Map<String, PeerOpinion> opinions)
        implements Change {
      public Opinions {
        opinions = Map.copyOf(opinions);
      }
    }

    /// How recent everything that was told is. To be told at least as often as what is known is
    /// confirmed, even when nothing else changed.
    record Confirmed(SharedView view) implements Change {}
  }

  /// What another vantage thinks of a target.
  ///
  /// @param since when it turned, by that vantage's wall clock: for people only
  public record PeerOpinion(Health health, Instant since) {}

  /// How recent the knowledge of the others is. Times are those of [Time#nowNanos].
  ///
  /// @param reachable whether the store that it comes from answers
  /// @param currentNanos when it was last known to be current
  /// @param staleNanos from when on it does not count any more, so that the others are absent
  public record SharedView(boolean reachable, long currentNanos, long staleNanos) {
    /// Nothing was ever heard.
    static final SharedView NEVER = new SharedView(false, Long.MIN_VALUE, Long.MIN_VALUE);

    boolean stale(long nowNanos) {
      return staleNanos <= nowNanos;
    }

    boolean never() {
      return currentNanos == Long.MIN_VALUE;
    }
  }

  /// What a change makes necessary.
  ///
  /// @param everyone all endpoints must be judged again
  /// @param targets by [TargetKey#shared]: endpoints with these must be judged again
  record Effect(boolean everyone, Collection<String> targets) {
    private static final Effect NONE = new Effect(false, Set.of());
    private static final Effect EVERYONE = new Effect(true, Set.of());
  }

  /// One other vantage.
  private static final class Peer {
    private volatile Presence presence = Presence.ABSENT;
    private volatile String detail = "nothing was heard of it yet";
    private final Map<String, PeerOpinion> opinions = new ConcurrentHashMap<>();
  }

  /// How recent all of this is.
  SharedView view() {
    return view;
  }

  /// Whether anything was ever heard of a vantage.
  boolean knows(String vantage) {
    return peers.containsKey(vantage);
  }

  /// What was told of a vantage last, however long ago.
  Presence told(String vantage) {
    Peer peer = peers.get(vantage);
    return peer == null ? Presence.ABSENT : peer.presence;
  }

  /// Whether a vantage may be counted, leaving aside which endpoint it is about.
  Presence presence(String vantage, long nowNanos) {
    Peer peer = peers.get(vantage);
    return peer == null || view.stale(nowNanos) ? Presence.ABSENT : peer.presence;
  }

  /// Why a vantage is not present; empty when it is.
  String detail(String vantage, long nowNanos) {
    Peer peer = peers.get(vantage);
    if (peer == null || view.never()) {
      return "nothing was heard of it yet";
    }
    return view.stale(nowNanos) ? "the shared view is stale" : peer.detail;
  }

  /// What a vantage thought last, present or not; null when it thinks nothing.
  ///
  /// @param target by [TargetKey#shared]
  @Nullable PeerOpinion opinion(String vantage, String target) {
    Peer peer = peers.get(vantage);
    return peer == null ? null : peer.opinions.get(target);
  }

  /// How many opinions of a vantage are known.
  int opinions(String vantage) {
    Peer peer = peers.get(vantage);
    return peer == null ? 0 : peer.opinions.size();
  }

  /// Takes in a change. That the view became stale, or is not any more, is for the caller to see.
  /// Publish thread only.
  Effect apply(Change change) {
    return switch (change) {
      case Change.Attendance attendance -> attended(attendance);
      case Change.Opinions opinions -> thought(opinions);
      case Change.Confirmed(SharedView next) -> {
        view = next;
        yield Effect.NONE;
      }
    };
  }

  private Effect attended(Change.Attendance change) {
    Peer peer = peer(change.vantage());
    boolean turned = peer.presence != change.presence();
    peer.presence = change.presence();
    peer.detail = change.detail();
    return turned ? Effect.EVERYONE : Effect.NONE;
  }

  private Effect thought(Change.Opinions change) {
    Peer peer = peer(change.vantage());
    Set<String> turned = new HashSet<>();
    if (change.whole()) {
      Set<String> gone = new HashSet<>(peer.opinions.keySet());
      gone.removeAll(change.opinions().keySet());
      peer.opinions.keySet().removeAll(gone);
      turned.addAll(gone);
    }
    change
        .opinions()
        .forEach((target, opinion) -> {
          boolean gone = opinion.health() == Health.UNKNOWN;
          PeerOpinion before =
              gone ? peer.opinions.remove(target) : peer.opinions.put(target, opinion);
          Health formerly = before == null ? Health.UNKNOWN : before.health();
          if (formerly != opinion.health()) {
            turned.add(target);
          }
        });
    return turned.isEmpty() ? Effect.NONE : new Effect(false, turned);
  }

  private Peer peer(String vantage) {
    return peers.computeIfAbsent(vantage, _ -> new Peer());
  }
}
