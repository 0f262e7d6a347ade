package detour.server.config;

import detour.failover.model.GuardPolicy;
import detour.server.options.CheckKind;
import detour.server.options.Option;
import detour.server.options.OptionType;
import detour.server.options.Placed;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The description of a whole configuration file: the reader, the JSON Schema and the reference
/// page are made from it.
record ConfigurationFormat(
    Option<NodeDeclaration> node,
    Option<ListenDeclaration> listen,
    Option<Map<String, Placed<CheckForm>>> checks,
    Option<List<Placed<ZoneDeclaration>>> zones,
    Option<List<Placed<ServiceDeclaration>>> services,
    Option<GuardPolicy> guard,
    Option<Placed<ClusterDeclaration>> cluster,
    Option<Placed<FailoverDeclaration>> failover,
    Option<SafetyDeclaration> safety,
    Option<Placed<ReportingOptions.Dnstap>> dnstap,
    Option<Placed<ReportingOptions.Telemetry>> telemetry,
    Option<ConvergenceSettings> convergence) {
  private static final Option<String> NODE_NAME =
      Option.optional(
          "name", TextForms.name(), "What this vantage is called. Default: the host name.");
  private static final Option<String> DATA_DIR =
      Option.withDefault(
          "data_dir",
          TextForms.path("the path of a folder"),
          "/var/lib/detour",
          "Where selections, overrides and history are kept; relative paths start at the"
              + " configuration's folder.");

  private static final Option<NodeSettings.Role> ROLE =
      Option.withDefault(
          "role",
          new OptionType.Choice<>(NodeSettings.Role.class),
          NodeSettings.Role.BOTH,
          "What this node of a cluster does: answer queries and probe, only `answer`, or only"
              + " `probe`.");

  private static final Option<String> NSID =
      Option.withDefault(
          "nsid",
          TextForms.shown("name, hostname, off"),
          "name",
          "What clients are told that ask which server answers (EDNS option NSID): `name` for this"
              + " node's name, `hostname`, `off` for nothing, or any other text; the selection"
              + " epoch follows it. Without the epoch, class CHAOS has it as `id.server` and"
              + " `hostname.bind`.");
  private static final Option<String> VERSION =
      Option.withDefault(
          "version",
          TextForms.shown("name, off"),
          "name",
          "What clients are told that ask for the server's software (class CHAOS, `version.bind`"
              + " and `version.server`): `name` for Detour and its version, `off` for nothing, or"
              + " any other text.");
  private static final Option<Placed<CookieDeclaration>> COOKIES = CookieDeclaration.option();

  /// @param name null for the host name
  record NodeDeclaration(
      @Nullable String name,
      String dataDir,
      NodeSettings.Role role,
      String nsid,
      String version,
      @Nullable Placed<CookieDeclaration> cookies) {}

  static ConfigurationFormat of(List<? extends CheckKind> kinds) {
    OptionType.Tagged<CheckForm> check = CheckOptions.type(kinds);
    OptionType<CheckDeclaration> checkUse = CheckDeclaration.type(check);
    return new ConfigurationFormat(
        Option.withDefault(
            "node",
            nodeType(),
            new NodeDeclaration(
                null, fallback(DATA_DIR), fallback(ROLE), fallback(NSID), fallback(VERSION), null),
            "This server."),
        Option.withDefault(
            "listen",
            ListenDeclaration.type(),
            ListenDeclaration.byDefault(),
            "Where this server listens, and its limits there."),
        Option.withDefault(
            "checks",
            new OptionType.Named<>(TextForms.name(), new OptionType.Located<>(check)),
            Map.of(),
            "Checks by name, for services to refer to."),
        Option.required(
            "zones",
            new OptionType.Items<>(new OptionType.Located<>(ZoneDeclaration.type()), 1),
            "The zones this server is authoritative for."),
        Option.withDefault(
            "services",
            new OptionType.Items<>(new OptionType.Located<>(ServiceDeclaration.type(checkUse)), 0),
            List.of(),
            "The domain names whose answers follow health."),
        GuardOptions.option(check),
        ClusterDeclaration.option(),
        FailoverDeclaration.option(),
        SafetyDeclaration.option(),
        ReportingOptions.dnstap(),
        ReportingOptions.telemetry(),
        ReportingOptions.convergence());
  }

  List<Option<?>> options() {
    return List.of(
        node,
        listen,
        checks,
        zones,
        services,
        guard,
        cluster,
        failover,
        safety,
        dnstap,
        telemetry,
        convergence);
  }

  /// Those of [Sections#OWN].
  List<Option<?>> ownOptions() {
    return options().stream().filter(option -> Sections.OWN.contains(option.key())).toList();
  }

  private static OptionType<NodeDeclaration> nodeType() {
    return new OptionType.Section<>(
        List.of(NODE_NAME, DATA_DIR, ROLE, NSID, VERSION, COOKIES),
        values ->
            new NodeDeclaration(
                values.orNull(NODE_NAME),
                values.of(DATA_DIR),
                values.of(ROLE),
                values.of(NSID),
                values.of(VERSION),
                values.orNull(COOKIES)));
  }

  private static <V> V fallback(Option<V> option) {
    V value = option.fallback();
    if (value == null) {
      throw new IllegalStateException(option.key() + " has no default");
    }
    return value;
  }
}
