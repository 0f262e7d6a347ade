package detour.server;

import detour.server.api.ConfigurationDesk;
import detour.server.api.ConfigurationText;
import detour.server.api.PushReport;
import detour.server.api.RevisionReport;
import detour.server.cluster.configuration.ConfigurationHistory;
import detour.server.cluster.configuration.ConfigurationHistory.Outcome;
import detour.server.cluster.configuration.ConfigurationHistory.Seen;
import detour.server.cluster.configuration.Revision;
import detour.server.cluster.configuration.SharedText;
import detour.server.cluster.configuration.UnreadableConfiguration;
import detour.server.cluster.store.StoreFailure;
import detour.server.config.ConfigurationReader;
import detour.server.config.OwnFile;
import detour.server.config.Problem;
import detour.server.probe.kinds.ProbeKinds;
import detour.server.publish.CommandRefused;
import java.io.IOException;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Takes configurations for the whole cluster: validates each on this node, as it would run here,
/// and puts it into the store.
final class SharedConfigurationDesk implements ConfigurationDesk {
  private final ConfigurationHistory history;
  private final Own own;
  private final LongSupplier running;
  private final InstantSource clock;

  /// Where this node's own sections come from.
  @FunctionalInterface
  interface Own {
    OwnFile file() throws IOException;
  }

  /// @param running the revision that this node runs; 0 for none
  SharedConfigurationDesk(
      ConfigurationHistory history, Own own, LongSupplier running, InstantSource clock) {
    this.history = history;
    this.own = own;
    this.running = running;
    this.clock = clock;
  }

  @Override
  public PushReport push(Push push) throws InterruptedException {
    return asking(() -> {
      Seen seen = history.look();
      Revision current = seen.current();
      long number = current == null ? 0 : current.number();
      if (push.expected() != 0 && push.expected() != number) {
        throw new CommandRefused(
            "revision %d was expected to be current, but %s; look at it with: detour config diff"
                .formatted(push.expected(), said(current)));
      }
      SharedText text = stored(push.text());
      List<String> warnings = validate(text);
      if (current != null && current.digest().equals(text.digest())) {
        return new PushReport(
            "revision " + number + " is the same; nothing was changed", number, false, warnings);
      }
      if (push.dryRun()) {
        return new PushReport("it is valid; nothing was changed", number, false, warnings);
      }
      return pushed(text, push.author(), push.comment(), seen, warnings);
    });
  }

  @Override
  public PushReport rollBack(long revision, String comment, String author)
      throws InterruptedException {
    return asking(() -> {
      Seen seen = history.look();
      Revision target =
          seen.revision(revision)
              .orElseThrow(() ->
                  new CommandRefused(
                      "there is no revision %d; the last %d are kept: detour config history"
                          .formatted(revision, ConfigurationHistory.KEPT)));
      Revision current = seen.current();
      if (current != null && current.digest().equals(target.digest())) {
        return new PushReport(
            "revision %d is current and has the same text; nothing was changed"
                .formatted(current.number()),
            current.number(),
            false,
            List.of());
      }
      var text =
          history
              .text(target)
              .orElseThrow(() ->
                  new CommandRefused(
                      "the store has the text of revision " + revision + " no more"));
      return pushed(
          text, author, "roll back to %d: %s".formatted(revision, comment), seen, validate(text));
    });
  }

  @Override
  public Optional<RevisionReport> revision(long revision) throws InterruptedException {
    return asking(() -> {
      Seen seen = history.look();
      Optional<Revision> found =
          revision == 0 ? Optional.ofNullable(seen.current()) : seen.revision(revision);
      if (found.isEmpty()) {
        return Optional.empty();
      }
      return history
          .text(found.get())
          .map(text ->
              report(
                  found.get(),
                  seen,
                  new ConfigurationText(text.name(), text.document(), text.files())));
    });
  }

  @Override
  public List<RevisionReport> revisions() throws InterruptedException {
    return asking(() -> {
      Seen seen = history.look();
      return seen.revisions().stream().map(one -> report(one, seen, null)).toList();
    });
  }

  private PushReport pushed(
      SharedText text, String author, String comment, Seen seen, List<String> warnings)
      throws UnreadableConfiguration, InterruptedException {
    Outcome outcome =
        history.push(text, author, clock.instant(), comment, seen, running.getAsLong());
    return switch (outcome) {
      case Outcome.Pushed(var revision) ->
          new PushReport(
              "revision " + revision.number() + " is in the store",
              revision.number(),
              true,
              warnings);
      case Outcome.Overtaken(var first) ->
          throw new CommandRefused(
              "nothing was changed, for somebody was first: %s; look at it with: detour config diff"
                  .formatted(said(first)));
      case Outcome.TooLarge(int bytes) ->
          throw new CommandRefused(
              "packed it takes %,d bytes, and the store takes at most %,d: leave out zones that need not change with the rest, or split the cluster"
                  .formatted(bytes, ConfigurationHistory.TEXT_BYTES_MAX));
    };
  }

  /// @return the warnings
  private List<String> validate(SharedText text) {
    OwnFile file;
    try {
      file = own.file();
    } catch (IOException e) {
      throw new CommandRefused("this node's own file cannot be read: " + e);
    }
    return switch (ConfigurationReader.read(
        file, StoreConfiguration.document(text), ProbeKinds.ALL)) {
      case ConfigurationReader.Result.Valid(var valid, var warnings) -> {
        List<String> texts = new ArrayList<>(warnings.stream().map(Problem::toString).toList());
        texts.addAll(UnavailableKinds.warnings(valid));
        yield texts;
      }
      case ConfigurationReader.Result.Invalid invalid ->
          throw new CommandRefused(
              "it is not valid, and nothing was changed:\n"
                  + invalid.problems().stream()
                      .map(Problem::toString)
                      .collect(Collectors.joining("\n")));
    };
  }

  private static String said(@Nullable Revision revision) {
    return revision == null
        ? "there is none now"
        : "%s pushed revision %d at %s (%s)"
            .formatted(
                revision.author(),
                revision.number(),
                revision.when().truncatedTo(ChronoUnit.SECONDS),
                revision.comment());
  }

  private static RevisionReport report(
      Revision revision, Seen seen, @Nullable ConfigurationText text) {
    Revision current = seen.current();
    return new RevisionReport(
        revision.number(),
        revision.author(),
        revision.when(),
        revision.comment(),
        revision.digest(),
        revision.bytes(),
        current != null && revision.is(current),
        text);
  }

  private static SharedText stored(ConfigurationText text) {
    return new SharedText(text.name(), text.document(), text.files());
  }

  private interface Asking<T> {
    T ask() throws UnreadableConfiguration, InterruptedException;
  }

  private static <T> T asking(Asking<T> asking) throws InterruptedException {
    try {
      return asking.ask();
    } catch (StoreFailure e) {
      throw new CommandRefused(
          e.outcomeUnknown()
              ? "nobody knows whether it was stored, for the answer was lost; look at detour config"
                  + " history before you repeat it: "
                  + e.getMessage()
              : "nothing was changed: " + e.getMessage());
    } catch (UnreadableConfiguration e) {
      throw new CommandRefused("what is in the store cannot be read: " + e.getMessage());
    }
  }
}
