/// The description of configuration keys: each with type, range, default and doc. The reader, the
/// JSON Schema and the reference page are made from it.
///
/// In: declarations by whoever needs options. Out: descriptions, values. Thread: any. May import:
/// failover.model.
@NullMarked
package detour.server.options;

import org.jspecify.annotations.NullMarked;
