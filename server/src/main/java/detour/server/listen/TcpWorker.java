package detour.server.listen;

import detour.dns.answer.AnswerTable;
import detour.dns.answer.ClientAddress;
import detour.dns.answer.Responder;
import detour.dns.answer.Transport;
import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What an event loop answers with: a responder and the memory it works in. Thread: its loop's.
final class TcpWorker {
  private static final int LENGTH_BYTES = 2;
  private static final int MESSAGE_BYTES = 65_535;

  private final Responder responder;
  private final ByteBuffer scratch = ByteBuffer.allocateDirect(MESSAGE_BYTES + 1);
  private final MemorySegment memory = MemorySegment.ofBuffer(scratch);
  private final Transport transport;
  private final Supplier<AnswerTable> table;
  private final Metrics metrics;
  private final FailureLog failures;

  /// @param settings their UDP payload size is announced to clients over TCP too (RFC 6891 section
  ///   6.2.3)
  TcpWorker(
      Transport transport, SocketSettings settings, Supplier<AnswerTable> table, Metrics metrics) {
    responder =
        new Responder(ThreadLocalRandom.current().nextLong(), settings.udp().payloadBytes());
    this.transport = transport;
    this.table = table;
    this.metrics = metrics;
    failures = new FailureLog(transport + " listener");
  }

  Responder responder() {
    return responder;
  }

  /// Reads a query of `length` octets from `in` and answers it.
  ///
  /// @param idleMillis for how long the connection may be idle, for clients that ask; 0 asks them
  ///   to close it
  /// @return the response with its length before it (RFC 1035 section 4.2.2), to be released by the
  ///   caller; null for none
  @Nullable ByteBuf answer(
      ByteBuf in, int length, ClientAddress client, long idleMillis, ByteBufAllocator allocator) {
    responder.tellIdleMillis(idleMillis);
    scratch.clear().limit(length);
    in.readBytes(scratch);
    int response = respond(length, client);
    if (response == 0) {
      return null;
    }
    scratch.clear().limit(response);
    // Length and message leave together (RFC 7766 section 8).
    return allocator.directBuffer(LENGTH_BYTES + response).writeShort(response).writeBytes(scratch);
  }

  private int respond(int length, ClientAddress client) {
    try {
      return responder.respond(
          table.get(),
          memory,
          0,
          length,
          MESSAGE_BYTES,
          transport,
          client,
          System.currentTimeMillis());
    } catch (RuntimeException | StackOverflowError e) {
      metrics.count(Counter.LISTENER_FAILURES);
      failures.report("a query failed", e);
      return 0;
    }
  }
}
