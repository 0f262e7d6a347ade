package detour.server.api;

import detour.server.metrics.Metrics;
import detour.server.publish.ClusterState;
import detour.server.publish.Extent;
import detour.server.publish.Inbox;
import detour.server.publish.Journal;
import detour.server.publish.Posts;
import detour.server.publish.PublishedState;
import detour.server.trend.OtherSights;
import detour.server.trend.OwnSights;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What the API shows and commands: everything behind its routes.
///
/// @param state as much of the present decisions as is asked for; null before the first are made
/// @param notReady why the server does not answer queries yet, as one sentence; null once it does
/// @param cluster the cluster as this node sees it; null for a node on its own
/// @param configuration what the nodes of a cluster share; null for a node on its own
/// @param events told of each event by the publish thread
/// @param sights what the probes of this vantage found
/// @param others who can tell what those of other vantages found
/// @param counts where the API counts
public record ApiBackend(
    Function<Extent, @Nullable PublishedState> state,
    Supplier<@Nullable String> notReady,
    Supplier<@Nullable ClusterState> cluster,
    @Nullable ConfigurationDesk configuration,
    Inbox inbox,
    Posts posts,
    Journal journal,
    EventStream events,
    Explainer explainer,
    OwnSights sights,
    OtherSights others,
    Metrics counts,
    Resolvers resolvers,
    Exposition metrics) {}
