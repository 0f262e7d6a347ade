/// The configuration that the nodes of a cluster share: what is in the store, and what a node makes
/// of it.
@NullMarked
package detour.server.cluster.configuration;

import org.jspecify.annotations.NullMarked;
