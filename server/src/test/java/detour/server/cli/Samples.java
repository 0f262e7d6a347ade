package detour.server.cli;

import detour.server.api.ClusterReport;
import detour.server.api.ExplanationReport;
import detour.server.api.ServiceReport;
import detour.server.api.ServiceReport.Endpoint;
import detour.server.api.ServiceReport.Observation;
import detour.server.api.ServiceReport.OperatorOverride;
import detour.server.api.ServiceReport.Opinion;
import detour.server.api.ServiceReport.Pool;
import detour.server.api.ServiceReport.Selection;
import detour.server.api.ServiceReport.Vote;
import detour.server.api.StatusReport;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reports that a server might give, all at one moment.
final class Samples {
  static final Instant NOW = Instant.parse("2026-11-22T12:03:04Z");
  static final Times TIMES = new Times(NOW, ZoneOffset.UTC);

  private Samples() {}

  static Instant ago(String iso) {
    return NOW.minus(Duration.parse(iso));
  }

  static Instant ahead(String iso) {
    return NOW.plus(Duration.parse(iso));
  }

  static StatusReport status(ServiceReport... services) {
    return status(List.of(services), List.of(), List.of());
  }

  static StatusReport status(
      List<ServiceReport> services, List<String> alarms, List<String> problems) {
    return new StatusReport(
        "ams1",
        "0.1.0",
        ago("P3DT4H"),
        NOW,
        17,
        new StatusReport.Configuration("/etc/detour/detour.yaml", ago("PT2H3M"), 2, problems),
        services,
        alarms,
        null,
        null);
  }

  /// Three nodes that agree.
  static ClusterReport cluster() {
    return new ClusterReport(
        "default",
        "ams1",
        NOW,
        true,
        0.4,
        false,
        null,
        0,
        List.of(
            node("ams1", "both", null, 1041, null, "PRESENT", ""),
            node("fra1", "both", 1.2, 1041, null, "PRESENT", ""),
            node("nyc1", "probe", 2.9, 1041, null, "PRESENT", "")),
        List.of());
  }

  /// Nodes of which each differs in another way.
  static ClusterReport differing() {
    return new ClusterReport(
        "default",
        "ams1",
        NOW,
        true,
        0.4,
        false,
        "etcd1:2379 refused it: no space",
        2,
        List.of(
            node("ams1", "both", null, 1041, null, "PRESENT", ""),
            node(
                "fra1",
                "both",
                1.2,
                1039,
                75.0,
                "PRESENT",
                "it is at epoch 1039 of 1041: its configuration has no pool fra of www.example.com,"
                    + " to which ams1 moved"),
            node(
                "lon1",
                "answer",
                0.9,
                1041,
                null,
                "PRESENT",
                "its configuration differs from that of most nodes"),
            node(
                "nyc1",
                "both",
                31.0,
                1040,
                null,
                "ABSENT",
                "what it answers is not known: its lease ran out")),
        List.of(
            "this node is older than lon1 (0.2.0): upgrade it before the others write what it"
                + " cannot read"));
  }

  private static ClusterReport.Node node(
      String name,
      String role,
      @Nullable Double heard,
      long epoch,
      @Nullable Double behind,
      String presence,
      String disagreement) {
    boolean present = !presence.equals("ABSENT");
    return new ClusterReport.Node(
        name,
        name.equals("nyc1") ? "us" : "eu",
        role,
        "0.1.0",
        presence,
        present ? "" : "its lease ran out",
        present ? 7_500.0 : null,
        heard,
        present ? 0.0 : null,
        epoch,
        behind,
        "3f2a91bc",
        300,
        name.equals("fra1") && behind != null ? 4 : 0,
        disagreement.isEmpty(),
        disagreement,
        null);
  }

