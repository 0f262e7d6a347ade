/// What the operator declared: services, pools, endpoints, checks. Immutable, valid once built.
///
/// In: values from a configuration. Out: the model. Thread: any. May import: nothing of ours.
@NullMarked
package detour.failover.model;

import org.jspecify.annotations.NullMarked;
