/// This node's part in a cluster: its presence and opinions told to the others, theirs heard, and
/// latches and overrides agreed on through the store that all share.
///
/// In: what the publish thread tells and asks, what the store holds. Out: messages to the inbox,
/// transactions. Thread: `cluster`. May import: publish (ports), cluster.store, trend, metrics,
/// failover.model, failover.safety, failover.verdict.
@NullMarked
package detour.server.cluster;

import org.jspecify.annotations.NullMarked;
