package detour.server.api;

import detour.failover.model.OperatorOverride;
import detour.failover.model.OverridePath;
import detour.server.publish.Command;
import detour.server.publish.CommandRefused;
import detour.server.publish.DecidedOtherwise;
import detour.server.publish.Extent;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The routes that change something: each becomes one command, answered once it is on disk and in
/// force.
final class Changing {
  private static final int REASON_LIMIT = 500;
  private static final Duration LONGEST = Duration.ofDays(366);
  private static final int PATIENCE_SECONDS = 10;

  private static final Map<OperatorOverride.State, String> WORDS =
      Map.of(
          OperatorOverride.State.UP, "up",
          OperatorOverride.State.DOWN, "down",
          OperatorOverride.State.DRAIN, "drained");

  private final ApiBackend backend;

  Changing(ApiBackend backend) {
    this.backend = backend;
  }

  void setOverride(Exchange exchange) throws IOException, InterruptedException {
    exchange.allowOnly();
    RequestBody body =
        RequestBody.read(exchange, "target", "state", "reason", "start", "for", "purpose", "force");
    OverridePath target = target(body.required("target"));
    OperatorOverride.State state = state(body.required("state"));
    String reason = reason(body.required("reason"));
    Duration lasts = lasts(body.optional("for"));
    Instant start = start(body.optional("start"));
    OperatorOverride.Purpose purpose = purpose(body.optional("purpose"));
    boolean force = body.flag("force");
    carryOut(
        exchange,
        target.service(),
        new Command.SetOverride(
            target, state, reason, start, lasts, purpose, force, exchange.author()));
    if (isAwaited(target)) {
      exchange.json(
          200,
          changed(
              "somebody else has to approve it within an hour: detour approve " + target,
              target.service()));
      return;
    }
    if (purpose == OperatorOverride.Purpose.DRILL || start != null) {
      String what = purpose == OperatorOverride.Purpose.DRILL ? "a drill: " : "planned: ";
      String from = start == null ? "" : " from " + start;
      exchange.json(
          200,
          changed(
              what + target + " is " + WORDS.get(state) + from + until(lasts), target.service()));
      return;
    }
    String done =
        switch (state) {
          case UP -> target + " counts as up";
          case DOWN -> target + " counts as down";
          case DRAIN -> target + " is drained";
        };
    exchange.json(200, changed(done + until(lasts), target.service()));
  }

  void clearOverride(Exchange exchange) throws IOException, InterruptedException {
    exchange.allowOnly("target", "reason", "force");
    OverridePath target = target(exchange.required("target"));
    String reason = reason(exchange.parameter("reason"));
    boolean force = flag(exchange.parameter("force"));
    carryOut(
        exchange,
        target.service(),
        new Command.ClearOverride(target, reason, force, exchange.author()));
    exchange.json(200, changed(target + " follows its checks again", target.service()));
  }

  void endOverride(Exchange exchange) throws IOException, InterruptedException {
    exchange.allowOnly();
    RequestBody body = RequestBody.read(exchange, "target");
    OverridePath target = target(body.required("target"));
    carryOut(exchange, target.service(), new Command.EndOverride(target, exchange.author()));
    exchange.json(
        200, changed("for " + target + " holds again what was said before", target.service()));
  }

  void approveOverride(Exchange exchange) throws IOException, InterruptedException {
    exchange.allowOnly();
    RequestBody body = RequestBody.read(exchange, "target", "force");
    OverridePath target = target(body.required("target"));
    boolean force = body.flag("force");
    carryOut(
        exchange, target.service(), new Command.ApproveOverride(target, force, exchange.author()));
    exchange.json(200, changed("what was asked for " + target + " is approved", target.service()));
  }

  void failback(Exchange exchange) throws IOException, InterruptedException {
    exchange.allowOnly();
    RequestBody body = RequestBody.read(exchange, "service", "reason");
    String service = Reading.folded(body.required("service"));
    carryOut(
        exchange,
        service,
        new Command.ApproveFailback(service, reason(body.optional("reason")), exchange.author()));
    exchange.json(200, changed("the failback of " + service + " is approved", service));
  }

  void reload(Exchange exchange) throws IOException, InterruptedException {
    exchange.allowOnly();
    String reason = reason(RequestBody.readOrEmpty(exchange, "reason").optional("reason"));
    carryOut(new Command.Reload(exchange.author(), reason));
    exchange.json(200, changed("the configuration is applied" + warnings(), null));
  }

