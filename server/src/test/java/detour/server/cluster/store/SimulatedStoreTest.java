package detour.server.cluster.store;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

class SimulatedStoreTest extends SharedStoreContract {
  private static final long STEP_NANOS = 50_000_000L;
  private static final int STEPS_MAX = 10_000;

  private final AtomicLong nanos = new AtomicLong();
  private final SimulatedStore world = new SimulatedStore(nanos::get);
  private final SharedStore store = world.client();
  private final SharedStore second = world.client();

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
    for (int step = 0; step < STEPS_MAX; step++) {
      world.run();
      if (holds.getAsBoolean()) {
        return;
      }
      nanos.addAndGet(STEP_NANOS);
    }
    throw new AssertionError("it never became so");
  }

  @Override
  void compact() {
    world.compact();
  }
}
