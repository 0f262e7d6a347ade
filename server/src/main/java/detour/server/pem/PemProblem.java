package detour.server.pem;

import org.jspecify.annotations.Nullable;

/// A PEM file that cannot be read or does not hold what it should. Its message begins with "the
/// file", for those who say themselves which one.
public final class PemProblem extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final String finding;

  PemProblem(String finding, @Nullable Throwable cause) {
    super("the file " + finding, cause);
    this.finding = finding;
  }

  /// What is wrong, to be read after the file's name: `cannot be read: no such file`.
  public String finding() {
    return finding;
  }
}
