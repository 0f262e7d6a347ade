package detour.server.api;

import org.jspecify.annotations.Nullable;

/// Input that the caller got wrong; answered with 400.
public final class BadRequest extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final @Nullable String field;

  /// @param field the parameter, header or body field at fault; null when it is the whole request
  /// @param detail what was found and what is expected
  public BadRequest(@Nullable String field, String detail) {
    super(detail, null, false, false);
    this.field = field;
  }

  public @Nullable String field() {
    return field;
  }

  public String detail() {
    return String.valueOf(getMessage());
  }
}
