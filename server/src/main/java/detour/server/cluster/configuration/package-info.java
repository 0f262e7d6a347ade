/// The configuration that the nodes of a cluster share: what is in the store, and what a node makes
/// of it.
///
/// In: revisions in the store. Out: the one that this node is to run, and a copy on its disk.
/// Thread: `configuration`, and the callers' for what they ask. May import: cluster.store, metrics,
/// publish (`RunningConfiguration`).
@NullMarked
package detour.server.cluster.configuration;

import org.jspecify.annotations.NullMarked;
