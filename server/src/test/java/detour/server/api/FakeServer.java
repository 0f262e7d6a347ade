package detour.server.api;

import detour.failover.model.Health;
import detour.failover.model.OperatorOverride;
import detour.failover.model.ProbeTarget;
import detour.failover.opinion.Observation;
import detour.server.access.Failures;
import detour.server.access.Role;
import detour.server.metrics.Metrics;
import detour.server.pem.FollowedIdentity;
import detour.server.publish.Agreed;
import detour.server.publish.ClusterState;
import detour.server.publish.Command;
import detour.server.publish.CommandRefused;
import detour.server.publish.DecidedOtherwise;
import detour.server.publish.Extent;
import detour.server.publish.Inbox;
import detour.server.publish.Journal;
import detour.server.publish.Peers;
import detour.server.publish.Posts;
import detour.server.publish.PublishedState;
import detour.server.publish.RunningConfiguration;
import detour.server.trend.OtherSights;
import detour.server.trend.OwnSights;
import detour.server.trend.ProbeTrends;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// The real API before a server that only remembers what it was told.
public final class FakeServer implements AutoCloseable {
  public static final Instant AT = Instant.parse("2026-11-22T12:00:00.250Z");

  public final List<Command> commands = new CopyOnWriteArrayList<>();

  /// How much of its state it was asked for.
  public final List<Extent> asked = new CopyOnWriteArrayList<>();

  public final List<Posts.Post> posts = new CopyOnWriteArrayList<>();
  public final EventStream events = new EventStream(3);
  public volatile @Nullable PublishedState state = state("SERVING");
  public volatile @Nullable String notReady;
  public volatile @Nullable Throwable commandFailure;

  public final ProbeTrends trends = new ProbeTrends(System::nanoTime);

  /// What other vantages tell.
  public volatile OtherSights.Told told = new OtherSights.Told(null, Map.of());

  public final FakeDesk configurations = new FakeDesk();

  public final Metrics metrics = new Metrics();

  private final ApiAccess access;
  private final @Nullable FollowedIdentity identity;
  private final @Nullable ConfigurationDesk desk;
  private final ApiServer api;

  private volatile @Nullable ClusterState cluster;

  public FakeServer() throws IOException {
    this(new ApiAccess(null, Role.CONFIGURE, new Failures(System::nanoTime), 0), null);
  }

  /// One that knows its callers.
  ///
  /// @param identity what TLS shows; null for HTTP without TLS
  public FakeServer(ApiAccess access, @Nullable FollowedIdentity identity) throws IOException {
    this(access, identity, true);
  }