  /// Of a node among three vantages, one of which is gone.
  static StatusReport clustered(ServiceReport... services) {
    StatusReport alone = status(services);
    return new StatusReport(
        alone.node(),
        alone.version(),
        alone.startedAt(),
        alone.at(),
        alone.epoch(),
        alone.configuration(),
        alone.services(),
        List.of("the vantage nyc1 is absent: its lease ran out"),
        null,
        new StatusReport.Cluster(
            true,
            ago("PT1S"),
            false,
            List.of(
                new StatusReport.Vantage("ams1", "ams", true, "PRESENT", "", 0),
                new StatusReport.Vantage("fra1", "fra", false, "PRESENT", "", 3),
                new StatusReport.Vantage("nyc1", "nyc", false, "ABSENT", "its lease ran out", 3))));
  }

  /// With the votes of three vantages, which differ about the first endpoint of all.
  static ServiceReport voted(ServiceReport plain) {
    List<Pool> pools = new ArrayList<>();
    for (Pool pool : plain.pools()) {
      List<Endpoint> endpoints = new ArrayList<>();
      for (Endpoint endpoint : pool.endpoints()) {
        boolean first = pools.isEmpty() && endpoints.isEmpty();
        endpoints.add(voted(endpoint, first ? "UP" : endpoint.verdict()));
      }
      pools.add(
          new Pool(
              pool.name(),
              pool.available(),
              pool.availability(),
              pool.availableSince(),
              endpoints));
    }
    return new ServiceReport(
        plain.name(),
        plain.zone(),
        plain.failback(),
        plain.whenAllDown(),
        plain.selections(),
        pools,
        plain.overrides(),
        plain.answers(),
        plain.handedOut());
  }

  private static Endpoint voted(Endpoint plain, String ofFra) {
    return new Endpoint(
        plain.name(),
        plain.destination(),
        plain.weight(),
        plain.healthy(),
        plain.healthReason(),
        plain.answered(),
        plain.verdict(),
        plain.frozen(),
        plain.since(),
        plain.override(),
        plain.warning(),
        List.of(
            new Vote("ams1", "ams", "PRESENT", plain.verdict(), ""),
            new Vote("fra1", "fra", "PRESENT", ofFra, ""),
            new Vote("nyc1", "nyc", "ABSENT", "UP", "its lease ran out")),
        plain.opinions(),
        plain.resolved(),
        plain.lastHandedOut(),
        plain.heldUntil(),
        plain.handedOutTimes());
  }

  static ServiceReport healthy() {
    return service(
        "www.example.com",
        selection("SERVING", "ams", "P3DT4H", "ams is the first available pool", 30, false, null),
        pool(
            "ams",
            "2 of 2 healthy",
            "P3DT4H",
            up("web1", "192.0.2.10", 3, true, "P3DT4H"),
            up("web2", "192.0.2.11", 1, true, "PT5H12M")),
        pool(
            "fra",
            "1 of 1 healthy",
            "P3DT4H",
            up("198.51.100.20", "198.51.100.20", 1, false, "P3DT4H")));
  }

  static ServiceReport failedOver() {
    return service(
        "shop.example.com",
        selection(
            "FAILED_OVER",
            "fra",
            "PT3M12S",
            "fra serves because ams is not available: 0 of 2 healthy (web1: ams1 says DOWN; web2:"
                + " ams1 says DOWN)",
            30,
            false,
            null),
        pool(
            "ams",
            "0 of 2 healthy",
            null,
            down("web1", "192.0.2.10", "connection refused", ahead("PT24S")),
            down(
                "web2",
                "192.0.2.11",
                "timed out after 2 s while waiting for the status line",
                ago("PT1S"))),
        pool("fra", "1 of 1 healthy", "P2DT3H", up("web1", "198.51.100.20", 1, true, "P2DT3H")));
  }

  static ServiceReport ready() {
    return service(
        "intra.example.com",
        selection(
            "READY", "fra", "PT10M", "ams is available again; failback is manual", 30, false, null),
        pool("ams", "1 of 1 healthy", "PT4M2S", up("web1", "192.0.2.30", 1, false, "PT4M2S")),
        pool("fra", "1 of 1 healthy", "P2D", up("web1", "198.51.100.30", 1, true, "P2D")));
  }

