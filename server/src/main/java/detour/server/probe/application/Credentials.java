package detour.server.probe.application;

import detour.server.options.Option;
import detour.server.options.OptionType;
import detour.server.options.Values;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The keys by which a check says who logs in.
final class Credentials {
  private static final OptionType<String> NAME =
      new OptionType.Text<>(
          "a name without control characters", Credentials::name, "^[^\\x00-\\x1f]+$");

  private static final Option<Secret> PASSWORD =
      Option.optional(
          "password",
          new OptionType.Text<>("a password", Credentials::secret, "."),
          "The password. Better in a file of its own, see `password_file`.");
  private static final Option<Secret> PASSWORD_FILE =
      Option.optional(
          "password_file",
          new OptionType.Text<>(
              "the absolute path of a file that holds a password", Secret::ofFile, "^/"),
          "A file whose first line is the password; read at the start and at each reload.");

  private Credentials() {}

  /// The key `user`.
  static Option<String> user(String fallback, String doc) {
    return Option.withDefault("user", NAME, fallback, doc);
  }

  /// The key `user` of a protocol in which one can log in without a name.
  static Option<String> optionalUser(String doc) {
    return Option.optional("user", NAME, doc);
  }

  static Option<String> database(String fallback, String doc) {
    return Option.withDefault("database", NAME, fallback, doc);
  }

  static Option<String> optionalDatabase(String doc) {
    return Option.optional("database", NAME, doc);
  }

  /// The keys of the password.
  static List<Option<?>> password() {
    return List.of(PASSWORD, PASSWORD_FILE);
  }

  /// @throws IllegalArgumentException when both keys are given
  static @Nullable Secret password(Values values) {
    Secret inline = values.orNull(PASSWORD);
    Secret fromFile = values.orNull(PASSWORD_FILE);
    if (inline != null && fromFile != null) {
      throw new IllegalArgumentException("password and password_file exclude each other");
    }
    return inline == null ? fromFile : inline;
  }

  private static Secret secret(String text) {
    if (text.isEmpty() || text.indexOf('\0') >= 0) {
      // Its text must not come into the message, and does not.
      throw new IllegalArgumentException("it is empty, or holds a zero byte");
    }
    return new Secret(text);
  }

  private static String name(String text) {
    if (text.isEmpty() || text.length() > 255 || text.chars().anyMatch(c -> c < ' ')) {
      throw new IllegalArgumentException("it is empty, too long, or has control characters");
    }
    return text;
  }
}
