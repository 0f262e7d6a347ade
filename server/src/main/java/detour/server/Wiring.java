package detour.server;

import detour.dns.answer.AnswerTable;
import detour.failover.model.Vantage;
import detour.server.access.Failures;
import detour.server.access.TokenFile;
import detour.server.access.Tokens;
import detour.server.api.ApiAccess;
import detour.server.api.ApiAddress;
import detour.server.api.ApiBackend;
import detour.server.api.ApiServer;
import detour.server.api.EventStream;
import detour.server.api.Resolvers;
import detour.server.cluster.ClusterNode;
import detour.server.cluster.Membership;
import detour.server.cluster.SharedFences;
import detour.server.cluster.store.EtcdSettings;
import detour.server.cluster.store.EtcdStore;
import detour.server.cluster.store.SharedStore;
import detour.server.config.ApiSettings;
import detour.server.config.ClusterSettings;
import detour.server.config.Configuration;
import detour.server.config.ConvergenceSettings;
import detour.server.config.DnstapSettings;
import detour.server.config.ListenSettings;
import detour.server.config.NodeSettings;
import detour.server.config.TelemetrySettings;
import detour.server.dnstap.TapSettings;
import detour.server.dnstap.Taps;
import detour.server.fence.Hooks;
import detour.server.listen.ListenException;
import detour.server.listen.Listeners;
import detour.server.listen.SocketSettings;
import detour.server.listen.TlsFiles;
import detour.server.metrics.Exposition;
import detour.server.metrics.Metrics;
import detour.server.metrics.Sample;
import detour.server.pem.FollowedIdentity;
import detour.server.probe.DescriptorBudget;
import detour.server.probe.ProbeSchedule;
import detour.server.probe.SystemResolver;
import detour.server.probe.kinds.ProbeKinds;
import detour.server.probe.push.PushCheck;
import detour.server.publish.Cluster;
import detour.server.publish.ConfigurationRefused;
import detour.server.publish.ConfigurationSource;
import detour.server.publish.Extent;
import detour.server.publish.Fencing;
import detour.server.publish.Inbox;
import detour.server.publish.LoadedConfiguration;
import detour.server.publish.PublishLoop;
import detour.server.publish.PublishedState;
import detour.server.publish.Time;
import detour.server.publish.Version;
import detour.server.store.StateStore;
import detour.server.telemetry.CollectorSettings;
import detour.server.telemetry.Telemetry;
import detour.server.trend.OtherSights;
import detour.server.trend.OwnSights;
import detour.server.trend.ProbeTrends;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The whole object graph, constructed by hand and in the order in which it is needed: what was
/// saved, the decisions, the sockets that answer with them, and only then the probes and the API.
final class Wiring implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("detour.server");
  private static final Duration RESOLVE_TIMEOUT = Duration.ofSeconds(5);

  /// More threads than cores would only take them from each other.
  private static final int PROBE_THREADS =
      Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 2);

  private final PublishLoop publish;
  private final Listeners listeners;
  private final ApiServer api;
  private final @Nullable Tokens tokens;
  private final @Nullable FollowedIdentity apiIdentity;

  /// How to close what was opened, the latest first.
  private final Deque<Runnable> opened = new ArrayDeque<>();

  /// Answers queries when this returns. Whatever fails leaves nothing open.
  ///
  /// @throws ListenException when a DNS address cannot be bound
  /// @throws IOException when the API's address cannot be bound
  Wiring(Configuration configuration) throws ListenException, IOException {
    try {
      Time time = Time.system();
      Metrics metrics = new Metrics();

      // Binding takes as long as reading what was saved, and neither needs the other.
      AtomicReference<PublishLoop> deciding = new AtomicReference<>();
      Supplier<AnswerTable> table = () -> deciding.get().table();
      Taps taps = new Taps(tap(configuration), metrics);
      opened.push(taps::close);
      Binding binding = Binding.begin(sockets(configuration), table, taps, metrics);
      opened.push(binding::close);

      StateStore store =
          StateStore.open(configuration.node().dataDir(), metrics, InstantSource.system());
      opened.push(store::close);

      EtcdStore shared = shared(configuration, time, metrics);
      ClusterNode cluster = shared == null ? null : joining(configuration, shared, time, metrics);
      SharedConfiguration common =
          shared == null ? null : SharedConfiguration.open(configuration, shared);
      ConfigurationSource source =
          common == null ? new FileConfiguration(configuration) : common.source();
      publish =
          new PublishLoop(
              time,
              store,
              metrics,
              cluster == null ? Cluster.ALONE : cluster,
              fencing(configuration, shared, time),
              () -> load(source),
              common == null ? FileConfiguration.loaded(configuration) : common.first());
      opened.push(publish::close);
      deciding.set(publish);

      // Closed with the binding: queries are answered until nothing else is left to be done.
      listeners = binding.listeners();
      taps.start();
      listeners.start();

      PushCheck push = new PushCheck(time.nanos());
      ProbeTrends trends = new ProbeTrends(time.nanos());
      OwnSights sights = new OwnSights(trends, name -> publish.state(Extent.of(name)));
      ProbeSchedule probes =
          new ProbeSchedule(
              trends.before(publish),
              metrics,
              ProbeKinds.with(push),
              new SystemResolver(RESOLVE_TIMEOUT),
              time.nanos(),
              PROBE_THREADS,
              DescriptorBudget.ofThisProcess());
      opened.push(probes::close);
      EventStream events = new EventStream();
      opened.push(events::close);
      publish.listen(events);
      publish.start(probes);
      if (cluster != null && common != null) {
        opened.push(common.follow(cluster, publish, metrics));
        cluster.show(sights::of);
        cluster.start(publish);
      }

      Exposition exposition = new Exposition(metrics);
      exposition.build(configuration.node().name(), Version.NUMBER);
      listeners.exposeTo(exposition);
      taps.exposeTo(exposition);
      StateGauges gauges = new StateGauges(() -> publish.state(Extent.OUTLINE));
      gauges.register(exposition);
      if (cluster != null) {
        new ClusterGauges(cluster::state).register(exposition);
      }
      tokens = tokens(configuration.listen().api());
      apiIdentity = identity(configuration.listen().api());
      expose(apiIdentity, exposition);
      ApiAccess access =
          new ApiAccess(
              tokens,
              configuration.listen().api().withoutToken(),
              new Failures(time.nanos()),
              configuration.listen().api().requestsPerSecond());
      TelemetrySettings telemetry = configuration.reporting().telemetry();
      if (telemetry != null) {
        opened.push(pushing(telemetry, configuration, exposition, gauges, metrics)::close);
      }
      ApiBackend backend =
          new ApiBackend(
              extent -> {
                PublishedState state = publish.state(extent);
                return noting(common == null ? state : common.noting(state));
              },
              common == null ? Wiring::notReady : common::notReady,
              cluster == null ? () -> null : cluster::state,
              common == null ? null : common.desk(),
              publish,
              push.posts(),
              store,
              events,
              new AnswerExplainer(table, publish::services),
              sights,
              cluster == null ? OtherSights.NONE : cluster,
              metrics,
              resolvers(configuration),
              (out, accept) -> {
                gauges.draw();
                exposition.write(out, accept);
                return exposition.contentType(accept);
              });
      api = new ApiServer(apiAddress(configuration.listen()), access, backend);
      opened.push(api::close);
      api.start();
      LOG.info(
          "status on {}://{}/",
          apiIdentity == null ? "http" : "https",
          text(List.of(api.address())));
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  Inbox inbox() {
    return publish;
  }

  /// Where DNS queries are answered, with the ports that were taken.
  List<InetSocketAddress> dnsAddresses() {
    return listeners.addresses();
  }

  /// Where DNS over TLS is spoken, likewise.
  List<InetSocketAddress> tlsAddresses() {
    return listeners.tlsAddresses();
  }

  /// Where the API listens, with the port that was taken.
  InetSocketAddress apiAddress() {
    return api.address();
  }

  /// Ends in an order in which nobody is left waiting: first nothing new is asked of this server or
  /// found out by it, then what was decided is told and the other nodes of the cluster know that it
  /// leaves, then it is written; and until then queries are answered.
  @Override
  public void close() {
    while (!opened.isEmpty()) {
      try {
        opened.pop().run();
      } catch (RuntimeException e) {
        LOG.warn("a part did not close; the others are closed all the same", e);
      }
    }
  }

  /// Reads the configuration again, and the certificate with it.
  private LoadedConfiguration load(ConfigurationSource source) throws ConfigurationRefused {
    LoadedConfiguration loaded = source.load();
    listeners.refreshCertificate();
    return loaded;
  }

  private PublishedState noting(PublishedState state) {
    List<String> troubles =
        Stream.of(
                listeners.trouble(),
                tokens == null ? null : tokens.trouble(),
                apiIdentity == null ? null : apiIdentity.trouble())
            .filter(Objects::nonNull)
            .toList();
    if (troubles.isEmpty()) {
      return state;
    }
    List<String> alarms = new ArrayList<>(state.alarms());
    alarms.addAll(troubles);
    return state.withAlarms(alarms);
  }

  private static @Nullable Tokens tokens(ApiSettings api) {
    return api.tokenFile() == null
        ? null
        : new Tokens(new TokenFile(api.tokenFile()), InstantSource.system());
  }

  private static @Nullable FollowedIdentity identity(ApiSettings api) throws IOException {
    return api.tls() == null
        ? null
        : new FollowedIdentity(
            "the API", api.tls().certificate(), api.tls().key(), InstantSource.system());
  }

  private static void expose(@Nullable FollowedIdentity identity, Exposition exposition) {
    if (identity != null) {
      exposition.gauge(
          "detour_api_certificate_expiry_timestamp_seconds",
          "When the certificate that the API shows expires.",
          List.of(),
          () -> List.of(Sample.of((double) identity.expires().getEpochSecond())));
    }
  }

  private ApiAddress apiAddress(ListenSettings listen) {
    return new ApiAddress(listen.http(), Set.copyOf(listen.api().names()), apiIdentity);
  }

  private static @Nullable String notReady() {
    // The API is started after the listeners, so whoever can ask is answered.
    return null;
  }

  /// Who raises fences for this node: itself, or in a cluster one node for all.
  private static Fencing fencing(
      Configuration configuration, @Nullable SharedStore shared, Time time) {
    Hooks hooks = new Hooks(configuration.node().name());
    ClusterSettings settings = configuration.cluster();
    if (shared == null || settings == null) {
      return hooks;
    }
    if (configuration.node().role() == NodeSettings.Role.PROBE) {
      return SharedFences.leftToOthers(configuration.node().name(), time);
    }
    return new SharedFences(settings.name(), configuration.node().name(), shared, time, hooks);
  }

  /// What this node shares with others; null for a node on its own.
  private @Nullable EtcdStore shared(Configuration configuration, Time time, Metrics metrics) {
    ClusterSettings settings = configuration.cluster();
    if (settings == null) {
      return null;
    }
    EtcdStore shared =
        new EtcdStore(etcd(settings.etcd()), time.nanos(), new SecureRandom(), metrics);
    opened.push(shared::close);
    return shared;
  }

  /// This node's part in its cluster, not yet started; null for a node on its own.
  private @Nullable ClusterNode joining(
      Configuration configuration, EtcdStore shared, Time time, Metrics metrics) {
    ClusterSettings settings = configuration.cluster();
    if (settings == null) {
      return null;
    }
    ClusterNode node = new ClusterNode(membership(configuration, settings), shared, time, metrics);
    opened.push(node::close);
    return node;
  }

  private static EtcdSettings etcd(ClusterSettings.Etcd etcd) {
    return new EtcdSettings(
        etcd.endpoints(),
        etcd.caFile(),
        etcd.clientCert(),
        etcd.clientKey(),
        etcd.user(),
        etcd.passwordFile(),
        EtcdSettings.DEFAULT_CONNECT_TIMEOUT,
        etcd.timeout());
  }

  private static Membership membership(Configuration configuration, ClusterSettings settings) {
    String name = configuration.node().name();
    String region =
        configuration.model().verdicts().vantages().stream()
            .filter(vantage -> vantage.name().equals(name))
            .map(Vantage::region)
            .findFirst()
            .orElse("");
    Membership.Role role =
        switch (configuration.node().role()) {
          case BOTH -> Membership.Role.BOTH;
          case ANSWER -> Membership.Role.ANSWER;
          case PROBE -> Membership.Role.PROBE;
        };
    return new Membership(
        settings.name(), name, region, role, settings.lease(), settings.staleAfter());
  }

  private static SocketSettings sockets(Configuration configuration) {
    boolean answers = configuration.node().role() != NodeSettings.Role.PROBE;
    SocketSettings defaults = SocketSettings.of(answers ? configuration.listen().dns() : List.of());
    ListenSettings listen = configuration.listen();
    SocketSettings sockets =
        defaults
            .withUdp(defaults.udp().engine(), defaults.udp().threads(), listen.udpPayloadBytes())
            .withTcp(
                listen.tcpConnections(), listen.tcpConnectionsPerClient(), listen.tcpIdleTimeout())
            .withProxies(listen.proxies());
    ListenSettings.Tls tls = answers ? listen.tls() : null;
    return tls == null
        ? sockets
        : sockets.withTls(tls.addresses(), new TlsFiles(tls.certificate(), tls.key()));
  }

  private Resolvers resolvers(Configuration configuration) {
    ConvergenceSettings settings = configuration.reporting().convergence();
    if (settings == null) {
      return Resolvers.NONE;
    }
    ResolverDesk desk =
        new ResolverDesk(settings.resolvers(), settings.timeout(), InstantSource.system());
    opened.push(desk::close);
    return desk;
  }

  private static Telemetry pushing(
      TelemetrySettings settings,
      Configuration configuration,
      Exposition exposition,
      StateGauges gauges,
      Metrics metrics) {
    return new Telemetry(
        new CollectorSettings(
            settings.endpoint(),
            settings.interval(),
            settings.timeout(),
            settings.headers(),
            configuration.node().name(),
            Version.NUMBER),
        () -> {
          gauges.draw();
          return exposition.snapshots();
        },
        metrics,
        InstantSource.system());
  }

  private static @Nullable TapSettings tap(Configuration configuration) {
    DnstapSettings dnstap = configuration.reporting().dnstap();
    if (dnstap == null) {
      return null;
    }
    String identity = dnstap.identity();
    return new TapSettings(
        dnstap.receiver(),
        dnstap.oneIn(),
        identity == null ? configuration.node().name() : identity,
        "detour " + Version.NUMBER);
  }

  private static String text(List<InetSocketAddress> addresses) {
    return String.join(
        ", ",
        addresses.stream()
            .map(a -> {
              String host = a.getAddress().getHostAddress();
              return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + a.getPort();
            })
            .toList());
  }
}
