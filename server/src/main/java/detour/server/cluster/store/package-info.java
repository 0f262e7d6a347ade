/// The store that the nodes of a cluster share: etcd, and a copy in memory that knows how old it
/// is.
///
/// In: lists, watches, transactions. Out: what the store holds, and every change of it. Thread: the
/// HTTP client's; a mirror lives on its owner's. May import: metrics, pem.
@NullMarked
package detour.server.cluster.store;

import org.jspecify.annotations.NullMarked;
