package detour.server.publish;

import static java.util.concurrent.TimeUnit.SECONDS;

import detour.dns.answer.AnswerTable;
import detour.dns.answer.Responder;
import detour.dns.answer.Transport;
import detour.failover.model.GuardPolicy;
import detour.failover.model.Model;
import detour.failover.model.OperatorOverride;
import detour.failover.model.OverridePath;
import detour.failover.model.ProbeTarget;
import detour.failover.model.Safeguards;
import detour.failover.model.Service;
import detour.failover.model.VerdictPolicy;
import detour.failover.opinion.Observation;
import detour.server.metrics.Metrics;
import detour.server.publish.Journal.HistoryEvent;
import detour.server.publish.PublishedState.EndpointState;
import detour.server.publish.PublishedState.ServiceState;
import detour.server.publish.PublishedState.TrackState;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.DClass;
import org.xbill.DNS.ExtendedErrorCodeOption;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/// A publish loop between a journal in memory, recorded probers and clocks moved by hand.
public final class PublishWorld implements AutoCloseable {
  /// Who sends the commands that only tell when everything before them is settled.
  static final String MARKER = "marker";

  private static final String MARKED = "marked.example.com";

  final SettableTime time;
  final MemoryJournal journal;
  final RecordedProbes probes = new RecordedProbes();
  final Metrics metrics = new Metrics();
  public final PublishLoop loop;
  private final Responder responder = new Responder(7);
  private volatile ConfigurationSource source =
      () -> {
        throw new ConfigurationRefused(List.of("nothing to load"));
      };

  private PublishWorld(SettableTime time, MemoryJournal journal, LoadedConfiguration first) {
    this(time, journal, first, Fencing.NONE);
  }

  private PublishWorld(
      SettableTime time, MemoryJournal journal, LoadedConfiguration first, Fencing fencing) {
    this.time = time;
    this.journal = journal;
    loop =
        new PublishLoop(
            time.time(), journal, metrics, Cluster.ALONE, fencing, () -> source.load(), first);
  }

  /// With safeguards, and who raises its fences.
  static PublishWorld guarded(Safeguards safeguards, Fencing fencing, Declared... services) {
    return new PublishWorld(
        new SettableTime(), new MemoryJournal(), guarded(safeguards, services), fencing);
  }

  private static LoadedConfiguration guarded(Safeguards safeguards, Declared... services) {
    List<Service> all = Stream.of(withMarked(services)).map(Declared::service).toList();
    return Declared.configuration(
        new Model("here", VerdictPolicy.ALONE, all, GuardPolicy.OFF, safeguards));
  }

  /// The same after a restart, with what this one left on disk.
  PublishWorld restarted(Safeguards safeguards, Declared... services) {
    close();
    time.advance(Duration.ofSeconds(10));
    return new PublishWorld(time, journal, guarded(safeguards, services));
  }

  public static PublishWorld of(Declared... services) {
    return new PublishWorld(
        new SettableTime(), new MemoryJournal(), Declared.configuration(withMarked(services)));
  }

  /// With a configuration that has a service `marked.example.com` with an endpoint
  /// `only/192.0.2.250`.
  public static PublishWorld of(LoadedConfiguration configuration) {
    return new PublishWorld(new SettableTime(), new MemoryJournal(), configuration);
  }

  /// A node whose vantage is `here`, among others.
  static PublishWorld among(VerdictPolicy policy, GuardPolicy guard, Declared... services) {
    return new PublishWorld(
        new SettableTime(), new MemoryJournal(), clustered(policy, guard, services));
  }

  static LoadedConfiguration clustered(
      VerdictPolicy policy, GuardPolicy guard, Declared... services) {
    List<Service> all = Stream.of(withMarked(services)).map(Declared::service).toList();
    return Declared.configuration(new Model("here", policy, all, guard));
  }

  /// The same after a restart, with what this one left on disk.
  PublishWorld restarted(Declared... services) {
    close();
    time.advance(Duration.ofSeconds(10));
    return new PublishWorld(time, journal, Declared.configuration(withMarked(services)));
  }

  /// The same among other vantages.
  PublishWorld restartedAmong(VerdictPolicy policy, Declared... services) {
    close();
    time.advance(Duration.ofSeconds(10));
    return new PublishWorld(time, journal, clustered(policy, GuardPolicy.OFF, services));
  }

  public PublishWorld started() {
    loop.start(probes);
    return this;
  }

  public void passes(String destination) throws Exception {
    observe(destination, true, "200 OK");
  }

  public void fails(String destination) throws Exception {
    observe(destination, false, "connection refused");
  }

  /// As many failures as it takes.
  public void dies(String destination) throws Exception {
    for (int failure = 0; failure < 3; failure++) {
      fails(destination);
    }
  }

  /// As many passes as it takes.
  void recovers(String destination) throws Exception {
    passes(destination);
    passes(destination);
  }

  void resolves(String hostName, String... addresses) throws Exception {
    List<InetAddress> parsed = new ArrayList<>();
    for (String address : addresses) {
      parsed.add(InetAddress.ofLiteral(address));
    }
    loop.resolved(hostName, parsed);
    settle();
  }

