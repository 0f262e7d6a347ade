package detour.server.probe.local;

import detour.failover.model.CheckSettings;
import detour.server.options.Option;
import detour.server.options.OptionType;
import detour.server.options.Values;
import detour.server.probe.ProbeKind;
import detour.server.probe.ProbeRun;
import detour.server.probe.local.FileReads.Seen;
import detour.server.probe.local.FileSettings.Content;
import detour.server.probe.text.FailureText;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Passes while a file of this machine is there, is fresh, and says so.
public final class FileCheck implements ProbeKind {
  private static final OptionType<String> PATH_FORM =
      new OptionType.Text<>("the absolute path of a file", FileCheck::absolute, "^/");

  private static final Option<String> PATH =
      Option.required(
          "path",
          PATH_FORM,
          "The file. `{address}` stands for the address of the endpoint, `{destination}` for what"
              + " the configuration says of it.");
  private static final Option<Content> CONTENT =
      Option.withDefault(
          "content",
          new OptionType.Choice<>(Content.class),
          Content.STATE,
          "With state, the first word of the file says it: up, ok or ready passes; degraded or"
              + " warning passes with a warning; down, fail, drain or maint fails, as does any"
              + " other word. With any, it is enough that the file is there.");
  private static final Option<Duration> MAX_AGE =
      Option.optional(
          "max_age",
          new OptionType.Span(Duration.ofSeconds(1), Duration.ofDays(366)),
          "A file that was not written for longer fails.");

  private final FileReads reads = new FileReads();

  @Override
  public String name() {
    return "file";
  }

  @Override
  public String doc() {
    return "Passes while a file of this machine is there, is fresh, and says so.";
  }

  @Override
  public List<Option<?>> options() {
    return List.of(PATH, CONTENT, MAX_AGE);
  }

  @Override
  public CheckSettings settings(Values values) {
    return new FileSettings(values.of(PATH), values.of(CONTENT), values.orNull(MAX_AGE));
  }

  @Override
  public void start(CheckSettings settings, ProbeRun run) {
    FileSettings wanted = (FileSettings) settings;
    run.enter("read", "reading the file");
    String path =
        wanted
            .path()
            .replace("{address}", run.address().getHostAddress())
            .replace("{destination}", run.destination().text());
    var _ =
        reads
            .read(Path.of(path))
            .whenCompleteAsync((seen, error) -> judge(wanted, run, seen, error), run.loop());
  }

  private static void judge(
      FileSettings wanted, ProbeRun run, @Nullable Seen seen, @Nullable Throwable error) {
    if (seen == null) {
      run.failed(error == null ? new IllegalStateException("nothing was read") : error);
      return;
    }
    if (seen.problem() != null) {
      run.fail(seen.problem());
      return;
    }
    Duration maxAge = wanted.maxAge();
    if (maxAge != null && seen.age().compareTo(maxAge) > 0) {
      run.fail(
          "the file was written %s ago, at most %s is expected"
              .formatted(
                  FailureText.span(Duration.ofSeconds(seen.age().toSeconds())),
                  FailureText.span(maxAge)));
      return;
    }
    if (wanted.content() == Content.ANY) {
      run.pass("the file is there");
      return;
    }
    FileState state = FileState.of(seen.text());
    switch (state.kind()) {
      case UP -> run.pass(state.detail());
      case DEGRADED -> run.passDegraded(state.detail());
      case DOWN, UNKNOWN -> run.fail(state.detail());
    }
  }

  private static String absolute(String text) {
    if (!Path.of(text).isAbsolute()) {
      throw new IllegalArgumentException("the path must be absolute");
    }
    return text;
  }
}
