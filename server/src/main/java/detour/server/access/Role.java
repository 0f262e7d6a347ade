package detour.server.access;

import java.util.Locale;

/// What a caller may do. Each may do all that those before it may.
public enum Role {
  /// Look at everything.
  READ,
  /// Say what counts as up or down, and approve failbacks.
  OPERATE,
  /// Replace the configuration.
  CONFIGURE;

  public boolean includes(Role other) {
    return compareTo(other) >= 0;
  }

  /// As people write it, as `read`.
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// @throws IllegalArgumentException when it is none; the message tells those that are
  public static Role ofWord(String word) {
    for (Role role : values()) {
      if (role.word().equals(word)) {
        return role;
      }
    }
    throw new IllegalArgumentException(
        "'" + word + "' is no role: expected read, operate or configure");
  }
}
