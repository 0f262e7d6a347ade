package detour.server.publish;

import detour.dns.answer.AnswerTable;
import detour.failover.model.ProbeTarget;
import detour.failover.opinion.Observation;
import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import detour.server.publish.Journal.Change;
import detour.server.publish.PublishedState.ConfigurationState;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one writer. Its thread, `publish`, takes messages from the inbox, decides, and swaps the
/// answer table.
///
/// The swap comes before the disk: a decision made from probes is answered at once, and a crash in
/// between makes the server decide again from the same world. What an operator was told is done is
/// another matter: a command's future completes only after its changes are on disk.
public final class PublishLoop implements Inbox, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PublishLoop.class);
  private static final int BATCH = 1_024;
  private static final long STOP_MILLIS = 1_000;

  private final Time time;
  private final Journal journal;
  private final Metrics metrics;
  private final ConfigurationSource source;
  private final Decisions decisions;
  private final OperatorCommands commands;
  private final Chronicle chronicle;
  private final BlockingQueue<Message> inbox = new LinkedBlockingQueue<>();
  private final List<StateListener> listeners = new CopyOnWriteArrayList<>();
  private final Thread thread = new Thread(this::run, "publish");
  private final List<Acknowledgement> acknowledgements = new ArrayList<>();
  private final Instant startedAt;
  private volatile AnswerTable table;
  private volatile ConfigurationState configuration;
  private volatile long epoch;
  private volatile boolean stopping;

  private sealed interface Message {
    record Observed(ProbeTarget target, Observation observation) implements Message {}

    record Resolved(String hostName, List<InetAddress> addresses) implements Message {}

    record Ask(Command command, CompletableFuture<Void> done) implements Message {}

    record Replace(LoadedConfiguration loaded, String author, CompletableFuture<Void> done)
        implements Message {}

    record Refused(ConfigurationRefused refused, String author, CompletableFuture<Void> done)
        implements Message {}

    record Stop() implements Message {}
  }

  /// A command that was carried out and is told so once it is on disk.
  private record Acknowledgement(CompletableFuture<Void> done) {}

  /// Decides for the first time, from what was saved: the table is ready to be answered from when
  /// this returns.
  ///
  /// @param source what a reload reads
  public PublishLoop(
      Time time,
      Journal journal,
      Metrics metrics,
      ConfigurationSource source,
      LoadedConfiguration first) {
    this.time = time;
    this.journal = journal;
    this.metrics = metrics;
    this.source = source;
    startedAt = time.now();
    Journal.Saved saved = journal.load();
    chronicle = new Chronicle(time, saved.lastEventId());
    decisions = new Decisions(time, metrics, saved, chronicle, first);
    commands = new OperatorCommands(decisions);
    table = decisions.table();
    configuration = loaded(first);
  }

  /// Starts deciding, and the probers.
  public void start(ProbeControl probes) {
    chronicle.event(null, "start", "server", "", "started", configuration.file(), Chronicle.SELF);
    decisions.startProbing(probes);
    thread.start();
  }

  /// What queries are answered from now. Any thread.
  public AnswerTable table() {
    return table;
  }

  /// The present decisions, for people; made afresh at each call, on the caller's thread.
  public PublishedState state() {
    return new StatePicture(time, decisions, startedAt).state(epoch, configuration);
  }

  /// Tells of each event from now on.
  public void listen(StateListener listener) {
    listeners.add(listener);
  }

  @Override
  public void observed(ProbeTarget target, Observation observation) {
    inbox.add(new Message.Observed(target, observation));
  }

  @Override
  public void resolved(String hostName, List<InetAddress> addresses) {
    inbox.add(new Message.Resolved(hostName, List.copyOf(addresses)));
  }

  @Override
  public CompletableFuture<Void> command(Command command) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    if (command instanceof Command.Reload reload) {
      Thread.ofVirtual().name("reload").start(() -> load(reload.author(), done));
    } else {
      inbox.add(new Message.Ask(command, done));
    }
    return done;
  }

  /// Decides what is in the inbox and stops. The journal is the caller's to close.
  @Override
  public void close() {
    stopping = true;
    inbox.add(new Message.Stop());
    try {
      thread.join(STOP_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    while (!stopping || !inbox.isEmpty()) {
      try {
        takeBatch();
        settle();
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        metrics.count(Counter.PUBLISH_FAILURES);
        LOG.error("a decision failed; the answers stay as they are", e);
      }
    }
    chronicle.event(null, "stop", "server", "", "stopped", "asked to stop", Chronicle.SELF);
    save();
  }

  private void takeBatch() throws InterruptedException {
    Message message = inbox.poll(waitNanos(), TimeUnit.NANOSECONDS);
    for (int taken = 0; message != null; taken++) {
      handle(message);
      message = taken < BATCH ? inbox.poll() : null;
    }
  }

  private long waitNanos() {
    long due = decisions.nextDueNanos();
    return due == Long.MAX_VALUE ? Long.MAX_VALUE : Math.max(0, due - time.nowNanos());
  }

  private void handle(Message message) {
    switch (message) {
      case Message.Observed(var target, var observation) -> decisions.observed(target, observation);
      case Message.Resolved(var hostName, var addresses) -> decisions.resolved(hostName, addresses);
      case Message.Ask(var command, var done) -> ask(command, done);
      case Message.Replace replace -> replace(replace);
      case Message.Refused(var refused, var author, var done) -> refuse(refused, author, done);
      case Message.Stop() -> LOG.debug("asked to stop");
    }
  }

  private void settle() {
    if (decisions.settle()) {
      swap();
    }
    save();
  }

  private void swap() {
    long next = epoch + 1;
    epoch = next;
    table = decisions.table();
  }

  private void save() {
    List<Change> changes = chronicle.takeChanges();
    List<CompletableFuture<Void>> waiting =
        acknowledgements.stream().map(Acknowledgement::done).toList();
    acknowledgements.clear();
    if (!changes.isEmpty() || !waiting.isEmpty()) {
      var _ = journal.save(changes).whenComplete((saved, failure) -> acknowledge(waiting, failure));
    }
    for (Journal.HistoryEvent event : chronicle.takeEvents()) {
      listeners.forEach(listener -> listener.happened(event));
    }
  }

  private static void acknowledge(
      List<CompletableFuture<Void>> waiting, @Nullable Throwable failure) {
    for (CompletableFuture<Void> done : waiting) {
      if (failure == null) {
        done.complete(null);
      } else {
        done.completeExceptionally(
            new CommandRefused(
                "it is in force now, but could not be written to disk and will be lost by a"
                    + " restart: "
                    + failure.getMessage()));
      }
    }
  }

  private void ask(Command command, CompletableFuture<Void> done) {
    try {
      commands.carryOut(command);
      acknowledgements.add(new Acknowledgement(done));
    } catch (CommandRefused e) {
      done.completeExceptionally(e);
    }
  }

  private void load(String author, CompletableFuture<Void> done) {
    try {
      inbox.add(new Message.Replace(source.load(), author, done));
    } catch (ConfigurationRefused e) {
      inbox.add(new Message.Refused(e, author, done));
    } catch (RuntimeException e) {
      LOG.error("the configuration could not be read", e);
      done.completeExceptionally(e);
    }
  }

  private void replace(Message.Replace replace) {
    decisions.replace(replace.loaded());
    configuration = loaded(replace.loaded());
    chronicle.event(
        null,
        "reload",
        replace.loaded().file(),
        "",
        "applied",
        "%d services, %d zones"
            .formatted(replace.loaded().model().services().size(), replace.loaded().zones().size()),
        replace.author());
    swap();
    decisions.startProbing();
    acknowledgements.add(new Acknowledgement(replace.done()));
  }

  private void refuse(ConfigurationRefused refused, String author, CompletableFuture<Void> done) {
    ConfigurationState before = configuration;
    configuration =
        new ConfigurationState(
            before.file(), before.loadedAt(), before.zones(), refused.problems());
    chronicle.event(
        null,
        "reload",
        before.file(),
        "",
        "refused",
        refused.problems().size() + " problems; the old configuration stays",
        author);
    done.completeExceptionally(
        new CommandRefused(
            "the configuration was refused and the old one stays:\n" + refused.getMessage()));
  }

  private ConfigurationState loaded(LoadedConfiguration loaded) {
    Instant now = time.now();
    return new ConfigurationState(loaded.file(), now, loaded.zones().size(), List.of());
  }
}
