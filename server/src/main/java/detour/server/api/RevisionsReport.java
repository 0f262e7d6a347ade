package detour.server.api;

import java.util.List;

/// The configurations in the cluster's store: the answer of `GET /api/v1/config/history`.
///
/// @param revisions the latest first
public record RevisionsReport(List<RevisionReport> revisions) {
  public RevisionsReport {
    revisions = List.copyOf(revisions);
  }
}
