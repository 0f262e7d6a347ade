package detour.bench;

import detour.dns.answer.AnswerTable;
import detour.dns.answer.ClientAddress;
import detour.dns.answer.RateBuckets;
import detour.dns.answer.RateLimits;
import detour.dns.answer.Responder;
import detour.dns.answer.ServerOptions;
import detour.dns.answer.ServiceAnswer;
import detour.dns.answer.Transport;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
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

/// A whole query over native memory, as a listener does it: the query copied in, the response
/// written over it. The copy costs a few nanoseconds and stands for the kernel's.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class AnswerBenchmark {
  @Param({"10000", "1000000"})
  public int names;

  @Param public Asked asked = Asked.RECORD;

  /// Whether rate limits are looked at; no response is above one.
  @Param({"false", "true"})
  public boolean limited;

  private static final int CLIENTS = 1 << 14;

  private final Responder responder = new Responder(1, 1232, new RateBuckets(1));
  private final ClientAddress client = new ClientAddress();
  private final MemorySegment memory = Arena.global().allocate(Workload.BUFFER_BYTES);
  private AnswerTable table = AnswerTable.of(List.of(), new ServiceAnswer[0]);
  private byte[][] queries = {};
  private int next;

  @Setup(Level.Trial)
  public void prepare() {
    Workload workload = new Workload(names);
    table =
        workload
            .answerTable()
            .identifiedBy(
                ServerOptions.NONE.limiting(limited ? RateLimits.DEFAULT : RateLimits.OFF), 1);
    queries = workload.queries(asked);
    if (answer() <= queries[0].length) {
      throw new IllegalStateException("the query was not answered; nothing would be measured");
    }
  }

  @Benchmark
  public int answer() {
    byte[] query = queries[next++ & (queries.length - 1)];
    client.set(0, ClientAddress.mapped((next & (CLIENTS - 1)) << 8));
    Workload.copy(query, memory);
    return responder.respond(
        table,
        memory,
        0,
        query.length,
        Workload.BUFFER_BYTES,
        Transport.UDP,
        client,
        1_000_000L + next / 1_000);
  }
}
