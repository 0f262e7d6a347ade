package detour.server.config;

import detour.dns.zone.Zone;
import detour.failover.model.Check;
import detour.failover.model.GuardPolicy;
import detour.failover.model.Model;
import detour.failover.model.Safeguards;
import detour.failover.model.Service;
import detour.failover.model.VerdictPolicy;
import detour.server.config.ConfigurationFormat.NodeDeclaration;
import detour.server.options.CheckKind;
import detour.server.options.Option;
import detour.server.options.Place;
import detour.server.options.Placed;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;

/// Reads a configuration file and the zone files it names, and reports every problem in one run.
///
/// First every key is read for itself by its description; then the rules that concern several keys
/// are applied to all that could be read.
public final class ConfigurationReader {
  private static final String NODE = "node";
  private static final String CHECKS = "checks";

  private final Path file;
  private final ConfigurationFormat format;
  private final Problems problems;

  /// What zone files are named relative to, and where they are read.
  private final Path document;

  private final ZoneFiles zoneFiles;

  private ConfigurationReader(Path file, List<? extends CheckKind> kinds, Problems problems) {
    this(file, kinds, problems, file, ZoneFiles.DISK);
  }

  private ConfigurationReader(
      Path file,
      List<? extends CheckKind> kinds,
      Problems problems,
      Path document,
      ZoneFiles zoneFiles) {
    this.file = file;
    this.format = ConfigurationFormat.of(kinds);
    this.problems = problems;
    this.document = document;
    this.zoneFiles = zoneFiles;
  }

  /// What a reading gave.
  public sealed interface Result {
    List<Problem> warnings();

    /// @param warnings what loads but is probably not meant
    record Valid(Configuration configuration, List<Problem> warnings) implements Result {}

    /// @param problems at least one, in the order of the files
    record Invalid(List<Problem> problems, List<Problem> warnings) implements Result {}
  }

  /// Never throws: a file that cannot be read is a problem like any other. Where the file says that
  /// all but a node's own sections come from the cluster's store, the configuration is without
  /// zones and services.
  ///
  /// @param kinds the kinds of check that `type:` may name
  public static Result read(Path file, List<? extends CheckKind> kinds) {
    Problems problems = new Problems(file.toString());
    ConfigurationReader reader = new ConfigurationReader(file, kinds, problems);
    Node root = YamlDocument.read(file, problems);
    if (root != null && Sections.comeFromStore(root)) {
      return reader.own(root);
    }
    Declarations declarations = root == null ? null : reader.declarations(root);
    return declarations == null ? reader.invalid(List.of()) : reader.assemble(declarations);
  }

  /// What a shared configuration means on the node with this file, of which only the node's own
  /// sections are read. Never throws.
  ///
  /// @param kinds the kinds of check that `type:` may name
  public static Result read(OwnFile own, SharedDocument shared, List<? extends CheckKind> kinds) {
    Problems ownProblems = new Problems(own.path().toString());
    Node ownRoot = YamlDocument.parse(own.text().getBytes(StandardCharsets.UTF_8), ownProblems);
    ConfigurationReader ownReader = new ConfigurationReader(own.path(), kinds, ownProblems);
    if (ownRoot == null || ownReader.own(ownRoot) instanceof Result.Invalid) {
      return ownReader.invalid(List.of());
    }
    Problems problems =
        new Problems(place -> Sections.isOwn(place.path()) ? own.path().toString() : shared.name());
    ConfigurationReader reader =
        new ConfigurationReader(
            own.path(), kinds, problems, Path.of(shared.name()), shared.zoneFiles());
    Node root = YamlDocument.parse(shared.document().getBytes(StandardCharsets.UTF_8), problems);
    if (root == null) {
      return reader.invalid(List.of());
    }
    InlineSecrets.report(root, problems);
    Declarations declarations =
        root instanceof MappingNode mapping
            ? reader.declarations(Sections.joined(ownRoot, reader.withoutOwn(mapping)))
            : reader.declarations(root);
    return declarations == null ? reader.invalid(List.of()) : reader.assemble(declarations);
  }

  private MappingNode withoutOwn(MappingNode shared) {
    for (NodeTuple section : Sections.tuples(shared)) {
      String key = Sections.key(section);
      if (Sections.OWN.contains(key)) {
        problems.report(
            YamlDocument.place(section.getKeyNode(), ""),
            key + " is each node's own, in its own file: remove it from what is shared");
      }
    }
    return shared;
  }

  /// The part of a reading that touches no file.
  static void check(byte[] bytes, List<? extends CheckKind> kinds, Problems problems) {
    ConfigurationReader reader = new ConfigurationReader(Path.of("detour.yaml"), kinds, problems);
    Node root = YamlDocument.parse(bytes, problems);
    if (root != null) {
      reader.declarations(root);
    }
  }

