package detour.server.publish;

import java.util.List;

/// A configuration that is not valid, with all its problems.
public final class ConfigurationRefused extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<String> problems;

  /// @param problems one line each, with file, line and column
  public ConfigurationRefused(List<String> problems) {
    super(String.join("\n", problems));
    this.problems = List.copyOf(problems);
  }

  public List<String> problems() {
    return problems;
  }
}
