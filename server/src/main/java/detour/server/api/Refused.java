package detour.server.api;

import org.jspecify.annotations.Nullable;

/// A request that was understood and cannot be carried out.
final class Refused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final @Nullable String field;

  Refused(int status, String detail, @Nullable String field) {
    super(detail, null, false, false);
    this.status = status;
    this.field = field;
  }

  int status() {
    return status;
  }

  @Nullable String field() {
    return field;
  }
}
