package detour.server.probe.push;

import detour.failover.model.CheckSettings;
import detour.failover.model.ProbeTarget;
import detour.server.options.Option;
import detour.server.options.OptionType;
import detour.server.options.Values;
import detour.server.probe.ProbeKind;
import detour.server.probe.ProbeRun;
import detour.server.probe.SecretFile;
import detour.server.probe.push.PostBoard.Known;
import detour.server.probe.push.PostBoard.Received;
import detour.server.probe.text.FailureText;
import detour.server.publish.Posts;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Passes while another program posts, often enough, that all is well: a heartbeat, or the state as
/// another monitor sees it.
public final class PushCheck implements ProbeKind {
  static final int TOKEN_LENGTH_MIN = 16;

  private static final String TOKEN_PATTERN = "[A-Za-z0-9._~+/=-]{" + TOKEN_LENGTH_MIN + ",512}";
  private static final String TOKEN_EXPECTED =
      "expected at least " + TOKEN_LENGTH_MIN + " letters, digits and -._~+/=";

  private static final OptionType<String> NAME_FORM =
      new OptionType.Text<>(
          "a name of letters, digits, '.', '_' and '-'",
          text -> matching(text, "[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}"),
          "^[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}$");

  /// Looked at no further here: a report of what is wrong with a value would show it.
  private static final OptionType<String> TOKEN_FORM = OptionType.Text.any("a token");

  private static final OptionType<Path> TOKEN_FILE_FORM =
      new OptionType.Text<>(
          "the absolute path of a file with a token", PushCheck::fileWithToken, "^/");

  private static final Option<String> NAME =
      Option.required(
          "name", NAME_FORM, "The name in the address to post to: `PUT /api/v1/push/NAME`.");
  private static final Option<String> TOKEN =
      Option.optional(
          "token",
          TOKEN_FORM,
          "What posts carry as `Authorization: Bearer ...`: at least 16 letters, digits and"
              + " `-._~+/=`. Or use `token_file`.");
  private static final Option<Path> TOKEN_FILE =
      Option.optional(
          "token_file",
          TOKEN_FILE_FORM,
          "A file whose first line is the token; read at each post, so a new one needs no reload.");
  private static final Option<Duration> DEADLINE =
      Option.required(
          "deadline",
          new OptionType.Span(Duration.ofSeconds(1), Duration.ofDays(366)),
          "When nothing was posted for longer, the check fails.");

  private final LongSupplier nanoClock;
  private final PostBoard board;

  /// @param nanoClock monotonic
  public PushCheck(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
    this.board = new PostBoard(nanoClock);
  }

  /// Where posts go.
  public Posts posts() {
    return board;
  }

  @Override
  public String name() {
    return "push";
  }

  @Override
  public String doc() {
    return "Passes while another program posts, often enough, that all is well.";
  }

  @Override
  public List<Option<?>> options() {
    return List.of(NAME, TOKEN, TOKEN_FILE, DEADLINE);
  }

  @Override
  public CheckSettings settings(Values values) {
    String token = values.orNull(TOKEN);
    Path file = values.orNull(TOKEN_FILE);
    if ((token == null) == (file == null)) {
      throw new IllegalArgumentException(
          token == null
              ? "token is missing: posts need one, inline or in token_file"
              : "token and token_file are both given: expected one of them");
    }
    if (token != null && !token.matches(TOKEN_PATTERN)) {
      throw new IllegalArgumentException("token is no good token: " + TOKEN_EXPECTED);
    }
    return new PushSettings(values.of(NAME), token, file, values.of(DEADLINE));
  }

  @Override
  public boolean needsAddress() {
    return false;
  }

  @Override
  public void probing(Set<ProbeTarget> targets) {
    board.watch(targets);
  }

  @Override
  public void start(CheckSettings settings, ProbeRun run) {
    PushSettings push = (PushSettings) settings;
    run.enter("look", "looking at the last post");
    Known known = board.known(push, run.destination().text());
    if (known == null) {
      run.notStarted("what was posted is known to the running server alone: see its status");
      return;
    }
    judge(push, known, run);
  }

  private void judge(PushSettings push, Known known, ProbeRun run) {
    Received last = known.last();
    long nowNanos = nanoClock.getAsLong();
    if (last == null) {
      if (nowNanos - known.sinceNanos() <= push.deadline().toNanos()) {
        run.notStarted("nothing was posted yet");
      } else {
        run.fail("nothing was posted within " + FailureText.span(push.deadline()));
      }
      return;
    }
    Duration ago = Duration.ofNanos(nowNanos - last.atNanos());
    Duration believed = shorter(push.deadline(), last.post().lasts());
    if (ago.compareTo(believed) > 0) {
      run.fail(
          "nothing was posted for %s, expected every %s; the last was: %s"
              .formatted(
                  FailureText.span(Duration.ofSeconds(ago.toSeconds())),
                  FailureText.span(believed),
                  text(last.post())));
      return;
    }
    switch (last.post().state()) {
      case UP -> run.pass("posted " + text(last.post()));
      case DEGRADED -> run.passDegraded("posted " + text(last.post()));
      case DOWN -> run.fail("posted " + text(last.post()));
    }
  }

  private static String text(Posts.Post post) {
    String state =
        switch (post.state()) {
          case UP -> "up";
          case DEGRADED -> "degraded";
          case DOWN -> "down";
        };
    return post.detail().isEmpty() ? state : state + ": " + post.detail();
  }

  private static Duration shorter(Duration deadline, @Nullable Duration lasts) {
    return lasts == null || deadline.compareTo(lasts) < 0 ? deadline : lasts;
  }

  private static Path fileWithToken(String text) {
    Path file = Path.of(text);
    if (!file.isAbsolute()) {
      throw new IllegalArgumentException("the path must be absolute");
    }
    String token;
    try {
      token = SecretFile.read(file);
    } catch (IOException e) {
      throw new IllegalArgumentException("the file does not exist or cannot be read", e);
    }
    if (!token.matches(TOKEN_PATTERN)) {
      throw new IllegalArgumentException("its first line is no token: " + TOKEN_EXPECTED);
    }
    return file;
  }

  private static String matching(String text, String pattern) {
    if (!text.matches(pattern)) {
      throw new IllegalArgumentException("it has characters that do not belong there");
    }
    return text;
  }
}
