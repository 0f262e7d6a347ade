package detour.server.publish;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A configuration that is not valid, with all its problems.
public final class ConfigurationRefused extends Exception {
  private static final long serialVersionUID = 1L;

  private final @Nullable String file;
  private final transient List<String> problems;

  /// @param problems one line each, with file, line and column
  public ConfigurationRefused(List<String> problems) {
    this(null, problems);
  }

  /// @param file which it is, for people; null for that of the last reload
  public ConfigurationRefused(@Nullable String file, List<String> problems) {
    super(String.join("\n", problems));
    this.file = file;
    this.problems = List.copyOf(problems);
  }

  public @Nullable String file() {
    return file;
  }

  public List<String> problems() {
    return problems;
  }
}
