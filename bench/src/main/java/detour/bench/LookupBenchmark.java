package detour.bench;

import detour.dns.wire.NameKey;
import detour.dns.zone.Lookup;
import detour.dns.zone.Zone;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// A name that was read already, looked up in its zone. The names go round in a fixed random order,
/// so that a large zone is met with cold caches, as in life.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class LookupBenchmark {
  @Param({"10000", "1000000"})
  public int names;

  @Param public Asked asked = Asked.RECORD;

  private final Lookup found = new Lookup();
  private Zone zone = new Workload(2).zone();
  private NameKey[] keys = {};
  private int next;

  @Setup(Level.Trial)
  public void prepare() {
    Workload workload = new Workload(names);
    zone = workload.zone();
    keys =
        workload.names(asked).stream().map(name -> new NameKey().set(name)).toArray(NameKey[]::new);
    Lookup.Outcome wanted =
        switch (asked) {
          case RECORD -> Lookup.Outcome.ANSWER;
          case SERVICE -> Lookup.Outcome.SERVICE;
          case MISSING_NAME -> Lookup.Outcome.NAME_ERROR;
        };
    if (lookup() != wanted) {
      throw new IllegalStateException("something else would be measured: " + found.outcome());
    }
  }

  @Benchmark
  public Lookup.Outcome lookup() {
    return zone.lookup(keys[next++ & (keys.length - 1)], Workload.TYPE_A, found);
  }
}
