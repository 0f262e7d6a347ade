package detour.server.metrics;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What a scrape of `/metrics` answers: every [Counter], the probe durations, the JVM's own
/// figures, and what others register. Any thread.
public final class Exposition {

  public Exposition(Metrics metrics) {}

  /// Registers a counter whose values are asked at each scrape.
  ///
  /// @param name without the `_total` suffix
  /// @param samples must answer quickly, never throw, and keep the number of label values bounded
  /// @throws IllegalArgumentException when the name is taken or against the conventions
  public void counter(
      String name, String help, List<String> labelNames, Supplier<List<Sample>> samples) {}

  /// Registers a gauge whose values are asked at each scrape; otherwise as [#counter].
  public void gauge(
      String name, String help, List<String> labelNames, Supplier<List<Sample>> samples) {}

  /// The Content-Type of what [#write] writes for the same header.
  ///
  /// @param acceptHeader of the request; null for the classic text format
  public String contentType(@Nullable String acceptHeader) {
    return "text/plain; version=0.0.4; charset=utf-8";
  }

  /// Writes all metrics in the format that the header asks for.
  public void write(OutputStream out, @Nullable String acceptHeader) throws IOException {}
}