  /// What the file says, as far as it will do.
  ///
  /// @param places of the services' declarations, at the same positions
  private record Declarations(
      BoundValues values,
      NodeSettings node,
      VerdictPolicy verdicts,
      Map<String, Placed<CheckForm>> checks,
      List<Placed<ZoneDeclaration>> zones,
      List<Service> services,
      Safeguards safeguards,
      List<Place> places) {}

  private @Nullable Declarations declarations(Node root) {
    Binder binder = new Binder(problems);
    BoundValues values = binder.values(root, format.options(), "", null);
    if (values == null) {
      return null;
    }
    Map<String, Binder.Entry> entries = binder.topLevel(root);
    Map<String, Placed<CheckForm>> checks = values.of(format.checks());
    List<Placed<ZoneDeclaration>> zones = orEmpty(values.orNull(format.zones()));
    List<Placed<ServiceDeclaration>> declared = values.of(format.services());
    Set<String> zoneNames =
        values.incomplete(format.zones())
            ? null
            : zones.stream().map(zone -> zone.value().name()).collect(Collectors.toSet());
    ClusterAssembly cluster = cluster(values);
    List<Service> services =
        new ServiceAssembly(
                problems,
                new CheckAssembly(
                    problems,
                    checks,
                    binder.keys(entries.get(CHECKS)),
                    declared.stream()
                        .map(service -> service.value().name())
                        .collect(Collectors.toSet()),
                    cluster))
            .services(declared, zoneNames);
    NodeSettings node = node(values.of(format.node()));
    if (!values.incomplete(format.node())) {
      cluster.report(
          node.name(), node.role(), values.of(format.guard()), place(root, entries.get(NODE)));
    }
    return new Declarations(
        values,
        node,
        cluster.policy(),
        checks,
        zones,
        services,
        new SafeguardAssembly(problems).safeguards(values.of(format.safety()), declared, services),
        declared.stream().map(Placed::place).toList());
  }

  /// Reads a node's own sections and nothing else.
  private Result own(Node root) {
    Set<String> shared = new LinkedHashSet<>();
    format.options().stream()
        .map(Option::key)
        .filter(key -> !Sections.OWN.contains(key))
        .forEach(shared::add);
    Binder binder = new Binder(problems);
    BoundValues values =
        binder.values(
            Sections.only(root, key -> !shared.contains(key)), format.ownOptions(), "", null);
    if (values == null) {
      return invalid(List.of());
    }
    warnOfShared(root, shared);
    ClusterAssembly cluster = cluster(values);
    NodeSettings node = withSecrets(values);
    ListenSettings listen = listen(values);
    Configuration.Reporting reporting = reporting(values);
    if (!values.incomplete(format.node())) {
      cluster.reportOwn(node.name(), node.role());
    }
    if (problems.count() > 0) {
      return invalid(List.of());
    }
    GuardPolicy guard = values.of(format.guard());
    return new Result.Valid(
        new Configuration(
            file,
            node,
            listen,
            settings(values.orNull(format.cluster())),
            reporting,
            Map.of(),
            new Model(node.name(), cluster.policy(), List.of(), guard),
            List.of(),
            List.of(file)),
        problems.warnings());
  }

  private void warnOfShared(Node root, Set<String> shared) {
    for (NodeTuple section : Sections.tuples(root)) {
      if (shared.contains(Sections.key(section))) {
        problems.warn(
            YamlDocument.place(section.getKeyNode(), ""),
            "with cluster.configuration: store the "
                + Sections.key(section)
                + " of this file are not used; `detour config push` puts them into the store");
      }
    }
  }

  private Result assemble(Declarations declared) {
    ZoneAssembly assembly = new ZoneAssembly(document, zoneFiles, problems);
    List<Zone> zones = assembly.zones(declared.zones(), declared.services(), declared.places());
    NodeSettings node = withSecrets(declared.values());
    ListenSettings listen = listen(declared.values());
    Configuration.Reporting reporting = reporting(declared.values());
    if (problems.count() > 0 || !assembly.zoneFileProblems().isEmpty()) {
      return invalid(assembly.zoneFileProblems());
    }
    List<Path> sources = new ArrayList<>(List.of(file));
    sources.addAll(assembly.sources());
    Map<String, Check> checks = new LinkedHashMap<>();
    declared
        .checks()
        .forEach((name, form) -> {
          if (form.value() instanceof CheckForm.Probed(Check check, var _, var _)) {
            checks.put(name, check);
          }
        });
    return new Result.Valid(
        new Configuration(
            file,
            node,
            listen,
            settings(declared.values().orNull(format.cluster())),
            reporting,
            checks,
            new Model(
                node.name(),
                declared.verdicts(),
                declared.services(),
                // Who does not probe needs no guard against what its probes find.
                node.role() == NodeSettings.Role.ANSWER
                    ? GuardPolicy.OFF
                    : declared.values().of(format.guard()),
                declared.safeguards()),
            zones,
            sources),
        problems.warnings());
  }

