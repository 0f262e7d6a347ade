package detour.server.publish;

import detour.dns.answer.AnswerTable;
import detour.dns.answer.ServerOptions;
import detour.failover.model.ProbeTarget;
import detour.failover.model.Service;
import detour.failover.opinion.Observation;
import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import detour.server.publish.PublishedState.ConfigurationState;
import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
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
  private final Metrics metrics;
  private final Reloads reloads = new Reloads();
  private final ConfigurationSource source;
  private final Decisions decisions;
  private final OperatorRequests requests;
  private final DrillWatch drills;
  private final Agreement agreement;
  private final Approvals approvals;
  private final Chronicle chronicle;
  private final BlockingQueue<Message> inbox = new LinkedBlockingQueue<>();
  private final Thread thread = new Thread(this::run, "publish");

  private final Saving saving;
  private final Instant startedAt;
  private final SelectionEpoch epoch;
  private ServerOptions server;
  private volatile AnswerTable table;
  private volatile ConfigurationState configuration;
  private volatile boolean stopping;
  private volatile boolean stopped;

  /// Decides for the first time, from what was saved: the table is ready to be answered from when
  /// this returns.
  ///
  /// @param fencing what raises the fences that failovers wait for
  /// @param source what a reload reads
  public PublishLoop(
      Time time,
      Journal journal,
      Metrics metrics,
      Cluster cluster,
      Fencing fencing,
      ConfigurationSource source,
      LoadedConfiguration first) {
    this.time = time;
    this.metrics = metrics;
    this.source = source;
    startedAt = time.now();
    Journal.Saved saved = journal.load();
    chronicle = new Chronicle(time, saved);
    agreement =
        new Agreement(
            cluster, time, saved, chronicle, answer -> tell(new Message.Answered(answer)));
    agreement.fences().raiseBy(fencing, ended -> tell(new Message.Fenced(ended)));
    decisions = new Decisions(time, metrics, chronicle, agreement, first);
    approvals = agreement.approvals();
    saving =
        new Saving(
            time,
            journal,
            chronicle,
            agreement.overrides(),
            changes -> tell(new Message.NotSaved(changes)),
            this::failed);
    SafetyDesk desk = new SafetyDesk(decisions);
    OperatorCommands commands = new OperatorCommands(decisions, desk);
    drills = new DrillWatch(decisions, desk::objections);
    requests =
        new OperatorRequests(
            time, decisions, commands, agreement, saving, this::tell, this::settleForCondition);
    epoch = new SelectionEpoch(cluster.isAlone(), chronicle, saved);
    server = first.server();
    var _ = epoch.turned(decisions.agreedRevision());
    table = decisions.table().identifiedBy(server, epoch.value());
    configuration = loaded(first);
  }

  /// The same without hooks for fences.
  public PublishLoop(
      Time time,
      Journal journal,
      Metrics metrics,
      Cluster cluster,
      ConfigurationSource source,
      LoadedConfiguration first) {
    this(time, journal, metrics, cluster, Fencing.NONE, source, first);
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
    long due = dueNanos();
    while (!inbox.isEmpty() || due - time.nowNanos() <= 0) {
      takeBatch(-1);
      settle();
      due = dueNanos();
    }
    return due;
  }

  private long dueNanos() {
    return Math.min(decisions.nextDueNanos(), requests.nextDueNanos());
  }

  /// What queries are answered from now. Any thread.
  public AnswerTable table() {
    return table;
  }

  /// The services as they are configured, by their positions in the answer table. Any thread.
  public List<Service> services() {
    return decisions.directory().configuration().model().services();
  }

  /// The services as they are decided on now. Any thread.
  Directory directory() {
    return decisions.directory();
  }

  /// The present decisions, for people; made afresh at each call, on the caller's thread.
  public PublishedState state() {
    return state(Extent.WHOLE);
  }

  /// As much of them as is asked for.
  public PublishedState state(Extent extent) {
    return new StatePicture(time, decisions, startedAt, extent)
        .state(table.epoch(), configuration, saving.unsaved());
  }

  /// Tells of each event from now on.
  public void listen(StateListener listener) {
    saving.listen(listener);
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
    switch (command) {
      case Command.Reload reload -> read(source, reload, done);
      case Command.Apply apply -> read(apply.source(), apply, done);
      default -> tell(new Message.Ask(command, done));
    }
    return done;
  }

  private void read(
      ConfigurationSource from, Command.Reconfigure order, CompletableFuture<Void> done) {
    reloads.read(
        from,
        loaded -> tell(new Message.Replace(loaded, order, done)),
        refused -> tell(new Message.Refused(refused, order, done)));
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
      fail(message, refusalOfTheStopped());
    }
  }

  private static CommandRefused refusalOfTheStopped() {
    return new CommandRefused("the server is stopping; nothing was changed");
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
    saving.end();
    requests.refuseAll(refusalOfTheStopped());
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
    long due = Math.min(dueNanos(), saving.nextDueNanos());
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
      case Message.Ask(var command, var done) -> requests.ask(command, done);
      case Message.AgreedOn(var agreed) -> decisions.agreed(agreed);
      case Message.Proposed proposed -> requests.proposed(proposed);
      case Message.Answered(var answer) -> answered(answer);
      case Message.Fenced(var ended) -> decisions.fenced(ended);
      case Message.Replace replace -> replace(replace);
      case Message.Refused(var refused, var order, var done) -> refuse(refused, order, done);
      case Message.NotSaved(var changes) -> saving.keep(changes);
      case Message.Stop() -> LOG.debug("asked to stop");
    }
  }

  private void settle() {
    requests.askAgain();
    // Whoever was promised that something is in force is told so when it is answered.
    boolean all = stopping || saving.promised() || !approvals.isEmpty();
    boolean answers = all ? decisions.settleAll() : decisions.settle();
    for (OperatorCommands.Proposal end : drills.ends()) {
      requests.end(end);
      answers |= decisions.settle();
    }
    if (epoch.turned(decisions.agreedRevision()) || answers) {
      swap();
    }
    agreement.tell();
    approvals.takeSettled().forEach(saving::promise);
    saving.save();
  }

  private void settleForCondition() {
    if (decisions.settleAll()) {
      swap();
    }
  }

  private void swap() {
    table = decisions.table().identifiedBy(server, epoch.value());
  }

  private void answered(Latches.Answer answer) {
    decisions.answered(answer);
    if (answer.failure() != null) {
      approvals.refuse(answer.service(), OperatorRequests.notAgreed(answer.failure()));
    }
  }

  private void replace(Message.Replace replace) {
    // What was said before the reload counts before it: an approved failback among it.
    decisions.settleAll();
    try {
      decisions.replace(replace.loaded());
    } catch (RuntimeException e) {
      failed(e);
      refuse(Reloads.failed("applied", e), replace.order(), replace.done());
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
        because(
            replace.order(),
            counted(replace.loaded().model().services().size(), "service")
                + ", "
                + counted(replace.loaded().zones().size(), "zone")),
        replace.order().author());
    server = replace.loaded().server();
    var _ = epoch.turned(decisions.agreedRevision());
    swap();
    decisions.startProbing();
    saving.promise(replace.done());
  }

  private void refuse(
      ConfigurationRefused refused, Command.Reconfigure order, CompletableFuture<Void> done) {
    ConfigurationState before = configuration;
    configuration =
        new ConfigurationState(
            before.file(),
            before.loadedAt(),
            before.zones(),
            refused.problems(),
            before.warnings());
    String file = refused.file();
    chronicle.event(
        null,
        "reload",
        file == null ? before.file() : file,
        "",
        "refused",
        because(
            order, counted(refused.problems().size(), "problem") + "; the old configuration stays"),
        order.author());
    done.completeExceptionally(
        new CommandRefused(
            "the configuration was refused and the old one stays:\n" + refused.getMessage()));
  }

  private static String because(Command.Reconfigure order, String outcome) {
    return order.reason().isEmpty() ? outcome : order.reason() + " (" + outcome + ")";
  }

  private static String counted(int count, String noun) {
    return count == 1 ? "1 " + noun : count + " " + noun + "s";
  }

  private ConfigurationState loaded(LoadedConfiguration loaded) {
    Instant now = time.now();
    return new ConfigurationState(
        loaded.file(), now, loaded.zones().size(), List.of(), loaded.warnings());
  }
}
