package detour.server;

import detour.failover.model.Check;
import detour.failover.model.Destination;
import detour.failover.model.Endpoint;
import detour.failover.model.OverridePath;
import detour.failover.model.Pool;
import detour.failover.model.ProbeTarget;
import detour.failover.model.Service;
import detour.failover.model.Thresholds;
import detour.server.api.CheckReport;
import detour.server.cli.CommandFailed;
import detour.server.cli.ExitCode;
import detour.server.config.Configuration;
import detour.server.options.Option;
import detour.server.options.Values;
import detour.server.probe.CheckRun;
import detour.server.probe.ProbeKind;
import detour.server.probe.ProbeResult;
import detour.server.probe.kinds.ProbeKinds;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Checks that are run once, now: of what is configured under a name, or of a URL.
final class OneTimeCheck {
  private static final double NANOS_PER_MILLI = 1e6;
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private OneTimeCheck() {}

  /// Every check of every endpoint that the name stands for.
  ///
  /// @param subject a service, `service/pool` or `service/pool/endpoint`
  static List<CheckReport> ofConfigured(Configuration configuration, String subject) {
    List<CheckReport> reports = new ArrayList<>();
    for (Service service : configuration.model().services()) {
      for (Pool pool : service.pools()) {
        for (Endpoint endpoint : pool.endpoints()) {
          String path = new OverridePath(service.name(), pool.name(), endpoint.name()).toString();
          if (path.equals(subject) || path.startsWith(subject + "/")) {
            endpoint.checks().checks().forEach(c -> reports.add(run(path, c, endpoint)));
          }
        }
      }
    }
    if (reports.isEmpty()) {
      throw new CommandFailed(
          ExitCode.NO,
          "nothing is checked under '%s' in %s: expected a service, service/pool or service/pool/endpoint, or a URL"
              .formatted(subject, configuration.file()));
    }
    return reports;
  }

  /// A check of the kind that the URL's scheme names, with everything else by default.
  static List<CheckReport> ofUrl(String url) {
    URI uri;
    try {
      uri = new URI(url);
    } catch (URISyntaxException e) {
      throw new CommandFailed(ExitCode.USAGE, "'" + url + "' is no URL: " + e.getReason());
    }
    ProbeKind kind = kind(uri);
    if (uri.getUserInfo() != null && (!has(kind, "user") || uri.getUserInfo().contains(":"))) {
      throw new CommandFailed(
          ExitCode.USAGE,
          "a URL with a password is not taken, and one with a user only by kinds that have the key"
              + " user: configure a check");
    }
    Destination destination = destination(uri);
    Check check;
    try {
      check =
          new Check(
              kind.name(),
              kind.settings(new UrlValues(values(kind, uri))),
              TIMEOUT,
              TIMEOUT,
              TIMEOUT,
              Thresholds.DEFAULT);
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw new CommandFailed(ExitCode.USAGE, url + ": " + e.getMessage());
    }
    return List.of(run(url, check, destination));
  }

  private static CheckReport run(String subject, Check check, Endpoint endpoint) {
    return run(subject, check, ProbeTarget.of(check, endpoint.destination()).destination());
  }

  private static CheckReport run(String subject, Check check, Destination destination) {
    ProbeKind kind = ProbeKinds.named(check.kind());
    try {
      ProbeResult result = CheckRun.once(kind, check, destination);
      List<CheckReport.Step> steps =
          result.steps().stream()
              .map(s -> new CheckReport.Step(s.name(), s.nanos() / NANOS_PER_MILLI))
              .toList();
      double total = steps.stream().mapToDouble(CheckReport.Step::milliseconds).sum();
      return new CheckReport(
          subject,
          check.summary() + " @ " + destination.text(),
          result.passed(),
          result.detail(),
          total,
          steps,
          result.notes().stream()
              .map(note -> new CheckReport.Note(note.label(), note.text()))
              .toList());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailed(ExitCode.NO, "interrupted");
    } finally {
      kind.stop();
    }
  }

  private static ProbeKind kind(URI uri) {
    return ProbeKinds.ALL.stream()
        .filter(kind -> kind.name().equals(uri.getScheme()))
        .findFirst()
        .orElseThrow(() ->
            new CommandFailed(
                ExitCode.USAGE,
                "'%s' is no kind of check: expected one of %s"
                    .formatted(
                        uri.getScheme(),
                        String.join(", ", ProbeKinds.ALL.stream().map(ProbeKind::name).toList()))));
  }

  private static Destination destination(URI uri) {
    String host = uri.getHost();
    if (host == null) {
      throw new CommandFailed(ExitCode.USAGE, "'" + uri + "' names no host");
    }
    String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    try {
      return new Destination.Address(InetAddress.ofLiteral(bare));
    } catch (IllegalArgumentException e) {
      return new Destination.HostName(host);
    }
  }

  private static boolean has(ProbeKind kind, String key) {
    return kind.options().stream().anyMatch(option -> option.key().equals(key));
  }

  private static Map<String, Object> values(ProbeKind kind, URI uri) {
    Map<String, Object> values = new HashMap<>(kind.fromUrl(uri));
    if (uri.getPort() > 0) {
      values.put("port", uri.getPort());
    }
    if (uri.getUserInfo() != null) {
      values.put("user", uri.getUserInfo());
    }
    // As postgres://host/database and grpc://host:port/service.
    for (String key : List.of("database", "service")) {
      if (has(kind, key) && uri.getPath() != null && uri.getPath().length() > 1) {
        values.put(key, uri.getPath().substring(1));
      }
    }
    String path = uri.getRawPath();
    String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
    if (path != null && !(path + query).isEmpty()) {
      values.put("path", (path.isEmpty() ? "/" : path) + query);
    }
    return values;
  }

  /// The keys that a URL gives; the others have their defaults.
  private record UrlValues(Map<String, Object> given) implements Values {
    @Override
    public <V> V of(Option<V> option) {
      V value = orNull(option);
      if (value == null) {
        throw new IllegalStateException("the URL must say the " + option.key());
      }
      return value;
    }

    @Override
    @SuppressWarnings(
        "unchecked") // A URL gives a port as Integer and a path as String, as their options do.
    public <V> @Nullable V orNull(Option<V> option) {
      Object value = given.get(option.key());
      return value == null ? option.fallback() : (V) value;
    }
  }
}