  private FakeServer(ApiAccess access, @Nullable FollowedIdentity identity, boolean ofCluster)
      throws IOException {
    this.access = access;
    this.identity = identity;
    this.desk = ofCluster ? configurations : null;
    api = apiAt(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    api.start();
  }

  /// One that is in no cluster.
  static FakeServer alone(ApiAccess access) throws IOException {
    return new FakeServer(access, null, false);
  }

  /// Another API of the same server, not yet started.
  ApiServer apiAt(InetSocketAddress address) {
    return new ApiServer(
        new ApiAddress(address, Set.of("detour.example.net"), identity), access, backend());
  }

  /// What the API can be asked.
  List<Route> routes() {
    return Routes.of(backend());
  }

  private ApiBackend backend() {
    return new ApiBackend(
        extent -> {
          asked.add(extent);
          return state;
        },
        () -> notReady,
        () -> cluster,
        desk,
        new RememberingInbox(),
        this::post,
        new FixedJournal(),
        events,
        FakeServer::explain,
        new OwnSights(trends, _ -> state),
        _ -> told,
        metrics,
        Resolvers.NONE,
        (out, accept) -> {
          out.write("detour_up 1\n".getBytes(StandardCharsets.UTF_8));
          return "text/plain; version=0.0.4; charset=utf-8";
        });
  }

  public void show(ClusterState next) {
    cluster = next;
  }

  public InetSocketAddress address() {
    return api.address();
  }

  public String url() {
    return (identity == null ? "http" : "https") + "://127.0.0.1:" + address().getPort();
  }

  /// The only command that came.
  public Command command() {
    if (commands.size() != 1) {
      throw new AssertionError("expected one command, but there came " + commands);
    }
    return commands.getFirst();
  }

  @Override
  public void close() {
    api.close();
  }

  public static Journal.HistoryEvent event(long id, String kind, String reason) {
    return new Journal.HistoryEvent(
        id, AT, "www.example.com", kind, "www.example.com", "ams", "fra", reason, "detour");
  }

  /// A cluster of one node that runs this of the store.
  public static ClusterState cluster(RunningConfiguration configuration) {
    return new ClusterState(
        "default",
        true,
        Duration.ZERO,
        false,
        null,
        0,
        List.of(
            new ClusterState.NodeState(
                "ams1",
                "eu",
                "both",
                "0.1.0",
                "PRESENT",
                "",
                null,
                null,
                Duration.ZERO,
                AT,
                7,
                null,
                0,
                0,
                0,
                true,
                "",
                configuration)),
        List.of());
  }

  /// One service with one pool of one endpoint.
  public static PublishedState state(String status) {
    PublishedState.EndpointState endpoint =
        new PublishedState.EndpointState(
            "web1",
            "192.0.2.10",
            1,
            true,
            "verdict UP",
            true,
            Health.UP,
            false,
            AT,
            new OperatorOverride(OperatorOverride.State.DRAIN, "update", "alice", AT, null),
            null,
            List.of(),
            List.of(
                new PublishedState.OpinionState(
                    "ams1",
                    "web",
                    Health.UP,
                    false,
                    false,
                    9,
                    0,
                    3,
                    2,
                    AT,
                    List.of(new PublishedState.Seen(AT, true, false, "200 OK", 12.5)),
                    null)),
            List.of(),
            AT,
            AT.plusSeconds(30),
            7);
    return new PublishedState(
        "ams1",
        "0.1.0",
        AT,
        AT,
        7,
        new PublishedState.ConfigurationState("/etc/detour/detour.yaml", AT, 2, List.of()),
        List.of(
            new PublishedState.ServiceState(
                "www.example.com",
                "www.example.com",
                Set.of(1, 28),
                "example.com",
                "manual",
                "primary",
                List.of(
                    new PublishedState.TrackState(
                        "joint",
                        status,
                        "ams",
                        AT,
                        "ams is available",
                        30,
                        false,
                        null,
                        List.of("192.0.2.10"))),
                List.of(
                    new PublishedState.PoolState(
                        "ams", true, "1 of 1 healthy", AT, List.of(endpoint))),
                7,
                List.of(new PublishedState.HandedOut("192.0.2.10", AT, 30, AT.plusSeconds(30), 7)),
                "version-1")),
        List.of(),
        new PublishedState.GuardState(false, false, AT, "", 0, List.of()),
        null,
        List.of());
  }

  private Posts.Outcome post(String name, String token, Posts.Post post) {
    if (!name.equals("backup") || !token.equals("a-token-of-the-backup")) {
      return Posts.Outcome.REFUSED;
    }
    if (post.destination() != null && !post.destination().equals("192.0.2.10")) {
      return Posts.Outcome.NO_SUCH_ENDPOINT;
    }
    posts.add(post);
    return Posts.Outcome.TAKEN;
  }

  private static ExplanationReport.Answer explain(
      String name, String type, @Nullable InetAddress client) {
    if (name.contains("..")) {
      throw new BadRequest("name", "'" + name + "' has an empty label");
    }
    boolean known = name.startsWith("www.");
    return new ExplanationReport.Answer(
        known ? "NOERROR" : "NXDOMAIN",
        true,
        "example.com",
        known ? "www.example.com" : null,
        null,
        known
            ? List.of(new ExplanationReport.AnswerRecord(name, 30, type, "192.0.2.10"))
            : List.of(),
        List.of(),
        List.of());
  }

  private final class RememberingInbox implements Inbox {
    @Override
    public void observed(ProbeTarget target, Observation observation) {}

    @Override
    public void resolved(String hostName, List<InetAddress> addresses) {}

    @Override
    public void peers(Peers.Change change) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Void> command(Command command) {
      Throwable failure = commandFailure;
      if (failure != null) {
        return CompletableFuture.failedFuture(failure);
      }
      if (command instanceof Command.ApproveFailback failback
          && !failback.service().equals("www.example.com")) {
        return CompletableFuture.failedFuture(
            new CommandRefused("no service is named '" + failback.service() + "'"));
      }
      if (command instanceof Command.Conditional conditional
          && !conditional.versions().contains("version-1")) {
        return CompletableFuture.failedFuture(new DecidedOtherwise(conditional.service()));
      }
      commands.add(command);
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public void agreed(Agreed agreed) {
      throw new UnsupportedOperationException();
    }
  }

  /// Events 1 to 120, all of www.example.com.
  private static final class FixedJournal implements Journal {
    @Override
    public Saved load() {
      return Saved.NOTHING;
    }

    @Override
    public CompletableFuture<Void> save(List<Change> changes) {
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public List<HistoryEvent> history(@Nullable String service, long beforeId, int limit) {
      List<HistoryEvent> events = new ArrayList<>();
      if (service == null || service.equals("www.example.com")) {
        for (long id = Math.min(120, beforeId - 1); id > 0 && events.size() < limit; id--) {
          events.add(event(id, "selection", "reason " + id));
        }
      }
      return events;
    }

    @Override
    public void close() {}
  }
}
