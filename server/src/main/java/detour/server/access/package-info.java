/// Who may do what through the API: tokens, their roles, and how failures are held back.
///
/// In: the file of tokens, and what callers show. Out: who a caller is. Thread: any; what changes
/// is guarded. May import: `files`.
@NullMarked
package detour.server.access;

import org.jspecify.annotations.NullMarked;
