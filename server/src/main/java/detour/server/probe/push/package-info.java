/// The kind `push`: what other programs post is looked at in place of a probe.
///
/// In: posts, probe runs. Out: their ends. Thread: any posts, Netty event loops look. May import:
/// probe, probe.text, options, failover.model, publish (the port for posts).
@NullMarked
package detour.server.probe.push;

import org.jspecify.annotations.NullMarked;