  static ServiceReport failingBack() {
    return service(
        "api.example.com",
        selection(
            "FAILING_BACK", "fra", "PT2M", "ams is available again", 12, true, ahead("PT12S")),
        pool("ams", "1 of 1 healthy", "PT18S", up("web1", "192.0.2.40", 1, false, "PT18S")),
        pool("fra", "1 of 1 healthy", "P2D", up("web1", "198.51.100.40", 1, true, "P2D")));
  }

  static ServiceReport lastResort() {
    return service(
        "mail.example.com",
        selection(
            "LAST_RESORT",
            "ams",
            "PT59S",
            "no pool is available: the whole first pool is answered; ams is not available: 0 of 1"
                + " healthy (web1: ams1 says DOWN); fra is not available: 0 of 1 healthy (web1:"
                + " ams1 says DOWN)",
            30,
            false,
            null),
        pool(
            "ams",
            "0 of 1 healthy",
            null,
            endpoint(
                "web1",
                "192.0.2.50",
                1,
                false,
                true,
                "DOWN",
                "PT59S",
                null,
                null,
                opinion("DOWN", false, 0, 40, false, "connection reset\u001b[2J by peer"))),
        pool(
            "fra",
            "0 of 1 healthy",
            null,
            down("web1", "198.51.100.50", "no route to host", null)));
  }

  static ServiceReport drained() {
    OperatorOverride leaving =
        new OperatorOverride("drain", "kernel update", "alice", ago("PT5M"), ahead("PT1H55M"));
    OperatorOverride gone = new OperatorOverride("drain", "sold", "bob", ago("PT2H"), null);
    OperatorOverride forced =
        new OperatorOverride("up", "the check is broken", "alice", ago("PT1M"), null);
    return service(
        "files.example.com",
        selection("SERVING", "ams", "P3DT4H", "ams is the first available pool", 30, false, null),
        pool(
            "ams",
            "2 of 4 healthy",
            "P3DT4H",
            endpoint(
                "web1",
                "192.0.2.60",
                1,
                false,
                false,
                "UP",
                "PT5M",
                leaving,
                ahead("PT23.5S"),
                opinion("UP", false, 900, 0, true, "200 OK")),
            endpoint(
                "web2",
                "192.0.2.61",
                1,
                false,
                false,
                "UP",
                "PT2H",
                gone,
                ago("PT1H59M"),
                opinion("UP", false, 900, 0, true, "200 OK")),
            endpoint(
                "web3",
                "192.0.2.62",
                1,
                true,
                true,
                "DOWN",
                "PT1M",
                forced,
                ahead("PT29S"),
                opinion("DOWN", false, 0, 9, false, "404 Not Found")),
            endpoint(
                "web4",
                "192.0.2.63",
                1,
                true,
                true,
                "UP",
                "P3DT4H",
                null,
                ahead("PT29S"),
                opinion("UP", true, 0, 1, false, "timed out after 2 s"))));
  }

  static ServiceReport many(int number) {
    ServiceReport plain = number % 100 == 7 ? failedOver() : healthy();
    return new ServiceReport(
        "service%03d.example.com".formatted(number),
        plain.zone(),
        plain.failback(),
        plain.whenAllDown(),
        plain.selections(),
        plain.pools(),
        plain.overrides(),
        plain.answers(),
        plain.handedOut());
  }

  static ServiceReport separate() {
    ServiceReport joint = failedOver();
    Selection four = joint.selections().getFirst();
    Selection six =
        new Selection(
            "ipv6",
            "SERVING",
            "ams",
            ago("P3D"),
            "ams is the first available pool",
            30,
            true,
            null,
            List.of());
    return new ServiceReport(
        "dual.example.com",
        joint.zone(),
        joint.failback(),
        joint.whenAllDown(),
        List.of(
            new Selection(
                "ipv4",
                four.status(),
                four.pool(),
                four.since(),
                four.reason(),
                30,
                false,
                null,
                four.answers()),
            six),
        joint.pools(),
        joint.overrides(),
        joint.answers(),
        joint.handedOut());
  }

