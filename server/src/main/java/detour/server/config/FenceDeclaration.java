package detour.server.config;

import detour.failover.model.FencePolicy;
import detour.failover.model.FencePolicy.Hook;
import detour.failover.model.FencePolicy.Outcome;
import detour.server.options.Option;
import detour.server.options.OptionType;
import detour.server.options.Values;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The keys of a service's `fence`.
final class FenceDeclaration {
  private static final Option<List<String>> COMMAND =
      Option.optional(
          "command",
          new OptionType.Many<>(OptionType.Text.any("an argument")),
          "The absolute path of a program, and its arguments, one an item; there is no shell. Exit"
              + " status 0 means that the fence stands.");
  private static final Option<String> URL =
      Option.optional(
          "url",
          new OptionType.Text<>("an http or https URL", FenceDeclaration::url, "^https?://"),
          "A URL that is sent a POST with a JSON object; a status from 200 to 299 means that the"
              + " fence stands.");
  private static final Option<Duration> TIMEOUT =
      Option.withDefault(
          "timeout",
          new OptionType.Span(Duration.ofMillis(100), Duration.ofMinutes(10)),
          Duration.ofSeconds(30),
          "How long it may take.");
  private static final Option<Outcome> ON_FAILURE =
      Option.withDefault(
          "on_failure",
          new OptionType.Choice<>(Outcome.class),
          Outcome.HOLD,
          "What follows when it fails: the service stays where it is (`hold`), or fails over all"
              + " the same (`proceed`).");
  private static final Option<Outcome> ON_TIMEOUT =
      Option.withDefault(
          "on_timeout",
          new OptionType.Choice<>(Outcome.class),
          Outcome.HOLD,
          "The same for when it has not ended in time.");
  private static final Option<Duration> RETRY =
      Option.withDefault(
          "retry",
          new OptionType.Span(Duration.ofSeconds(1), Duration.ofHours(1)),
          Duration.ofSeconds(30),
          "How long after it failed it is tried again, while the failover still waits.");

  private FenceDeclaration() {}

  static Option<FencePolicy> option() {
    return Option.optional(
        "fence",
        new OptionType.Section<>(
            List.of(COMMAND, URL, TIMEOUT, ON_FAILURE, ON_TIMEOUT, RETRY),
            FenceDeclaration::policy),
        "What must be done before the service fails over, so that a half-dead primary is cut off"
            + " first: a program or a webhook, once for the whole cluster. It may run again after a"
            + " restart, so it must bear that.");
  }

  private static FencePolicy policy(Values values) {
    List<String> command = values.orNull(COMMAND);
    String url = values.orNull(URL);
    return new FencePolicy(
        hook(command, url),
        values.of(TIMEOUT),
        values.of(ON_FAILURE),
        values.of(ON_TIMEOUT),
        values.of(RETRY));
  }

  private static Hook hook(@Nullable List<String> command, @Nullable String url) {
    if (command != null && url == null) {
      if (!Path.of(command.getFirst()).isAbsolute()) {
        throw new IllegalArgumentException(
            "command: '" + command.getFirst() + "' is no absolute path of a program");
      }
      return new Hook.Command(command);
    }
    if (url != null && command == null) {
      return new Hook.Webhook(url);
    }
    throw new IllegalArgumentException("give it either a command or a url");
  }

  private static String url(String text) {
    URI uri = URI.create(text);
    boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
    if (!http || uri.getHost() == null) {
      throw new IllegalArgumentException("it is no http or https URL with a host");
    }
    return text;
  }
}
