package detour.server;

import detour.server.api.ConfigurationDesk;
import detour.server.cluster.ClusterNode;
import detour.server.cluster.configuration.ConfigurationCopy;
import detour.server.cluster.configuration.ConfigurationFollower;
import detour.server.cluster.configuration.ConfigurationHistory;
import detour.server.cluster.configuration.Revision;
import detour.server.cluster.store.SharedStore;
import detour.server.config.ClusterSettings;
import detour.server.config.Configuration;
import detour.server.config.OwnFile;
import detour.server.metrics.Metrics;
import detour.server.publish.ConfigurationSource;
import detour.server.publish.Inbox;
import detour.server.publish.LoadedConfiguration;
import detour.server.publish.PublishedState;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/// What a node of a cluster has to do with the configuration in the store: all of them take one for
/// the others, and those with `cluster.configuration: store` run it.
final class SharedConfiguration {
  private static final Duration RETRY = Duration.ofSeconds(2);

  private final Configuration started;
  private final ConfigurationHistory history;
  private final ConfigurationCopy copy;
  private final @Nullable StoreConfiguration stored;
  private volatile @Nullable ConfigurationFollower follower;

  private SharedConfiguration(
      Configuration started, ConfigurationHistory history, @Nullable StoreConfiguration stored) {
    this.started = started;
    this.history = history;
    this.stored = stored;
    copy = ConfigurationCopy.in(started.node().dataDir());
  }

  /// @param started with a cluster; its data folder exists
  static SharedConfiguration open(Configuration started, SharedStore shared) throws IOException {
    ClusterSettings cluster = started.cluster();
    if (cluster == null) {
      throw new IllegalArgumentException("a node on its own shares no configuration");
    }
    StoreConfiguration stored =
        cluster.configuredByStore()
            ? new StoreConfiguration(started, ConfigurationCopy.in(started.node().dataDir()))
            : null;
    return new SharedConfiguration(
        started, new ConfigurationHistory(shared, cluster.name()), stored);
  }

  /// What a reload reads.
  ConfigurationSource source() {
    return stored == null ? new FileConfiguration(started) : stored;
  }

  /// What to start with.
  LoadedConfiguration first() {
    return stored == null ? FileConfiguration.loaded(started) : stored.first();
  }

  /// Lets the node run what is current in the store, if it takes its configuration from there. To
  /// be called before the cluster is started.
  ///
  /// @return how to end it
  Runnable follow(ClusterNode cluster, Inbox inbox, Metrics metrics) {
    if (stored == null) {
      return () -> {};
    }
    ConfigurationFollower following =
        new ConfigurationFollower(
            history,
            copy,
            stored.running(),
            stored.trouble(),
            stored,
            cluster::runs,
            metrics,
            RETRY);
    follower = following;
    stored.applyTo(inbox, following::again);
    cluster.follow(following::current);
    following.start();
    return following::close;
  }

  ConfigurationDesk desk() {
    return new SharedConfigurationDesk(
        history,
        stored == null ? () -> OwnFile.read(started.file()) : stored::own,
        this::runningNumber,
        InstantSource.system());
  }

  private long runningNumber() {
    Revision running = stored == null ? null : stored.running();
    return running == null ? 0 : running.number();
  }

  /// Why nothing is answered; null while queries are.
  @Nullable String notReady() {
    return stored == null ? null : stored.notReady();
  }

  /// The picture with what is to be said of this configuration.
  PublishedState noting(PublishedState state) {
    ConfigurationFollower following = follower;
    return stored == null || following == null ? state : stored.noting(state, following.state());
  }
}
