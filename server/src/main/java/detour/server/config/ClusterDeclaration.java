package detour.server.config;

import detour.failover.model.Vantage;
import detour.server.options.Option;
import detour.server.options.OptionType;
import detour.server.options.Placed;
import detour.server.options.Values;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The keys of `cluster`.
///
/// @param etcd its paths as they are written
/// @param redundancy 0 where every vantage probes everything
record ClusterDeclaration(
    String name,
    ClusterSettings.Etcd etcd,
    List<Placed<Vantage>> vantages,
    Duration lease,
    Duration staleAfter,
    int redundancy,
    ClusterSettings.Origin configuration) {
  private static final int STALE_LEASES = 3;
  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(2);
  private static final String ENDPOINT_FORM = "^https?://[^/?#@\\s]+/?$";

  private static final OptionType<URI> ENDPOINT =
      new OptionType.Text<>(
          "the URL of an endpoint, as https://etcd1:2379",
          ClusterDeclaration::endpoint,
          ENDPOINT_FORM);

  private static final Option<List<URI>> ENDPOINTS =
      Option.required(
          "endpoints",
          new OptionType.Many<>(ENDPOINT),
          "Client URLs of members of one etcd cluster, tried in turn.");
  private static final Option<String> CA_FILE =
      Option.optional(
          "ca_file",
          TextForms.path("the path of a file of PEM certificates"),
          "Certificates to trust in place of those that the Java runtime trusts.");
  private static final Option<String> CLIENT_CERT =
      Option.optional(
          "client_cert",
          TextForms.path("the path of a file of PEM certificates"),
          "The certificate that this node shows, and those that lead from it to its authority.");
  private static final Option<String> CLIENT_KEY =
      Option.optional(
          "client_key",
          TextForms.path("the path of a file with a PEM private key"),
          "The private key of `client_cert`: PKCS #8 in PEM, not encrypted.");
  private static final Option<String> USER =
      Option.optional("user", OptionType.Text.any("a user name"), "The user of etcd to log in as.");
  private static final Option<String> PASSWORD_FILE =
      Option.optional(
          "password_file",
          TextForms.path("the path of a file"),
          "A file whose first line is the password of `user`.");
  private static final Option<Duration> TIMEOUT =
      Option.withDefault(
          "timeout",
          new OptionType.Span(Duration.ofMillis(100), Duration.ofMinutes(1)),
          DEFAULT_TIMEOUT,
          "How long one endpoint may take to answer before the next is tried.");

  private static final Option<String> NAME =
      Option.withDefault(
          "name",
          TextForms.name(),
          "default",
          "What the cluster is called in etcd, which several clusters may share.");
  private static final Option<ClusterSettings.Etcd> ETCD =
      Option.required(
          "etcd",
          new OptionType.Either<>(
              List.of(
                  new OptionType.Made<>(ENDPOINT, endpoint -> etcd(List.of(endpoint))),
                  new OptionType.Made<>(
                      new OptionType.Items<>(ENDPOINT, 1), ClusterDeclaration::etcd),
                  new OptionType.Section<>(
                      List.of(
                          ENDPOINTS,
                          CA_FILE,
                          CLIENT_CERT,
                          CLIENT_KEY,
                          USER,
                          PASSWORD_FILE,
                          TIMEOUT),
                      ClusterDeclaration::etcd))),
          "The etcd (3.4 or later) that the nodes agree through: its endpoints, or a mapping.");

  private static final Option<String> VANTAGE_NAME =
      Option.required(
          "name", TextForms.name(), "The name of the node that probes, its `node.name`.");
  private static final Option<String> REGION =
      Option.optional(
          "region",
          TextForms.name(),
          "Vantages of one region are likely to fail together. Default: a region of its own, called"
              + " as the vantage.");
  private static final OptionType<Vantage> VANTAGE =
      new OptionType.Either<>(
          List.of(
              new OptionType.Made<>(TextForms.name(), Vantage::of),
              new OptionType.Section<>(
                  List.of(VANTAGE_NAME, REGION),
                  values ->
                      new Vantage(
                          values.of(VANTAGE_NAME),
                          Objects.requireNonNullElse(
                              values.orNull(REGION), values.of(VANTAGE_NAME))))));
  private static final Option<List<Placed<Vantage>>> VANTAGES =
      Option.required(
          "vantages",
          new OptionType.Items<>(new OptionType.Located<>(VANTAGE), 1),
          "All nodes that probe, this one among them: names, or mappings with a region.");
  private static final Option<Duration> LEASE =
      Option.withDefault(
          "lease",
          new OptionType.Seconds(Duration.ofSeconds(2), Duration.ofMinutes(10)),
          Duration.ofSeconds(10),
          "A node that the others do not hear of for so long is absent.");
  private static final Option<Duration> STALE_AFTER =
      Option.optional(
          "stale_after",
          new OptionType.Seconds(Duration.ofSeconds(2), Duration.ofHours(24)),
          "While etcd cannot be reached, what the others thought last counts for so long. Default:"
              + " three times `lease`.");
  private static final Option<Integer> REDUNDANCY =
      Option.optional(
          "redundancy",
          new OptionType.Whole(1, 100),
          "So many of the present vantages probe each endpoint, chosen evenly; with"
              + " `failover.per_region` so many of each region. Default: all of them.");

  private static final Option<ClusterSettings.Origin> CONFIGURATION =
      Option.withDefault(
          "configuration",
          new OptionType.Choice<>(ClusterSettings.Origin.class),
          ClusterSettings.Origin.FILE,
          "Where everything but `node`, `listen` and `cluster` comes from: this file, or etcd, into"
              + " which `detour config push` puts it for all nodes.");

  static Option<Placed<ClusterDeclaration>> option() {
    return Option.optional(
        "cluster",
        new OptionType.Located<>(
            new OptionType.Section<>(
                List.of(NAME, ETCD, VANTAGES, LEASE, STALE_AFTER, REDUNDANCY, CONFIGURATION),
                ClusterDeclaration::of)),
        "The nodes that decide together. Without it this node decides for itself.");
  }

  /// The names of the vantages and of their regions.
  Set<String> names() {
    Set<String> names = new TreeSet<>();
    for (Placed<Vantage> vantage : vantages) {
      names.add(vantage.value().name());
      names.add(vantage.value().region());
    }
    return names;
  }

  private static ClusterDeclaration of(Values values) {
    Duration lease = values.of(LEASE);
    Duration staleAfter =
        Objects.requireNonNullElse(values.orNull(STALE_AFTER), lease.multipliedBy(STALE_LEASES));
    if (staleAfter.compareTo(lease) < 0) {
      throw new IllegalArgumentException(
          "stale_after "
              + Durations.text(staleAfter)
              + " is shorter than lease "
              + Durations.text(lease));
    }
    return new ClusterDeclaration(
        values.of(NAME),
        values.of(ETCD),
        values.of(VANTAGES),
        lease,
        staleAfter,
        Objects.requireNonNullElse(values.orNull(REDUNDANCY), 0),
        values.of(CONFIGURATION));
  }

  private static URI endpoint(String text) {
    if (!text.matches(ENDPOINT_FORM)) {
      throw new IllegalArgumentException("");
    }
    URI uri = URI.create(text);
    if (uri.getHost() == null) {
      throw new IllegalArgumentException("it names no host");
    }
    return uri;
  }

  private static ClusterSettings.Etcd etcd(List<URI> endpoints) {
    return etcd(endpoints, null, null, null, null, null, DEFAULT_TIMEOUT);
  }

  private static ClusterSettings.Etcd etcd(Values values) {
    return etcd(
        values.of(ENDPOINTS),
        values.orNull(CA_FILE),
        values.orNull(CLIENT_CERT),
        values.orNull(CLIENT_KEY),
        values.orNull(USER),
        values.orNull(PASSWORD_FILE),
        values.of(TIMEOUT));
  }

  private static ClusterSettings.Etcd etcd(
      List<URI> endpoints,
      @Nullable String caFile,
      @Nullable String clientCert,
      @Nullable String clientKey,
      @Nullable String user,
      @Nullable String passwordFile,
      Duration timeout) {
    boolean encrypted = "https".equals(endpoints.getFirst().getScheme());
    require(
        endpoints.stream().map(URI::getScheme).distinct().count() == 1,
        "the endpoints of etcd must be all http or all https");
    require((clientCert == null) == (clientKey == null), "client_cert and client_key go together");
    require((user == null) == (passwordFile == null), "user and password_file go together");
    require(
        encrypted || (caFile == null && clientCert == null),
        "ca_file and client_cert are for https endpoints");
    return new ClusterSettings.Etcd(
        endpoints,
        path(caFile),
        path(clientCert),
        path(clientKey),
        user,
        path(passwordFile),
        timeout);
  }

  private static @Nullable Path path(@Nullable String text) {
    return text == null ? null : Path.of(text);
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