  private String warnings() {
    List<String> warnings =
        Reading.present(backend, Extent.WITHOUT_SERVICES).configuration().warnings();
    return warnings.stream().map(warning -> "\nwarning: " + warning).collect(Collectors.joining());
  }

  /// On the condition of the header If-Match, where there is one.
  private void carryOut(Exchange exchange, String service, Command command)
      throws InterruptedException {
    Optional<Set<String>> expected = EntityTags.expected(exchange.header("If-Match"));
    carryOut(
        expected.isEmpty() ? command : new Command.Conditional(command, service, expected.get()));
  }

  private void carryOut(Command command) throws InterruptedException {
    try {
      backend.inbox().command(command).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof CommandRefused refused) {
        throw new Refused(409, String.valueOf(refused.getMessage()), null);
      }
      if (e.getCause() instanceof DecidedOtherwise otherwise) {
        throw new Refused(412, String.valueOf(otherwise.getMessage()), "If-Match");
      }
      throw new IllegalStateException("the command failed: " + command, e.getCause());
    } catch (TimeoutException e) {
      throw new Refused(
          503,
          "no answer within "
              + PATIENCE_SECONDS
              + " s: the change may yet happen; look at the status before you repeat it",
          null);
    }
  }

  private ChangeReport changed(String done, @Nullable String service) {
    return new ChangeReport(
        done,
        service == null
            ? null
            : Reading.serviceOf(Reading.present(backend, Extent.of(service)), service));
  }

  private static OverridePath target(String text) {
    try {
      OverridePath path = OverridePath.parse(text);
      return new OverridePath(Reading.folded(path.service()), path.pool(), path.endpoint());
    } catch (IllegalArgumentException e) {
      throw new BadRequest("target", String.valueOf(e.getMessage()));
    }
  }

  private static OperatorOverride.State state(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "up" -> OperatorOverride.State.UP;
      case "down" -> OperatorOverride.State.DOWN;
      case "drain" -> OperatorOverride.State.DRAIN;
      default -> throw new BadRequest("state", "'" + text + "': expected up, down or drain");
    };
  }

  /// Empty where none is given.
  private static String reason(@Nullable String text) {
    if (text == null) {
      return "";
    }
    if (text.length() > REASON_LIMIT || text.chars().anyMatch(Character::isISOControl)) {
      throw new BadRequest(
          "reason", "expected one line of at most " + REASON_LIMIT + " printable characters");
    }
    return text;
  }

  private boolean isAwaited(OverridePath target) {
    return Reading.present(backend, Extent.WITHOUT_SERVICES).overrides().stream()
        .anyMatch(said -> said.path().equals(target) && said.override().vetting().awaited());
  }

  private static @Nullable Instant start(@Nullable String text) {
    try {
      return text == null ? null : OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeParseException e) {
      throw new BadRequest(
          "start", "'" + text + "': expected a time with its zone, as 2030-01-31T22:00:00Z");
    }
  }

  private static OperatorOverride.Purpose purpose(@Nullable String text) {
    return switch (text == null ? "order" : text.toLowerCase(Locale.ROOT)) {
      case "order" -> OperatorOverride.Purpose.ORDER;
      case "drill" -> OperatorOverride.Purpose.DRILL;
      case "maintenance" -> OperatorOverride.Purpose.MAINTENANCE;
      default ->
          throw new BadRequest("purpose", "'" + text + "': expected order, drill or maintenance");
    };
  }

  private static boolean flag(@Nullable String text) {
    return switch (text == null ? "false" : text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new BadRequest("force", "'" + text + "': expected true or false");
    };
  }

  private static @Nullable Duration lasts(@Nullable String text) {
    if (text == null) {
      return null;
    }
    Duration lasts = Durations.parse(text);
    if (lasts == null || lasts.isZero() || lasts.compareTo(LONGEST) > 0) {
      throw new BadRequest(
          "for", "'" + text + "': expected a time as 90s, 30m, 2h or 1d, at most 366d");
    }
    return lasts;
  }

  private static String until(@Nullable Duration lasts) {
    return lasts == null ? " until it is cleared" : " for " + Durations.text(lasts);
  }
}