  void observe(String destination, boolean passed, String detail) throws Exception {
    observe(Declared.target(destination), passed, detail);
  }

  void observe(ProbeTarget target, boolean passed, String detail) throws Exception {
    time.advance(Duration.ofMillis(100));
    long now = time.time().nowNanos();
    loop.observed(target, new Observation(passed, detail, now - 1_000_000, now));
    settle();
  }

  void advance(Duration duration) throws Exception {
    time.advance(duration);
    settle();
  }

  /// Waits until everything said before is decided and published.
  void settle() throws Exception {
    done(
        new Command.SetOverride(
            OverridePath.parse(MARKED + "/only"),
            OperatorOverride.State.UP,
            "marker",
            null,
            MARKER));
  }

  /// Carries out a command and waits for it.
  ///
  /// @throws CommandRefused as the command was
  void done(Command command) throws InterruptedException, TimeoutException {
    await(loop.command(command));
  }

  static void await(CompletableFuture<Void> command) throws InterruptedException, TimeoutException {
    try {
      command.get(20, SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof CommandRefused refused) {
        throw refused;
      }
      throw new AssertionError(e.getCause());
    }
  }

  public void drain(String path, @Nullable Duration lasts) throws Exception {
    override(path, OperatorOverride.State.DRAIN, lasts);
  }

  void override(String path, OperatorOverride.State state, @Nullable Duration lasts)
      throws Exception {
    done(new Command.SetOverride(OverridePath.parse(path), state, "a test", lasts, "ann"));
  }

  void clear(String path) throws Exception {
    done(new Command.ClearOverride(OverridePath.parse(path), "ann"));
  }

  void reload(Declared... services) throws Exception {
    LoadedConfiguration next = Declared.configuration(withMarked(services));
    reload(() -> next);
  }

  void reload(ConfigurationSource next) throws Exception {
    source = next;
    done(new Command.Reload("ann"));
  }

  void loadFrom(ConfigurationSource next) {
    source = next;
  }

  /// What the name is answered with: the response code where it is not NOERROR, else the records'
  /// data in order of their text.
  List<String> answer(String name, String type) throws IOException {
    Message response = ask(loop.table(), name, type);
    if (response.getRcode() != Rcode.NOERROR) {
      return List.of(Rcode.string(response.getRcode()));
    }
    return response.getSection(Section.ANSWER).stream()
        .map(Record::rdataToString)
        .sorted()
        .toList();
  }

  public List<String> answer(String name) throws IOException {
    return answer(name, "A");
  }

  long ttl(String name) throws IOException {
    return ask(loop.table(), name, "A").getSection(Section.ANSWER).getFirst().getTTL();
  }

  @Nullable String extendedError(String name) throws IOException {
    OPTRecord opt = ask(loop.table(), name, "A").getOPT();
    return opt.getOptions().stream()
        .filter(ExtendedErrorCodeOption.class::isInstance)
        .map(option -> ((ExtendedErrorCodeOption) option).getText())
        .findFirst()
        .orElse(null);
  }

  Message ask(AnswerTable table, String name, String type) throws IOException {
    Message query =
        Message.newQuery(
            Record.newRecord(Name.fromString(name, Name.root), Type.value(type), DClass.IN));
    query.addRecord(new OPTRecord(1232, 0, 0), Section.ADDITIONAL);
    return new Message(
        responder.answer(table, query.toWire(), Transport.UDP, time.now().toEpochMilli()));
  }

  ServiceState service(String name) {
    return loop.state().services().stream()
        .filter(service -> service.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  TrackState track(String name) {
    return service(name).tracks().getFirst();
  }

  EndpointState endpoint(String service, String destination) {
    return service(service).pools().stream()
        .flatMap(pool -> pool.endpoints().stream())
        .filter(endpoint -> endpoint.destination().equals(destination))
        .findFirst()
        .orElseThrow();
  }

  @Nullable Instant heldUntil(String service, String destination) {
    return endpoint(service, destination).heldUntil();
  }

  /// As `kind subject: from -> to`, oldest first, without those of start and stop.
  List<String> history() {
    return journal.events().stream()
        .filter(event -> !event.subject().equals("server"))
        .map(PublishWorld::text)
        .toList();
  }

  /// Of all events of a kind, oldest first.
  List<String> reasons(String kind) {
    return journal.events().stream()
        .filter(event -> event.kind().equals(kind))
        .map(HistoryEvent::reason)
        .toList();
  }

  static String text(HistoryEvent event) {
    return event.kind()
        + " "
        + event.subject()
        + ": "
        + (event.from().isEmpty() ? "" : event.from() + " -> ")
        + event.to();
  }

  @Override
  public void close() {
    loop.close();
  }

  private static Declared[] withMarked(Declared... services) {
    Declared[] all = java.util.Arrays.copyOf(services, services.length + 1);
    all[services.length] =
        Declared.service(
            MARKED, Declared.pool("only", detour.failover.model.Checks.NONE, "192.0.2.250"));
    return all;
  }
}
