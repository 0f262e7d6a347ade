package detour.server;

import detour.server.cluster.configuration.ConfigurationCopy;
import detour.server.cluster.configuration.ConfigurationFollower;
import detour.server.cluster.configuration.Revision;
import detour.server.cluster.configuration.SharedText;
import detour.server.cluster.configuration.UnreadableConfiguration;
import detour.server.config.Configuration;
import detour.server.config.ConfigurationReader;
import detour.server.config.OwnFile;
import detour.server.config.Problem;
import detour.server.config.SharedDocument;
import detour.server.probe.kinds.ProbeKinds;
import detour.server.publish.Command;
import detour.server.publish.ConfigurationRefused;
import detour.server.publish.ConfigurationSource;
import detour.server.publish.Inbox;
import detour.server.publish.LoadedConfiguration;
import detour.server.publish.PublishedState;
import detour.server.publish.RunningConfiguration;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The configuration of a node that has only its own sections in its file, and all others from the
/// cluster's store: as a source of reloads, which read the own sections anew, and as what applies
/// the revisions that come from the store.
final class StoreConfiguration implements ConfigurationSource, ConfigurationFollower.Applying {
  private static final Logger LOG = LoggerFactory.getLogger("detour.server");
  private static final int PATIENCE_SECONDS = 120;

  private final Configuration started;
  private final FileConfiguration file;
  private volatile OwnFile own;
  private volatile @Nullable Running running;
  private volatile @Nullable Inbox inbox;
  private volatile @Nullable Runnable reloaded;
  private String trouble = "";

  private record Running(Revision revision, SharedDocument document) {}

  /// @param started the node's own sections
  /// @param copy what the node ran last
  StoreConfiguration(Configuration started, ConfigurationCopy copy) throws IOException {
    this.started = started;
    file = new FileConfiguration(started);
    own = OwnFile.read(started.file());
    try {
      ConfigurationCopy.Kept kept = copy.read();
      running = kept == null ? null : new Running(kept.revision(), document(kept.text()));
    } catch (UnreadableConfiguration e) {
      trouble =
          "%s, the copy of what this node ran last, is of no use: %s; what the store has is waited for"
              .formatted(copy.file(), e.getMessage());
      LOG.error("{}", trouble);
    }
  }

  /// What to start with: what ran last, or nothing.
  LoadedConfiguration first() {
    Running last = running;
    if (last != null) {
      try {
        return join(own, last, List.of());
      } catch (ConfigurationRefused e) {
        running = null;
        trouble =
            "revision %d, which ran here last, does not fit %s any more: %s"
                .formatted(last.revision().number(), started.file(), e.problems().getFirst());
        LOG.error("{}", trouble);
      }
    }
    LOG.warn("{}", waiting());
    return FileConfiguration.loaded(started);
  }

  /// Which revision runs; null while the first is waited for.
  @Nullable Revision running() {
    Running now = running;
    return now == null ? null : now.revision();
  }

  /// What was wrong at the start; empty when nothing was.
  String trouble() {
    return trouble;
  }

  /// Why nothing is answered; null once there is a configuration.
  @Nullable String notReady() {
    return running == null ? waiting() : null;
  }

  private static String waiting() {
    return "this node waits for the cluster's configuration and answers REFUSED until then: detour"
        + " config push";
  }

  /// The picture with what is to be said of this configuration.
  PublishedState noting(PublishedState state, RunningConfiguration now) {
    String alarm = alarm(now);
    if (alarm == null) {
      return state;
    }
    List<String> alarms = new ArrayList<>(state.alarms());
    alarms.add(alarm);
    return state.withAlarms(alarms);
  }

  private @Nullable String alarm(RunningConfiguration now) {
    String reason = now.problem().isEmpty() ? "" : ": " + now.problem();
    if (now.refused() != 0) {
      return "revision %d of the cluster's configuration was refused here%s"
          .formatted(now.refused(), reason);
    }
    if (running == null) {
      return waiting() + reason;
    }
    return now.problem().isEmpty() ? null : "the cluster's configuration" + reason;
  }

  /// The node's own file, as it was when it was last applied.
  OwnFile own() {
    return own;
  }

