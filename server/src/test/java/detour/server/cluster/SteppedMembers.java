package detour.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import detour.failover.model.OperatorOverride;
import detour.server.cluster.store.Entry;
import detour.server.cluster.store.SharedStore;
import detour.server.cluster.store.SimulatedStore;
import detour.server.cluster.store.Write;
import detour.server.publish.Latch;
import detour.server.publish.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Members of a cluster around one simulated store, in a time that the test moves on.
final class SteppedMembers {
  static final Duration LEASE = Duration.ofSeconds(6);
  static final Duration STALE_AFTER = Duration.ofSeconds(18);
  static final String SERVICE = "www.example.com";
  static final Keys KEYS = Keys.of("default");

  private static final Instant START = Instant.parse("2030-01-01T00:00:00Z");
  private static final long STEP_NANOS = 20_000_000L;

  final SimulatedStore store = new SimulatedStore(this::nowNanos);

  /// Somebody who writes past all members.
  final SharedStore hand = store.client();

  private final List<SteppedMember> members = new ArrayList<>();
  private long nanos = 3_600_000_000_000L;

  long nowNanos() {
    return nanos;
  }

  Instant now() {
    return START.plusNanos(nanos);
  }

  SteppedMember join(String name) {
    return join(name, Membership.Role.BOTH);
  }

  SteppedMember join(String name, Membership.Role role) {
    return join(name, role, Duration.ZERO);
  }

  /// @param ahead by how much its clock is
  SteppedMember join(String name, Membership.Role role, Duration ahead) {
    Membership settings = new Membership("default", name, name, role, LEASE, STALE_AFTER);
    SteppedMember member =
        new SteppedMember(
            settings,
            store.client(),
            new Time(this::nowNanos, () -> now().plus(ahead)),
            members.size());
    members.add(member);
    pass(Duration.ofSeconds(1));
    return member;
  }

  /// It takes no more turns.
  void leave(SteppedMember member) {
    members.remove(member);
    pass(Duration.ofSeconds(1));
  }

  void pass(Duration time) {
    long until = nanos + time.toNanos();
    while (nanos < until) {
      turn();
      nanos += STEP_NANOS;
    }
    turn();
  }

  private void turn() {
    members.forEach(SteppedMember::turn);
    store.run();
    members.forEach(SteppedMember::turn);
  }

  Latch latch(String pool, long epoch, String by) {
    return new Latch(SERVICE, "joint", pool, now(), false, epoch, by, "a test");
  }

  static String latchKey() {
    return KEYS.latch(SERVICE, "joint");
  }

  /// The store's latch, as [SteppedMember#text]; null for none.
  @Nullable String stored() {
    Entry entry = store.entry(latchKey());
    return entry == null
        ? null
        : SteppedMember.text(Records.latch(entry.value(), SERVICE, "joint").orElseThrow());
  }

  void put(String key, byte[] value) {
    assertThat(hand.commit(List.of(), List.of(new Write.Put(key, value)))).isNotNull();
    pass(Duration.ofSeconds(1));
  }

  void removeByHand(String key) {
    assertThat(hand.commit(List.of(), List.of(new Write.Remove(key)))).isNotNull();
  }

  /// Another program writes to the same store.
  void growPast(int revisions) {
    byte[] value = {1};
    for (int i = 0; i < revisions; i++) {
      assertThat(hand.commit(List.of(), List.of(new Write.Put("/elsewhere", value)))).isNotNull();
    }
    store.run();
  }

  OperatorOverride drain(String reason) {
    return new OperatorOverride(OperatorOverride.State.DRAIN, reason, "ann", now(), null);
  }

  /// The override that a member was told of, which must be one.
  OperatorOverride drainAt(SteppedMember member, String path) {
    return Objects.requireNonNull(member.overrideTold(path));
  }
}
