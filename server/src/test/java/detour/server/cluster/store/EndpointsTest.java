package detour.server.cluster.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EndpointsTest {
  private static final URI FIRST = URI.create("http://etcd1:2379");
  private static final URI SECOND = URI.create("http://etcd2:2379");
  private static final URI THIRD = URI.create("http://etcd3:2379");
  private static final long SECOND_NANOS = 1_000_000_000L;

  private final Endpoints endpoints = new Endpoints(List.of(FIRST, SECOND, THIRD), new Random(1));

  @Test
  void shouldPreferTheFirst() {
    assertThat(endpoints.next(Set.of(), 0)).isEqualTo(FIRST);
    assertThat(endpoints.next(Set.of(), 0)).isEqualTo(FIRST);
  }

  @Test
  void shouldTakeTheNextWithinACall() {
    assertThat(endpoints.next(Set.of(FIRST), 0)).isEqualTo(SECOND);
    assertThat(endpoints.next(Set.of(FIRST, SECOND), 0)).isEqualTo(THIRD);
    assertThat(endpoints.next(Set.of(FIRST, SECOND, THIRD), 0)).isEqualTo(FIRST);
  }

  @Test
  void shouldLeaveAloneWhatFailedAndComeBack() {
    endpoints.failed(FIRST, 0);

    assertThat(endpoints.next(Set.of(), 0)).isEqualTo(SECOND);
    assertThat(endpoints.next(Set.of(), SECOND_NANOS)).isEqualTo(FIRST);
  }

  @Test
  void shouldLeaveAloneLongerWhatFailsAgainAndAgainButNotForEver() {
    for (int i = 0; i < 100; i++) {
      endpoints.failed(FIRST, 0);
    }

    assertThat(endpoints.next(Set.of(), 14 * SECOND_NANOS)).isEqualTo(SECOND);
    assertThat(endpoints.next(Set.of(), 31 * SECOND_NANOS)).isEqualTo(FIRST);
  }

  @Test
  void shouldForgiveWhatAnswered() {
    endpoints.failed(FIRST, 0);
    endpoints.answered(FIRST);

    assertThat(endpoints.next(Set.of(), 0)).isEqualTo(FIRST);
  }

  @Test
  void shouldAlwaysHaveOne() {
    Set<URI> seen = new HashSet<>();
    for (int i = 0; i < 30; i++) {
      URI next = endpoints.next(Set.of(), i);
      seen.add(next);
      endpoints.failed(next, i);
    }

    assertThat(seen).containsExactlyInAnyOrder(FIRST, SECOND, THIRD);
  }

  @Test
  void shouldTakeAnotherClusterOnlyWhenTheKnownOneHasGone() {
    ClusterIdentity identity = new ClusterIdentity();
    assertThat(identity.accepts(7, 0)).isTrue();
    assertThat(identity.accepts(8, SECOND_NANOS)).isFalse();
    assertThat(identity.accepts(7, 20 * SECOND_NANOS)).isTrue();
    assertThat(identity.accepts(8, 49 * SECOND_NANOS)).isFalse();
    assertThat(identity.generation()).isZero();

    assertThat(identity.accepts(8, 51 * SECOND_NANOS)).isTrue();

    assertThat(identity.generation()).isEqualTo(1);
    assertThat(identity.accepts(7, 52 * SECOND_NANOS)).isFalse();
  }
}