  /// To be called before anything is applied.
  ///
  /// @param afterReload run when a reload has read the own sections anew
  void applyTo(Inbox target, Runnable afterReload) {
    inbox = target;
    reloaded = afterReload;
  }

  @Override
  public LoadedConfiguration load() throws ConfigurationRefused {
    OwnFile next;
    try {
      next = OwnFile.read(started.file());
    } catch (IOException e) {
      throw new ConfigurationRefused(List.of(started.file() + ": cannot be read: " + e));
    }
    Running now = running;
    LoadedConfiguration loaded;
    List<String> warnings = new ArrayList<>();
    // Its warnings are those of the file alone.
    switch (ConfigurationReader.read(started.file(), ProbeKinds.ALL)) {
      case ConfigurationReader.Result.Valid(var valid, var said) -> {
        said.forEach(warning -> warnings.add(warning.toString()));
        warnings.addAll(file.leftForTheNextStart(valid));
        loaded =
            now == null
                ? FileConfiguration.loaded(started.file().toString(), valid, warnings)
                : join(next, now, warnings);
      }
      case ConfigurationReader.Result.Invalid invalid ->
          throw new ConfigurationRefused(texts(invalid.problems()));
    }
    own = next;
    Runnable then = reloaded;
    if (then != null) {
      then.run();
    }
    return loaded;
  }

  @Override
  public @Nullable String apply(Revision revision, SharedText text) throws InterruptedException {
    Inbox target = inbox;
    if (target == null) {
      throw new IllegalStateException("nothing applies configurations yet");
    }
    Running next = new Running(revision, document(text));
    Running before = running;
    List<String> problems = new ArrayList<>();
    ConfigurationSource source =
        () -> {
          try {
            LoadedConfiguration joined = join(own, next, List.of());
            // Here, where no reload can come between, so that the next one reads on from this.
            running = next;
            return joined;
          } catch (ConfigurationRefused e) {
            problems.addAll(e.problems());
            throw e;
          }
        };
    try {
      target
          .command(new Command.Apply(source, revision.author(), revision.comment()))
          .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      running = before;
      return problems.isEmpty() ? String.valueOf(e.getMessage()) : String.join("\n", problems);
    } catch (TimeoutException e) {
      return "it was not applied within " + PATIENCE_SECONDS + " s";
    }
    return null;
  }

  /// @param said warnings that are told with its own
  private static LoadedConfiguration join(OwnFile own, Running running, List<String> said)
      throws ConfigurationRefused {
    String name = "revision " + running.revision().number();
    return switch (ConfigurationReader.read(own, running.document(), ProbeKinds.ALL)) {
      case ConfigurationReader.Result.Valid(var valid, var warnings) -> {
        List<String> texts = new ArrayList<>(said);
        texts.addAll(texts(warnings));
        texts.addAll(UnavailableKinds.warnings(valid));
        yield FileConfiguration.loaded(name, valid, texts);
      }
      case ConfigurationReader.Result.Invalid invalid ->
          throw new ConfigurationRefused(name, texts(invalid.problems()));
    };
  }

  /// What the node ran last, whole.
  ///
  /// @param own its own sections
  static Configuration ranLast(Configuration own)
      throws IOException, UnreadableConfiguration, ConfigurationRefused {
    ConfigurationCopy copy = ConfigurationCopy.in(own.node().dataDir());
    ConfigurationCopy.Kept kept = copy.read();
    if (kept == null) {
      throw new IOException("it ran none yet: detour config push");
    }
    return switch (ConfigurationReader.read(
        OwnFile.read(own.file()), document(kept.text()), ProbeKinds.ALL)) {
      case ConfigurationReader.Result.Valid(var valid, var _) -> valid;
      case ConfigurationReader.Result.Invalid invalid ->
          throw new ConfigurationRefused(texts(invalid.problems()));
    };
  }

  static SharedDocument document(SharedText text) {
    return new SharedDocument(text.name(), text.document(), text.files());
  }

  private static List<String> texts(List<Problem> problems) {
    return problems.stream().map(Problem::toString).toList();
  }
}
