package detour.server;

import detour.server.api.CheckReport;
import detour.server.api.ConfigurationText;
import detour.server.cli.CommandFailed;
import detour.server.cli.ExitCode;
import detour.server.cli.LocalActions;
import detour.server.cluster.configuration.UnreadableConfiguration;
import detour.server.config.ClusterSettings;
import detour.server.config.Configuration;
import detour.server.config.ConfigurationReader;
import detour.server.config.ConfigurationTemplate;
import detour.server.config.ListenSection;
import detour.server.config.Problem;
import detour.server.config.SharedDocumentReader;
import detour.server.demo.Demo;
import detour.server.linux.Signals;
import detour.server.listen.Listeners;
import detour.server.probe.kinds.ProbeKinds;
import detour.server.publish.Command;
import detour.server.publish.ConfigurationRefused;
import detour.server.store.StateStore;
import detour.server.store.StoreException;
import detour.server.zones.ZoneContent;
import java.io.Console;
import java.io.IOException;
import java.io.PrintStream;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The commands that need the server's own machinery.
final class LocalCommands implements LocalActions {
  private final PrintStream out;
  private final PrintStream error;

  LocalCommands(PrintStream out, PrintStream error) {
    this.out = out;
    this.error = error;
  }

  @Override
  public int run(@Nullable Path configuration) {
    logToStandardError();
    Logger log = LoggerFactory.getLogger("detour.server");
    // After the log is set up: two threads that both find it missing would each set up half of it.
    Thread.ofPlatform().daemon().name("head-start").start(LocalCommands::prepare);
    // Queries are answered before all is started, and whoever sees that may ask for a reload.
    CompletableFuture<Wiring> started = new CompletableFuture<>();
    Signals.on(
        "HUP",
        () -> {
          var _ = started.thenAccept(server -> reload(server, log));
        });
    Configuration valid = read(configuration);
    CountDownLatch stop = new CountDownLatch(1);
    try (Wiring server = new Wiring(valid)) {
      // Until here these end the process as they do any other: nothing was acknowledged yet.
      Signals.on("TERM", stop::countDown);
      Signals.on("INT", stop::countDown);
      started.complete(server);
      stop.await();
      log.info("stopping");
      return ExitCode.DONE;
    } catch (StoreException | IOException e) {
      throw new CommandFailed(ExitCode.NO, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ExitCode.NO;
    } finally {
      LogSetup.close();
    }
  }

  @Override
  public int validate(@Nullable Path configuration) {
    Path file = find(configuration);
    return switch (ConfigurationReader.read(file, ProbeKinds.ALL)) {
      case ConfigurationReader.Result.Valid(var valid, var warnings) -> {
        warn(valid, warnings);
        out.println(file + " is valid: " + contents(valid));
        yield ExitCode.DONE;
      }
      case ConfigurationReader.Result.Invalid(var problems, var warnings) -> {
        warnings.forEach(warning -> error.println("warning: " + warning));
        problems.forEach(error::println);
        error.println(count(problems));
        yield ExitCode.NO;
      }
    };
  }

  @Override
  public int init(Path folder, boolean overwrite) {
    try {
      List<Path> written = ConfigurationTemplate.write(folder, overwrite);
      written.forEach(file -> out.println("wrote " + file));
      out.println("next: detour validate -c " + written.getFirst());
      out.println("then: detour run -c " + written.getFirst());
      return ExitCode.DONE;
    } catch (FileAlreadyExistsException e) {
      throw new CommandFailed(
          ExitCode.NO, e.getFile() + " exists already; --overwrite replaces it");
    } catch (IOException e) {
      throw new CommandFailed(ExitCode.NO, "could not write to " + folder + ": " + e.getMessage());
    }
  }

  @Override
  public Path tokenFile(@Nullable Path configuration) {
    Path file = find(configuration);
    return ListenSection.tokenFile(file)
        .orElseThrow(() ->
            new CommandFailed(
                ExitCode.NO,
                file
                    + " names no file of tokens: set listen.api.token_file, or name a file with"
                    + " --file"));
  }

  @Override
  public int demo(boolean once) {
    boolean colour = isTerminal() && System.getenv("NO_COLOR") == null;
    return Demo.run(out, colour, once);
  }

  @Override
  public List<CheckReport> check(@Nullable Path configuration, String subject) {
    logToStandardError();
    return subject.contains("://")
        ? OneTimeCheck.ofUrl(subject)
        : OneTimeCheck.ofConfigured(whole(read(configuration)), subject);
  }

  @Override
  public void logToStandardError() {
    LogSetup.install(isTerminal() ? LogSetup.Form.TEXT : LogSetup.Form.JSON, false);
  }

  @Override
  public @Nullable InetSocketAddress dnsServer(@Nullable Path configuration) {
    Path file =
        configuration == null ? FileConfiguration.inUsualPlace().orElse(null) : configuration;
    List<InetSocketAddress> addresses = file == null ? List.of() : ListenSection.dns(file);
    if (!addresses.isEmpty()) {
      return reachable(addresses.getFirst());
    }
    if (configuration != null) {
      throw new CommandFailed(
          ExitCode.NO,
          configuration
              + " does not say where it listens; `detour validate -c "
              + configuration
              + "` tells what is wrong with it");
    }
    return null;
  }

  @Override
  public List<ZoneContent> zones(@Nullable Path configuration) {
    return ConfiguredZones.of(whole(read(configuration)));
  }

  /// A server that listens on every address is asked on loopback.
  private static InetSocketAddress reachable(InetSocketAddress listening) {
    InetAddress address = listening.getAddress();
    if (!address.isAnyLocalAddress()) {
      return listening;
    }
    String loopback = address instanceof Inet6Address ? "::1" : "127.0.0.1";
    return new InetSocketAddress(InetAddress.ofLiteral(loopback), listening.getPort());
  }

  private static String contents(Configuration valid) {
    ClusterSettings cluster = valid.cluster();
    return cluster != null && cluster.configuredByStore()
        ? "node "
            + valid.node().name()
            + "; all but its own sections comes from the cluster's store"
        : count(valid.zones().size(), "zone")
            + ", "
            + count(valid.model().services().size(), "service");
  }

  @Override
  public Gathered gather(@Nullable Path configuration) {
    Path file = find(configuration);
    return switch (SharedDocumentReader.read(file)) {
      case SharedDocumentReader.Result.Gathered(var document, var leftOut) ->
          new Gathered(
              file,
              new ConfigurationText(document.name(), document.document(), document.files()),
              leftOut);
      case SharedDocumentReader.Result.Invalid(var problems) ->
          throw new CommandFailed(
              ExitCode.NO,
              problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
    };
  }

  /// Runs beside the reading of the configuration; what it loads is needed right after that.
  private static void prepare() {
    Listeners.prepare();
    StateStore.prepare();
  }

  private static void reload(Wiring server, Logger log) {
    var _ =
        server
            .inbox()
            .command(new Command.Reload("signal HUP"))
            .exceptionally(refused -> {
              log.error("{}", refused.getMessage());
              return null;
            });
  }

  private Configuration read(@Nullable Path configuration) {
    return switch (ConfigurationReader.read(find(configuration), ProbeKinds.ALL)) {
      case ConfigurationReader.Result.Valid(var valid, var warnings) -> {
        warn(valid, warnings);
        yield valid;
      }
      case ConfigurationReader.Result.Invalid(var problems, var _) -> {
        problems.forEach(error::println);
        throw new CommandFailed(ExitCode.NO, count(problems));
      }
    };
  }

  /// With what this node ran last, where its own file is not all.
  private static Configuration whole(Configuration own) {
    ClusterSettings cluster = own.cluster();
    if (cluster == null || !cluster.configuredByStore()) {
      return own;
    }
    try {
      return StoreConfiguration.ranLast(own);
    } catch (IOException | UnreadableConfiguration | ConfigurationRefused e) {
      throw new CommandFailed(
          ExitCode.NO,
          "what this node runs of its cluster's configuration cannot be read from %s: %s"
              .formatted(own.node().dataDir(), e.getMessage()));
    }
  }

  private void warn(Configuration valid, List<Problem> warnings) {
    warnings.forEach(warning -> error.println("warning: " + warning));
    UnavailableKinds.warnings(valid).forEach(warning -> error.println("warning: " + warning));
  }

  private static Path find(@Nullable Path configuration) {
    if (configuration != null) {
      return configuration;
    }
    return FileConfiguration.inUsualPlace()
        .orElseThrow(() ->
            new CommandFailed(
                ExitCode.NO,
                """
                no configuration: looked for ./detour.yaml and /etc/detour/detour.yaml
                see a failover now:        detour demo
                start a configuration:     detour init
                name one of your own:      detour run -c FILE\
                """));
  }

  @SuppressWarnings(
      "SystemConsoleNull") // It is null when neither stream is a terminal, in JDK 25 again.
  private static boolean isTerminal() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  private static String count(List<Problem> problems) {
    return count(problems.size(), "problem");
  }

  private static String count(int number, String thing) {
    return number + " " + thing + (number == 1 ? "" : "s");
  }
}
