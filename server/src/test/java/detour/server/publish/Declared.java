package detour.server.publish;

import detour.dns.wire.Name;
import detour.dns.zone.Zone;
import detour.dns.zone.ZoneBuilder;
import detour.dns.zone.ZoneException;
import detour.failover.model.Check;
import detour.failover.model.CheckSettings;
import detour.failover.model.Checks;
import detour.failover.model.Destination;
import detour.failover.model.Endpoint;
import detour.failover.model.FailoverBudget;
import detour.failover.model.Model;
import detour.failover.model.Pool;
import detour.failover.model.ProbeTarget;
import detour.failover.model.Service;
import detour.failover.model.Share;
import detour.failover.model.Thresholds;
import detour.failover.model.VerdictPolicy;
import detour.failover.model.WhenAllDown;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Short ways to declare services. A service is a value; each `with` makes another.
public record Declared(
    String name,
    List<Pool> pools,
    Service.Failback failback,
    WhenAllDown whenAllDown,
    Service.Families families,
    Duration ttl,
    Duration failbackAfter,
    @Nullable FailoverBudget budget) {
  static final String ORIGIN = "example.com";
  static final Check CHECK = check(Duration.ofSeconds(5));

  /// What the test check needs: nothing that matters.
  record Port(int number) implements CheckSettings {
    @Override
    public String summary() {
      return ":" + number;
    }
  }

  public static Declared service(String name, Pool... pools) {
    return new Declared(
        name,
        List.of(pools),
        Service.Failback.AUTO,
        new WhenAllDown.Primary(),
        Service.Families.JOINT,
        Duration.ofSeconds(30),
        Duration.ofSeconds(30),
        null);
  }

  public Declared failback(Service.Failback other) {
    return new Declared(name, pools, other, whenAllDown, families, ttl, failbackAfter, budget);
  }

  public Declared failbackAfter(Duration other) {
    return new Declared(name, pools, failback, whenAllDown, families, ttl, other, budget);
  }

  public Declared budget(int failovers, Duration window) {
    return new Declared(
        name,
        pools,
        failback,
        whenAllDown,
        families,
        ttl,
        failbackAfter,
        new FailoverBudget(failovers, window));
  }

  public Declared whenAllDown(WhenAllDown other) {
    return new Declared(name, pools, failback, other, families, ttl, failbackAfter, budget);
  }

  public Declared separate() {
    return new Declared(
        name, pools, failback, whenAllDown, Service.Families.SEPARATE, ttl, failbackAfter, budget);
  }

  Declared ttl(Duration other) {
    return new Declared(name, pools, failback, whenAllDown, families, other, failbackAfter, budget);
  }

  Service service() {
    return new Service(
        name,
        name,
        ORIGIN,
        ttl,
        Duration.ofSeconds(5),
        pools,
        failback,
        failbackAfter,
        whenAllDown,
        0,
        families,
        Service.UnknownHealth.UP,
        budget,
        Duration.ZERO,
        true);
  }

  /// Every endpoint is named as its destination.
  public static Pool pool(String name, String... destinations) {
    return pool(name, Checks.all(List.of(CHECK)), destinations);
  }

  public static Pool pool(String name, Checks checks, String... destinations) {
    List<Endpoint> endpoints =
        Stream.of(destinations)
            .map(text -> new Endpoint(text, destination(text), 1, checks))
            .toList();
    return new Pool(name, endpoints, Share.count(1));
  }

  /// The fast interval is a fifth of the interval, so that a pending decision is some seconds away.
  static Check check(Duration interval) {
    return new Check(
        "tcp",
        new Port(80),
        interval,
        interval.dividedBy(5),
        Duration.ofSeconds(2),
        Thresholds.DEFAULT);
  }

  static ProbeTarget target(String destination) {
    return new ProbeTarget(CHECK, destination(destination));
  }

  static Destination destination(String text) {
    try {
      return new Destination.Address(InetAddress.ofLiteral(text));
    } catch (IllegalArgumentException _) {
      return new Destination.HostName(text);
    }
  }

  static LoadedConfiguration configuration(Declared... services) {
    List<Service> all = new ArrayList<>();
    for (Declared declared : services) {
      all.add(declared.service());
    }
    return configuration(all);
  }

  static LoadedConfiguration configuration(List<Service> services) {
    return configuration(new Model("here", VerdictPolicy.ALONE, services));
  }

  static LoadedConfiguration configuration(Model model) {
    return new LoadedConfiguration("test.yaml", model, List.of(zone(model.services())), List.of());
  }

  private static Zone zone(List<Service> services) {
    Name origin = Name.parse(ORIGIN);
    Name server = Name.parse("ns1." + ORIGIN);
    ByteArrayOutputStream authority = new ByteArrayOutputStream();
    authority.writeBytes(server.toWire());
    authority.writeBytes(Name.parse("hostmaster." + ORIGIN).toWire());
    authority.writeBytes(
        ByteBuffer.allocate(20).putInt(1).putInt(2).putInt(3).putInt(4).putInt(5).array());
    try {
      ZoneBuilder zone =
          new ZoneBuilder(origin)
              .add(origin, 6, 300, authority.toByteArray())
              .add(origin, 2, 300, server.toWire());
      for (int index = 0; index < services.size(); index++) {
        zone.service(Name.parse(services.get(index).name()), index);
      }
      return zone.build();
    } catch (ZoneException e) {
      throw new AssertionError(e);
    }
  }
}
