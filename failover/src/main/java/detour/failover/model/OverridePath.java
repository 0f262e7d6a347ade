package detour.failover.model;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// What an override or a command is about: `service/pool` or `service/pool/endpoint`.
public record OverridePath(String service, String pool, @Nullable String endpoint) {
  /// Reads `service/pool[/endpoint]`.
  ///
  /// @throws IllegalArgumentException when the text has another form; the message says which form
  ///   is expected
  public static OverridePath parse(String text) {
    String[] parts = text.split("/", -1);
    if (parts.length < 2 || parts.length > 3 || Arrays.stream(parts).anyMatch(String::isBlank)) {
      throw new IllegalArgumentException(
          "'" + text + "' is no target: expected service/pool or service/pool/endpoint");
    }
    return new OverridePath(parts[0], parts[1], parts.length == 3 ? parts[2] : null);
  }

  /// Whether one is the other or a part of it: a change to the one is a change to both.
  public boolean meets(OverridePath other) {
    return service.equals(other.service)
        && pool.equals(other.pool)
        && (endpoint == null || other.endpoint == null || endpoint.equals(other.endpoint));
  }

  /// The pool that it is, or is in.
  public OverridePath wholePool() {
    return endpoint == null ? this : new OverridePath(service, pool, null);
  }

  @Override
  public String toString() {
    return service + "/" + pool + (endpoint == null ? "" : "/" + endpoint);
  }
}
