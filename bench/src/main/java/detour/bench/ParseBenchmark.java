package detour.bench;

import detour.dns.wire.QueryReader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// A query checked, its name folded and hashed, nothing answered.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class ParseBenchmark {
  private static final int NAMES = 10_000;

  private final QueryReader reader = new QueryReader();
  private final MemorySegment memory = Arena.global().allocate(Workload.BUFFER_BYTES);
  private byte[][] queries = {};
  private int next;

  @Setup(Level.Trial)
  public void prepare() {
    queries = new Workload(NAMES).queries(Asked.RECORD);
    if (parse() != QueryReader.Outcome.QUERY) {
      throw new IllegalStateException("the query was not understood; nothing would be measured");
    }
  }

  @Benchmark
  public QueryReader.Outcome parse() {
    byte[] query = queries[next++ & (queries.length - 1)];
    Workload.copy(query, memory);
    return reader.read(memory, 0, query.length);
  }
}