  private Result invalid(List<Problem> zoneFileProblems) {
    List<Problem> all = new ArrayList<>(problems.errors());
    all.addAll(zoneFileProblems);
    return new Result.Invalid(all, problems.warnings());
  }

  private ClusterAssembly cluster(BoundValues values) {
    return new ClusterAssembly(
        problems,
        values.orNull(format.cluster()),
        values.orNull(format.failover()),
        values.incomplete(format.cluster()));
  }

  private static Place place(Node root, Binder.@Nullable Entry entry) {
    return YamlDocument.place(entry == null ? root : entry.key(), "");
  }

  private @Nullable ClusterSettings settings(@Nullable Placed<ClusterDeclaration> declared) {
    if (declared == null) {
      return null;
    }
    ClusterDeclaration cluster = declared.value();
    ClusterSettings.Etcd etcd = cluster.etcd();
    return new ClusterSettings(
        cluster.name(),
        new ClusterSettings.Etcd(
            etcd.endpoints(),
            beside(etcd.caFile()),
            beside(etcd.clientCert()),
            beside(etcd.clientKey()),
            etcd.user(),
            beside(etcd.passwordFile()),
            etcd.timeout()),
        cluster.lease(),
        cluster.staleAfter(),
        cluster.configuration());
  }

  /// Relative paths start at the configuration's folder.
  private @Nullable Path beside(@Nullable Path path) {
    return path == null ? null : file.toAbsolutePath().resolveSibling(path).normalize();
  }

  private ListenSettings listen(BoundValues values) {
    return values
        .of(format.listen())
        .with(path -> file.toAbsolutePath().resolveSibling(path).normalize(), problems);
  }

  private Configuration.Reporting reporting(BoundValues values) {
    UnaryOperator<Path> place = path -> file.toAbsolutePath().resolveSibling(path).normalize();
    Placed<ReportingOptions.Dnstap> dnstap = values.orNull(format.dnstap());
    Placed<ReportingOptions.Telemetry> telemetry = values.orNull(format.telemetry());
    return new Configuration.Reporting(
        dnstap == null ? null : dnstap.value().with(place),
        telemetry == null ? null : ReportingOptions.settings(telemetry, place, problems),
        values.orNull(format.convergence()));
  }

  private NodeSettings node(NodeDeclaration declared) {
    Path dataDir = file.toAbsolutePath().resolveSibling(declared.dataDir()).normalize();
    String name = declared.name() == null ? hostName() : declared.name();
    String nameServerId =
        switch (declared.nsid()) {
          case "name" -> name;
          case "hostname" -> hostName();
          case "off" -> "";
          default -> declared.nsid();
        };
    Placed<CookieDeclaration> cookies = declared.cookies();
    CookieSettings.Mode mode = cookies == null ? CookieSettings.Mode.ON : cookies.value().mode();
    return new NodeSettings(
        name,
        dataDir,
        declared.role(),
        nameServerId,
        declared.version(),
        new CookieSettings(mode, List.of()));
  }

  /// The node with the secrets of its cookies, which lie in a file of their own.
  private NodeSettings withSecrets(BoundValues values) {
    NodeDeclaration declared = values.of(format.node());
    NodeSettings node = node(declared);
    Placed<CookieDeclaration> cookies = declared.cookies();
    Path secretFile = cookies == null ? null : beside(cookies.value().secretPath());
    if (cookies == null || secretFile == null) {
      return node;
    }
    try {
      return node.with(
          new CookieSettings(node.cookies().mode(), CookieDeclaration.secrets(secretFile)));
    } catch (NoSuchFileException e) {
      problems.report(cookies.place(), "secret_file: there is no file " + secretFile);
    } catch (IOException e) {
      problems.report(
          cookies.place(),
          "secret_file: " + secretFile + " cannot be read: " + Wording.oneLine(e.getMessage()));
    } catch (IllegalArgumentException e) {
      problems.report(cookies.place(), "secret_file: " + secretFile + ": " + e.getMessage());
    }
    return node;
  }

  private static String hostName() {
    try {
      // Asking the kernel cannot block; a look-up of the own name may wait for a name server.
      String name = Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
      return name.isEmpty() ? "localhost" : name;
    } catch (IOException e) {
      return InetAddress.getLoopbackAddress().getHostName();
    }
  }

  private static <V> List<V> orEmpty(@Nullable List<V> values) {
    return values == null ? List.of() : values;
  }
}
