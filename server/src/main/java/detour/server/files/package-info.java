/// Files that are followed while the server runs.
///
/// In: paths. Out: whether they have changed. Thread: any, one at a time. May import: nothing of
/// ours.
@NullMarked
package detour.server.files;

import org.jspecify.annotations.NullMarked;
