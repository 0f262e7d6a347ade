package detour.server.probe.http;

import detour.server.probe.http.HttpSettings.StatusRange;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What an answer must be to pass. All of it must hold.
///
/// @param statuses what the status may be; never empty
/// @param headers by name what a header of the answer must contain; empty text for any content
/// @param body text that the body must contain; null for any body
/// @param regex what the body must match somewhere; null for anything
/// @param json what the body must hold as JSON
public record Expectation(
    List<StatusRange> statuses,
    Map<String, String> headers,
    @Nullable String body,
    @Nullable BodyRegex regex,
    JsonExpectation json) {

  /// A status, and any answer that has it.
  public static final Expectation OK = of(List.of(StatusRange.OK), null);

  public Expectation {
    statuses = List.copyOf(statuses);
    headers = Collections.unmodifiableSortedMap(new TreeMap<>(headers));
  }

  /// @param body null for any body
  public static Expectation of(List<StatusRange> statuses, @Nullable String body) {
    return new Expectation(statuses, Map.of(), body, null, JsonExpectation.NONE);
  }

  boolean accepts(int status) {
    return statuses.stream().anyMatch(range -> range.accepts(status));
  }

  /// Whether the body makes a difference.
  boolean readsBody() {
    return body != null || judgesWholeBody();
  }

  /// Whether the body can be judged at its end only.
  boolean judgesWholeBody() {
    return regex != null || !json.isEmpty();
  }

  /// As `200` or `200, 204 or 3xx`.
  String statusText() {
    String text = statuses.stream().map(StatusRange::toString).collect(Collectors.joining(", "));
    int last = text.lastIndexOf(", ");
    return last < 0 ? text : text.substring(0, last) + " or " + text.substring(last + 2);
  }
}