  static ExplanationReport explanation(ServiceReport service) {
    return new ExplanationReport(
        "ams1",
        NOW,
        new ExplanationReport.Question(service.name(), "A", "192.0.2.53"),
        new ExplanationReport.Answer(
            "NOERROR",
            true,
            "example.com",
            service.name(),
            service.selections().getFirst().status().equals("LAST_RESORT")
                ? "last resort: primary"
                : null,
            List.of(
                new ExplanationReport.AnswerRecord(service.name() + ".", 30, "A", "198.51.100.20")),
            List.of(),
            List.of()),
        service);
  }

  static ExplanationReport nxdomain() {
    return new ExplanationReport(
        "ams1",
        NOW,
        new ExplanationReport.Question("nosuch.example.com", "AAAA", null),
        new ExplanationReport.Answer(
            "NXDOMAIN",
            true,
            "example.com",
            null,
            null,
            List.of(),
            List.of(
                new ExplanationReport.AnswerRecord(
                    "example.com.",
                    300,
                    "SOA",
                    "ns1.example.com. admin.example.com. 1 7200 3600 1209600 300")),
            List.of()),
        null);
  }

  private static ServiceReport service(String name, Selection selection, Pool... pools) {
    return new ServiceReport(
        name,
        "example.com",
        "auto after 30s",
        "primary",
        List.of(selection),
        List.of(pools),
        List.of(),
        0,
        List.of());
  }

  private static Selection selection(
      String status,
      String pool,
      String since,
      String reason,
      int ttl,
      boolean pending,
      @Nullable Instant failbackAt) {
    return new Selection(
        "joint", status, pool, ago(since), reason, ttl, pending, failbackAt, List.of());
  }

  private static Pool pool(
      String name, String availability, @Nullable String since, Endpoint... endpoints) {
    return new Pool(
        name, since != null, availability, since == null ? null : ago(since), List.of(endpoints));
  }

  private static Endpoint up(
      String name, String destination, int weight, boolean answered, String since) {
    return endpoint(
        name,
        destination,
        weight,
        true,
        answered,
        "UP",
        since,
        null,
        answered ? ahead("PT29S") : null,
        opinion("UP", false, 4000, 0, true, "200 OK"));
  }

  private static Endpoint down(
      String name, String destination, String detail, @Nullable Instant heldUntil) {
    return endpoint(
        name,
        destination,
        1,
        false,
        false,
        "DOWN",
        "PT3M12S",
        null,
        heldUntil,
        opinion("DOWN", false, 0, 96, false, detail));
  }

  private static Endpoint endpoint(
      String name,
      String destination,
      int weight,
      boolean healthy,
      boolean answered,
      String verdict,
      String since,
      @Nullable OperatorOverride override,
      @Nullable Instant heldUntil,
      Opinion... opinions) {
    return new Endpoint(
        name,
        destination,
        weight,
        healthy,
        override != null
            ? "override " + override.state()
            : "verdict " + verdict + " of 1 of 1 vantages",
        answered,
        verdict,
        false,
        ago(since),
        override,
        null,
        List.of(),
        List.of(opinions),
        List.of(),
        null,
        heldUntil,
        0);
  }

  private static Opinion opinion(
      String health, boolean pending, int passes, int failures, boolean passed, String detail) {
    List<Observation> seen = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      seen.add(
          new Observation(
              ago("PT" + (2 + 5 * i) + "S"), passed, false, detail, passed ? 12.3 : 2000.4));
    }
    return new Opinion(
        "ams1", "web", health, false, pending, passes, failures, 3, 2, ago("PT3M12S"), seen);
  }
}
