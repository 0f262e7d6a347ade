package detour.server.api;

import java.util.List;

/// What became of a configuration that was pushed or rolled back to.
///
/// @param done one sentence
/// @param revision what is current then; 0 where nothing is
/// @param changed false when there was nothing to change, or it was only tried
/// @param warnings what is valid but probably not meant
public record PushReport(String done, long revision, boolean changed, List<String> warnings) {
  public PushReport {
    warnings = List.copyOf(warnings);
  }
}
