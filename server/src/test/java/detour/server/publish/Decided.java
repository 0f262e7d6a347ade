package detour.server.publish;

import detour.failover.model.Endpoint;
import detour.failover.model.Health;
import detour.failover.model.Service;
import detour.failover.selection.Selection;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What a publish loop decided, in short: for those who look after every step.
///
/// @param tracks of all services, in the order of the configuration
public record Decided(List<OfService> services, List<OfTrack> tracks) {

  /// One service, as it was judged last.
  public static final class OfService {
    private final LiveService.View view;
    private final List<OfTrack> tracks;

    private OfService(LiveService.View view, List<OfTrack> tracks) {
      this.view = view;
      this.tracks = tracks;
    }
  }

  /// One service, or one family of it.
  ///
  /// @param family `joint`, `ipv4` or `ipv6`
  /// @param pool the position of the pool that serves; below zero for none of them
  /// @param pools in the order of the configuration
  public record OfTrack(
      String service, String family, int pool, List<OfPool> pools, String reason) {
    public String key() {
      return Latch.key(service, family);
    }

    /// The position of a pool; -1 for one that the service does not have.
    public int position(String name) {
      for (int pool = 0; pool < pools.size(); pool++) {
        if (pools.get(pool).name().equals(name)) {
          return pool;
        }
      }
      return -1;
    }

    /// The name of the pool that serves; empty for none.
    public String poolName() {
      return pool < 0 ? "" : pools.get(pool).name();
    }

    public boolean overridden() {
      for (OfPool each : pools) {
        for (OfEndpoint endpoint : each.endpoints()) {
          if (endpoint.overridden()) {
            return true;
          }
        }
      }
      return false;
    }
  }

  /// One pool of a service.
  ///
  /// @param endpoints those of the family
  public record OfPool(String name, List<OfEndpoint> endpoints) {
    /// One healthy endpoint is enough.
    public boolean available() {
      for (OfEndpoint endpoint : endpoints) {
        if (endpoint.healthy()) {
          return true;
        }
      }
      return false;
    }

    public boolean frozen() {
      for (OfEndpoint endpoint : endpoints) {
        if (endpoint.frozen()) {
          return true;
        }
      }
      return false;
    }
  }

  /// One endpoint.
  ///
  /// @param healthy by verdict and override
  public record OfEndpoint(
      String destination,
      Health verdict,
      boolean frozen,
      boolean healthy,
      boolean overridden,
      String reason) {}

  /// What is decided now.
  ///
  /// @param before of the same loop; services that were not judged since keep their records
  static Decided of(Directory directory, @Nullable Decided before) {
    List<OfService> services = new ArrayList<>();
    boolean judged = false;
    for (LiveService live : directory.services()) {
      OfService known = before == null ? null : before.services().get(services.size());
      if (known != null && isOf(known, live)) {
        services.add(known);
      } else {
        judged = true;
        services.add(service(live));
      }
    }
    return before != null && !judged ? before : new Decided(services, tracks(services));
  }

  // A view is made anew by each judgement, be it equal to the former.
  @SuppressWarnings("ReferenceEquality")
  private static boolean isOf(OfService known, LiveService live) {
    return known.view == live.view();
  }

  private static List<OfTrack> tracks(List<OfService> services) {
    List<OfTrack> tracks = new ArrayList<>();
    services.forEach(service -> tracks.addAll(service.tracks));
    return tracks;
  }

  private static OfService service(LiveService live) {
    LiveService.View view = Objects.requireNonNull(live.view());
    return new OfService(
        view, view.selections().stream().map(selection -> track(live, selection)).toList());
  }

  private static OfTrack track(LiveService live, Selection selection) {
    Service service = live.service();
    List<OfPool> pools = new ArrayList<>();
    for (int pool = 0; pool < live.pools().size(); pool++) {
      List<OfEndpoint> endpoints = new ArrayList<>();
      for (LiveEndpoint endpoint : live.pools().get(pool)) {
        if (selection.track().includes(endpoint.endpoint())) {
          endpoints.add(endpoint(endpoint.endpoint(), endpoint.view()));
        }
      }
      pools.add(new OfPool(service.pools().get(pool).name(), endpoints));
    }
    String family = selection.track().name().toLowerCase(Locale.ROOT);
    return new OfTrack(service.name(), family, selection.pool(), pools, selection.reason());
  }

  private static OfEndpoint endpoint(Endpoint endpoint, LiveEndpoint.@Nullable View view) {
    return view == null
        ? new OfEndpoint(endpoint.name(), Health.UNKNOWN, true, false, false, "not judged yet")
        : new OfEndpoint(
            endpoint.name(),
            view.verdict().health(),
            view.verdict().frozen(),
            view.health().healthy(),
            view.health().override() != null,
            view.verdict().reason());
  }
}
