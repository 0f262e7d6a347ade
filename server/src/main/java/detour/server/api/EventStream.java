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
  ///   an earlier process, or one no longer remembered, replays everything remembered.
  /// @return null when too many follow already, or the stream is closed
  @Nullable Follower follow(@Nullable String lastEventId) {
    synchronized (ring) {
      if (closed || followers.size() >= followerLimit) {
        return null;
      }
      Follower follower = new Follower(missedSince(lastEventId));
      followers.add(follower);
      return follower;
    }
  }

  int followers() {
    return followers.size();
  }

  private List<Numbered> missedSince(@Nullable String lastEventId) {
    if (lastEventId == null) {
      return List.of();
    }
    long seen = 0;
    if (lastEventId.startsWith(run + ".")) {
      try {
        seen = Long.parseLong(lastEventId.substring(run.length() + 1));
      } catch (NumberFormatException e) {
        seen = 0;
      }
    }
    long from = seen;
    return new ArrayList<>(ring.stream().filter(event -> event.number > from).toList());
  }

  /// An event with the id under which a client may resume.
  record Numbered(String id, long number, HistoryEvent event) implements Wakening {}

  /// What ends a follower's wait.
  sealed interface Wakening {}

  private record End() implements Wakening {}

  /// One client of the stream.
  final class Follower implements AutoCloseable {
    private final List<Numbered> missed;
    private final BlockingQueue<Wakening> queue = new ArrayBlockingQueue<>(FOLLOWER_QUEUE);
    private volatile boolean ended;

    private Follower(List<Numbered> missed) {
      this.missed = missed;
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
