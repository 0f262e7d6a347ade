package detour.server.api;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One configuration in the cluster's store: the answer of `GET /api/v1/config`.
///
/// @param bytes how much room it takes in the store
/// @param current whether it is what all nodes shall run
/// @param configuration null where only revisions are listed
public record RevisionReport(
    long revision,
    String author,
    Instant when,
    String comment,
    String digest,
    int bytes,
    boolean current,
    @Nullable ConfigurationText configuration) {}
