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
import java.util.concurrent.CompletionException;
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
  private static final long FAILED_WAIT_NANOS = 100_000_000;

  private final Time time;
  private final Journal journal;
  private final Metrics metrics;
  private final Cluster cluster;
  private final Reloads reloads;
  private final Decisions decisions;
  private final OperatorCommands commands;
  private final Approvals approvals;
  private final Chronicle chronicle;
  private final BlockingQueue<Message> inbox = new LinkedBlockingQueue<>();
  private final List<StateListener> listeners = new CopyOnWriteArrayList<>();
  private final Thread thread = new Thread(this::run, "publish");

  /// Commands that were carried out and are told so once they are on disk.
  private final List<CompletableFuture<Void>> waiting = new ArrayList<>();

  private final UnsavedOverrides unsaved = new UnsavedOverrides();

  private final Instant startedAt;
  private final SelectionEpoch epoch;
  private String nameServerId;
  private volatile AnswerTable table;
  private volatile ConfigurationState configuration;
  private volatile boolean stopping;
  private volatile boolean stopped;

  /// Decides for the first time, from what was saved: the table is ready to be answered from when
  /// this returns.
  ///
  /// @param source what a reload reads
  public PublishLoop(
      Time time,
      Journal journal,
      Metrics metrics,
      Cluster cluster,
      ConfigurationSource source,
      LoadedConfiguration first) {
    this.time = time;
    this.cluster = cluster;
    this.journal = journal;
    this.metrics = metrics;
    reloads = new Reloads(source);
    startedAt = time.now();
    Journal.Saved saved = journal.load();
    chronicle = new Chronicle(time, saved);
    Latches latches = new Latches(cluster, time, answer -> tell(new Message.Answered(answer)));
    decisions = new Decisions(time, metrics, saved, chronicle, cluster, latches, first);
    approvals = new Approvals(latches);
    commands = new OperatorCommands(decisions);
    epoch = new SelectionEpoch(cluster.isAlone(), chronicle, saved);
    nameServerId = first.nameServerId();
    var _ = epoch.turned(decisions.agreedRevision());
    table = decisions.table().identifiedBy(nameServerId, epoch.value());
    configuration = loaded(first);
  }

  /// The same for a node on its own.
  public PublishLoop(
      Time time,
      Journal journal,
      Metrics metrics,
      ConfigurationSource source,
      LoadedConfiguration first) {
    this(time, journal, metrics, Cluster.ALONE, source, first);
  }

  /// Starts deciding, and the probers.
  public void start(ProbeControl probes) {
    begin(probes);
    thread.start();
  }

  /// As [#start], for a caller that takes the turns itself.
  void startStepped(ProbeControl probes) {
    begin(probes);
    settle();
  }

  private void begin(ProbeControl probes) {
    chronicle.event(null, "start", "server", "", "started", configuration.file(), Chronicle.SELF);
    decisions.startProbing(probes);
  }

  /// Does all that is to be done now, without waiting.
  ///
  /// @return when there will be more to do if nothing is told; Long.MAX_VALUE for never
  long turn() throws InterruptedException {
    long due = decisions.nextDueNanos();
    while (!inbox.isEmpty() || due - time.nowNanos() <= 0) {
      takeBatch(-1);
      settle();
      due = decisions.nextDueNanos();
    }
    return due;
  }

  /// What queries are answered from now. Any thread.
  public AnswerTable table() {
    return table;
  }

  /// The present decisions, for people; made afresh at each call, on the caller's thread.
  public PublishedState state() {
    return picture(StatePicture.Detail.WHOLE);
  }

  /// The same without the observations: a fraction of it, for those who look often.
  public PublishedState outline() {
    return picture(StatePicture.Detail.OUTLINE);
  }

  private PublishedState picture(StatePicture.Detail detail) {
    return new StatePicture(time, decisions, startedAt, detail)
        .state(table.epoch(), configuration, unsaved.paths());
  }

  /// Tells of each event from now on.
  public void listen(StateListener listener) {
    listeners.add(listener);
  }

  @Override
  public void observed(ProbeTarget target, Observation observation) {
    tell(new Message.Observed(target, observation));
  }

  @Override
  public void observed(List<Inbox.Observed> results) {
    tell(new Message.ObservedMany(results));
  }

  @Override
  public void resolved(String hostName, List<InetAddress> addresses) {
    tell(new Message.Resolved(hostName, List.copyOf(addresses)));
  }

  @Override
  public CompletableFuture<Void> command(Command command) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    if (command instanceof Command.Reload reload) {
      reloads.read(
          loaded -> tell(new Message.Replace(loaded, reload.author(), done)),
          refused -> tell(new Message.Refused(refused, reload.author(), done)));
    } else {
      tell(new Message.Ask(command, done));
    }
    return done;
  }

  @Override
  public void peers(Peers.Change change) {
    tell(new Message.Heard(change));
  }

  @Override
  public void agreed(Agreed agreed) {
    tell(new Message.AgreedOn(agreed));
  }

  /// Decides what is in the inbox and stops; commands that come later fail. The journal is the
  /// caller's to close.
  @Override
  public void close() {
    stopping = true;
    inbox.add(new Message.Stop());
    try {
      thread.join(STOP_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!thread.isAlive()) {
      refuseTheRest();
    }
  }

  private void tell(Message message) {
    inbox.add(message);
    if (stopped) {
      refuseTheRest();
    }
  }

  private void refuseTheRest() {
    stopped = true;
    for (Message message = inbox.poll(); message != null; message = inbox.poll()) {
      fail(message, new CommandRefused("the server is stopping; nothing was changed"));
    }
  }

  private void run() {
    // What was decided before the first message is to be saved and told too.
    boolean settled = trySettle();
    while (!stopping || !inbox.isEmpty()) {
      try {
        takeBatch(settled ? 0 : FAILED_WAIT_NANOS);
      } catch (InterruptedException e) {
        stopping = true;
      }
      settled = trySettle();
    }
    chronicle.event(null, "stop", "server", "", "stopped", "asked to stop", Chronicle.SELF);
    epoch.end();
    var _ = save(unsaved.take(decisions.overrides()));
    save();
    refuseTheRest();
  }

  /// @param leastWaitNanos for a message; so that what fails again and again does not spin. Below
  ///   zero, none is waited for
  private void takeBatch(long leastWaitNanos) throws InterruptedException {
    long wait = Math.max(leastWaitNanos, waitNanos());
    Message message = leastWaitNanos < 0 ? inbox.poll() : inbox.poll(wait, TimeUnit.NANOSECONDS);
    for (int taken = 0; message != null; taken++) {
      try {
        handle(message);
      } catch (RuntimeException | Error e) {
        failed(e);
        fail(message, e);
      }
      message = taken < BATCH ? inbox.poll() : null;
    }
  }

  private long waitNanos() {
    long due = Math.min(decisions.nextDueNanos(), unsaved.retryAtNanos());
    return due == Long.MAX_VALUE ? Long.MAX_VALUE : Math.max(0, due - time.nowNanos());
  }

  private boolean trySettle() {
    try {
      settle();
      return true;
    } catch (RuntimeException | Error e) {
      failed(e);
      return false;
    }
  }

  /// This thread goes on whatever happens: without it the answers would be right until the next
  /// outage and wrong from then on.
  private void failed(Throwable cause) {
    metrics.count(Counter.PUBLISH_FAILURES);
    LOG.error("a decision failed; the answers stay as they are", cause);
  }

  private static void fail(Message message, Throwable cause) {
    CompletableFuture<Void> done = message.done();
    if (done != null) {
      done.completeExceptionally(cause);
    }
  }

  private void handle(Message message) {
    switch (message) {
      case Message.Observed(var target, var observation) -> decisions.observed(target, observation);
      case Message.ObservedMany(var results) ->
          results.forEach(result -> decisions.observed(result.target(), result.observation()));
      case Message.Resolved(var hostName, var addresses) -> decisions.resolved(hostName, addresses);
      case Message.Heard(var change) -> decisions.heard(change);
      case Message.Ask(var command, var done) -> ask(command, done);
      case Message.AgreedOn(var agreed) -> decisions.agreed(agreed);
      case Message.Proposed proposed -> proposed(proposed);
      case Message.Answered(var answer) -> answered(answer);
      case Message.Replace replace -> replace(replace);
      case Message.Refused(var refused, var author, var done) -> refuse(refused, author, done);
      case Message.NotSaved(var changes) -> unsaved.keep(changes, time.nowNanos());
      case Message.Stop() -> LOG.debug("asked to stop");
    }
  }

  private void settle() {
    // Whoever was promised that something is in force is told so when it is answered.
    boolean all = stopping || !waiting.isEmpty() || !approvals.isEmpty();
    boolean answers = all ? decisions.settleAll() : decisions.settle();
    if (epoch.turned(decisions.agreedRevision()) || answers) {
      swap();
    }
    decisions.tellOthers();
    waiting.addAll(approvals.takeSettled());
    if (unsaved.retryAtNanos() - time.nowNanos() <= 0) {
      var _ = save(unsaved.take(decisions.overrides()));
    }
    save();
  }

  private void swap() {
    table = decisions.table().identifiedBy(nameServerId, epoch.value());
  }

  private void save() {
    List<CompletableFuture<Void>> told = List.copyOf(waiting);
    waiting.clear();
    var _ =
        save(chronicle.takeChanges()).whenComplete((saved, failure) -> acknowledge(told, failure));
    for (Journal.HistoryEvent event : chronicle.takeEvents()) {
      listeners.forEach(listener -> tell(listener, event));
    }
  }

  private void tell(StateListener listener, Journal.HistoryEvent event) {
    try {
      listener.happened(event);
    } catch (RuntimeException e) {
      failed(e);
    }
  }

  private CompletableFuture<Void> save(List<Change> changes) {
    if (changes.isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    CompletableFuture<Void> saved;
    try {
      saved = journal.save(changes);
    } catch (RuntimeException e) {
      saved = CompletableFuture.failedFuture(e);
    }
    return saved.whenComplete((done, failure) -> {
      if (failure != null && UnsavedOverrides.isPromise(changes)) {
        tell(new Message.NotSaved(changes));
      }
    });
  }

  private static void acknowledge(List<CompletableFuture<Void>> told, @Nullable Throwable failure) {
    for (CompletableFuture<Void> done : told) {
      if (failure == null) {
        done.complete(null);
      } else {
        done.completeExceptionally(
            new CommandRefused(
                "it is in force now, but could not be written to disk, so a restart would lose it;"
                    + " the server goes on trying, and `detour status` shows an alarm until it"
                    + " succeeds: "
                    + reason(failure)));
      }
    }
  }

  private static @Nullable String reason(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return (cause == null ? failure : cause).getMessage();
  }

  private void ask(Command command, CompletableFuture<Void> done) {
    try {
      switch (command) {
        case Command.SetOverride set -> propose(commands.propose(set), done);
        case Command.ClearOverride clear -> propose(commands.propose(clear), done);
        case Command.ApproveFailback approve -> {
          commands.approveFailback(approve);
          approvals.add(approve.service(), done);
        }
        case Command.Reload reload ->
            throw new IllegalArgumentException("a reload is not carried out here: " + reload);
      }
    } catch (CommandRefused e) {
      done.completeExceptionally(e);
    }
  }

  /// Puts an override in force at once where nobody else is to be asked.
  private void propose(OperatorCommands.Proposal proposal, CompletableFuture<Void> done) {
    CompletableFuture<Void> answer = cluster.override(proposal.path(), proposal.override());
    if (answer.isDone() && !answer.isCompletedExceptionally()) {
      commands.carryOut(proposal);
      waiting.add(done);
    } else {
      var _ =
          answer.whenComplete((_, failure) -> tell(new Message.Proposed(proposal, failure, done)));
    }
  }

  private void proposed(Message.Proposed proposed) {
    if (proposed.failure() == null) {
      commands.carryOut(proposed.proposal());
      waiting.add(proposed.done());
    } else {
      proposed.done().completeExceptionally(notAgreed(proposed.failure()));
    }
  }

  private void answered(Latches.Answer answer) {
    decisions.answered(answer);
    if (answer.failure() != null) {
      CommandRefused refused = notAgreed(answer.failure());
      approvals.take(answer.service()).forEach(done -> done.completeExceptionally(refused));
    }
  }

  private static CommandRefused notAgreed(Throwable failure) {
    return new CommandRefused("nothing was changed: " + reason(failure));
  }

  private void replace(Message.Replace replace) {
    // What was said before the reload counts before it: an approved failback among it.
    decisions.settleAll();
    try {
      decisions.replace(replace.loaded());
    } catch (RuntimeException e) {
      failed(e);
      refuse(Reloads.failed("applied", e), replace.author(), replace.done());
      return;
    }
    replace.loaded().warnings().forEach(warning -> LOG.warn("{}", warning));
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
    nameServerId = replace.loaded().nameServerId();
    var _ = epoch.turned(decisions.agreedRevision());
    swap();
    decisions.startProbing();
    waiting.add(replace.done());
  }

  private void refuse(ConfigurationRefused refused, String author, CompletableFuture<Void> done) {
    ConfigurationState before = configuration;
    configuration =
        new ConfigurationState(
            before.file(),
            before.loadedAt(),
            before.zones(),
            refused.problems(),
            before.warnings());
    chronicle.event(
        null,
        "reload",
        before.file(),
        "",
        "refused",
        problems(refused.problems().size()) + "; the old configuration stays",
        author);
    done.completeExceptionally(
        new CommandRefused(
            "the configuration was refused and the old one stays:\n" + refused.getMessage()));
  }

  private static String problems(int count) {
    return count == 1 ? "1 problem" : count + " problems";
  }

  private ConfigurationState loaded(LoadedConfiguration loaded) {
    Instant now = time.now();
    return new ConfigurationState(
        loaded.file(), now, loaded.zones().size(), List.of(), loaded.warnings());
  }
}
