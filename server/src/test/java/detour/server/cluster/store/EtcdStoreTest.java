package detour.server.cluster.store;

import detour.server.metrics.Metrics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/// The contract, held by a real etcd.
class EtcdStoreTest extends SharedStoreContract {
  private static EtcdMember etcd;

  private final SharedStore store = open();
  private final SharedStore second = open();

  @BeforeAll
  static void start(@TempDir Path folder) throws IOException {
    etcd = EtcdMember.alone(folder);
  }

  @AfterAll
  static void stop() {
    if (etcd != null) {
      etcd.close();
    }
  }

  @AfterEach
  void close() {
    store.close();
    second.close();
  }

  private static SharedStore open() {
    return new EtcdStore(
        EtcdSettings.of(List.of(etcd.endpoint())), System::nanoTime, new Random(1), new Metrics());
  }

  @Override
  SharedStore store() {
    return store;
  }

  @Override
  SharedStore secondStore() {
    return second;
  }

  @Override
  void until(BooleanSupplier holds) {
    Awaitility.await()
        .pollInterval(Duration.ofMillis(5))
        .atMost(Duration.ofSeconds(60))
        .until(holds::getAsBoolean);
  }

  @Override
  void compact() {
    etcd.compact(get(store.list("/")).revision());
  }
}
