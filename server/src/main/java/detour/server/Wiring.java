package detour.server;

import detour.dns.answer.AnswerTable;
import detour.server.api.ApiBackend;
import detour.server.api.ApiServer;
import detour.server.api.EventStream;
import detour.server.config.Configuration;
import detour.server.listen.ListenException;
import detour.server.listen.Listeners;
import detour.server.listen.SocketSettings;
import detour.server.metrics.Exposition;
import detour.server.metrics.Metrics;
import detour.server.probe.ProbeKinds;
import detour.server.probe.ProbeSchedule;
import detour.server.probe.SystemResolver;
import detour.server.publish.Inbox;
import detour.server.publish.PublishLoop;
import detour.server.publish.Time;
import detour.server.store.StateStore;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The whole object graph, constructed by hand and in the order in which it is needed: what was
/// saved, the decisions, the sockets that answer with them, and only then the probes and the API.
final class Wiring implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("detour.server");
  private static final Duration RESOLVE_TIMEOUT = Duration.ofSeconds(5);
  private static final int PROBE_THREADS = 2;

  private final StateStore store;
  private final PublishLoop publish;
  private final Listeners listeners;
  private final ProbeSchedule probes;
  private final EventStream events;
  private final ApiServer api;

  /// Answers queries when this returns.
  ///
  /// @throws ListenException when a DNS address cannot be bound
  /// @throws IOException when the API's address cannot be bound
  Wiring(Configuration configuration) throws ListenException, IOException {
    Time time = Time.system();
    Metrics metrics = new Metrics();
    Exposition exposition = new Exposition(metrics);
    FileConfiguration source = new FileConfiguration(configuration.file());

    store = StateStore.open(configuration.node().dataDir(), metrics, InstantSource.system());
    store.warnings().forEach(LOG::warn);
    publish =
        new PublishLoop(time, store, metrics, source, FileConfiguration.loaded(configuration));
    Supplier<AnswerTable> table = publish::table;
    try {
      listeners = Listeners.open(sockets(configuration), table, metrics);
    } catch (ListenException e) {
      store.close();
      throw e;
    }
    listeners.start();
    LOG.info("answering on {}", text(listeners.addresses()));

    probes =
        new ProbeSchedule(
            publish,
            metrics,
            ProbeKinds.ALL,
            new SystemResolver(RESOLVE_TIMEOUT),
            time.nanos(),
            PROBE_THREADS,
            ProbeSchedule.IN_FLIGHT_MAX);
    events = new EventStream();
    publish.listen(events);
    publish.start(probes);

    listeners.exposeTo(exposition);
    StateGauges.register(exposition, publish::state);
    ApiBackend backend =
        new ApiBackend(
            publish::state,
            Wiring::notReady,
            publish,
            store,
            events,
            new AnswerExplainer(table, publish::state),
            (out, accept) -> {
              exposition.write(out, accept);
              return exposition.contentType(accept);
            });
    api = new ApiServer(configuration.listen().http(), Set.of(), backend);
    try {
      api.start();
    } catch (IOException e) {
      close();
      throw e;
    }
    LOG.info("status on http://{}/", text(List.of(api.address())));
  }

  Inbox inbox() {
    return publish;
  }

  /// Answers what is in flight, writes what is to be kept, and ends; in that order.
  @Override
  public void close() {
    if (api != null) {
      api.close();
    }
    events.close();
    probes.close();
    listeners.close();
    publish.close();
    store.close();
  }

  private static @Nullable String notReady() {
    // The API is started after the listeners, so whoever can ask is answered.
    return null;
  }

  private static SocketSettings sockets(Configuration configuration) {
    SocketSettings defaults = SocketSettings.of(configuration.listen().dns());
    return defaults
        .withUdp(
            defaults.udpEngine(), defaults.udpThreads(), configuration.listen().udpPayloadBytes())
        .withTcp(
            configuration.listen().tcpConnections(),
            defaults.tcpConnectionsPerClient(),
            configuration.listen().tcpIdleTimeout());
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
