package detour.server.api;

import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/// Writes all metrics in the format that a scraper accepts.
@FunctionalInterface
public interface Exposition {
  /// @param accept the request's Accept header; null when it has none
  /// @return the content type of what was written
  String write(OutputStream out, @Nullable String accept) throws IOException;
}
