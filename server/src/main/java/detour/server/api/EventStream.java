package detour.server.api;

import detour.server.publish.Journal.HistoryEvent;
import detour.server.publish.StateListener;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The latest events, and those who follow them. The publish thread tells it; each follower waits
/// on a thread of its own and is cut off when it cannot keep up.
public final class EventStream implements StateListener, AutoCloseable {
  private static final int REMEMBERED = 1_000;
  private static final int FOLLOWER_QUEUE = 256;

  private final int followerLimit;
  private final String run;
  private final ArrayDeque<Numbered> ring = new ArrayDeque<>(REMEMBERED);
  private final Set<Follower> followers = ConcurrentHashMap.newKeySet();
  private long lastNumber;
  private boolean closed;

  public EventStream() {
    this(64);
  }

  /// @param followerLimit how many may follow at once
  public EventStream(int followerLimit) {
    this.followerLimit = followerLimit;
    // Numbers begin anew with each process: the run tells a client's number of another process.
    this.run = Long.toString(Instant.now().toEpochMilli(), 36);
  }

  @Override
  public void happened(HistoryEvent event) {
    synchronized (ring) {
      Numbered numbered = new Numbered(run + "." + ++lastNumber, lastNumber, event);
      if (ring.size() == REMEMBERED) {
        ring.removeFirst();
      }
      ring.addLast(numbered);
      followers.forEach(follower -> follower.offer(numbered));
    }
  }

  /// Ends every follower; later ones are refused.
  @Override
  public void close() {
    synchronized (ring) {
      closed = true;
      followers.forEach(Follower::close);
    }
  }

  /// Begins to follow: first what was missed, then what happens.
  ///
  /// @param lastEventId the id of the last event the client saw; null to begin at present. One of
  ///   an earlier process, or one no longer remembered, replays everything remembered, after a gap.
  /// @return null when too many follow already, or the stream is closed
  @Nullable Follower follow(@Nullable String lastEventId) {
    synchronized (ring) {
      if (closed || followers.size() >= followerLimit) {
        return null;
      }
      Follower follower =
          lastEventId == null
              ? new Follower(false, List.of())
              : followerSince(numberSeen(lastEventId));
      followers.add(follower);
      return follower;
    }
  }

  int followers() {
    return followers.size();
  }

  /// @param seen the number of the last event the client saw; -1 for one of another process
  private Follower followerSince(long seen) {
    long firstRemembered = ring.isEmpty() ? lastNumber + 1 : ring.getFirst().number;
    return new Follower(
        seen < firstRemembered - 1,
        new ArrayList<>(ring.stream().filter(event -> event.number > seen).toList()));
  }

  private long numberSeen(String lastEventId) {
    if (lastEventId.startsWith(run + ".")) {
      try {
        return Long.parseLong(lastEventId.substring(run.length() + 1));
      } catch (NumberFormatException e) {
        return -1;
      }
    }
    return -1;
  }

  /// An event with the id under which a client may resume.
  record Numbered(String id, long number, HistoryEvent event) implements Wakening {}

  /// What ends a follower's wait.
  sealed interface Wakening {}

  private record End() implements Wakening {}

  /// One client of the stream.
  final class Follower implements AutoCloseable {
    private final boolean gap;
    private final List<Numbered> missed;
    private final BlockingQueue<Wakening> queue = new ArrayBlockingQueue<>(FOLLOWER_QUEUE);
    private volatile boolean ended;

    private Follower(boolean gap, List<Numbered> missed) {
      this.gap = gap;
      this.missed = missed;
    }

    /// Whether more may have happened since the client's last event than [#missed] remembers.
    boolean gap() {
      return gap;
    }

    /// What happened between the client's last event and the first of [#next].
    List<Numbered> missed() {
      return missed;
    }

    /// The next event; null when none came in time, or the stream has ended.
    @Nullable Numbered next(long timeoutMillis) throws InterruptedException {
      Wakening wakening = queue.poll(timeoutMillis, TimeUnit.MILLISECONDS);
      return wakening instanceof Numbered event ? event : null;
    }

    boolean ended() {
      return ended;
    }

    @Override
    public void close() {
      ended = true;
      followers.remove(this);
      queue.clear();
      queue.offer(new End());
    }

    private void offer(Numbered event) {
      if (!queue.offer(event)) {
        close();
      }
    }
  }
}
