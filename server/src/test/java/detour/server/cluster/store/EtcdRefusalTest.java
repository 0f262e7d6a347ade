package detour.server.cluster.store;

import static detour.server.cluster.store.FollowedEtcd.failureOf;
import static org.assertj.core.api.Assertions.assertThat;

import detour.server.cluster.store.StoreFailure.Reason;
import detour.server.metrics.Metrics;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A real etcd that cannot do what it is asked to.
class EtcdRefusalTest {
  @TempDir private Path folder;

  @Test
  void shouldSayThatEtcdIsFull() throws Exception {
    try (EtcdMember etcd = EtcdMember.alone(folder, "--quota-backend-bytes", "4000000");
        EtcdStore store = storeAt(etcd)) {
      Awaitility.await()
          .atMost(FollowedEtcd.PATIENCE)
          .until(() -> {
            try {
              var _ = store.commit(List.of(), List.of(large())).join();
              return false;
            } catch (RuntimeException e) {
              return StoreFailure.of(e).reason() == Reason.FULL;
            }
          });

      StoreFailure failure = failureOf(store.commit(List.of(), List.of(large())));

      assertThat(failure.outcomeUnknown()).isFalse();
      assertThat(failure)
          .hasMessageContaining(etcd.endpoint().toString())
          .hasMessageContaining("compact and defragment etcd");
      assertThat(store.list("/detour/").join().entries()).isNotEmpty();
    }
  }

  private static Write large() {
    return new Write.Put("/detour/large", new byte[500_000]);
  }

  @Test
  void shouldNameTheSettingWhereTheGatewayIsOff() throws Exception {
    try (EtcdMember etcd = EtcdMember.withoutGateway(folder);
        EtcdStore store = storeAt(etcd)) {
      Awaitility.await()
          .atMost(FollowedEtcd.PATIENCE)
          .until(() -> failureOf(store.list("/detour/")).reason() == Reason.UNINTELLIGIBLE);

      assertThat(failureOf(store.list("/detour/")))
          .hasMessageContaining("enable-grpc-gateway: true");
    }
  }

  private static EtcdStore storeAt(EtcdMember etcd) {
    return new EtcdStore(
        EtcdSettings.of(List.of(etcd.endpoint())), System::nanoTime, new Random(1), new Metrics());
  }
}
