package detour.server.probe.application;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Whatever a server sends is read as messages or refused as malformed, and it makes no difference
/// in which pieces it comes in.
class DialogueFuzz {
  @FuzzTest(maxDuration = "1m")
  void shouldReadPostgresMessages(byte[] octets) {
    shouldNotMindPieces(
        octets,
        in -> {
          PostgresMessages.Message message = PostgresMessages.read(in);
          return message == null ? null : told(message);
        });
  }

  @FuzzTest(maxDuration = "1m")
  void shouldReadMysqlPackets(byte[] octets) {
    shouldNotMindPieces(
        octets,
        in -> {
          MysqlPackets.Packet packet = MysqlPackets.read(in, 4096);
          return packet == null ? null : told(packet);
        });
  }

  @FuzzTest(maxDuration = "1m")
  void shouldReadRedisReplies(byte[] octets) {
    shouldNotMindPieces(
        octets,
        in -> {
          RedisReply reply = RedisReply.read(in);
          return reply == null ? null : reply.toString();
        });
  }

  @FuzzTest(maxDuration = "1m")
  void shouldReadHealthAnswers(byte[] octets) {
    ByteBuf in = Unpooled.wrappedBuffer(octets);
    attempt(() -> String.valueOf(HealthMessages.status(in)));
  }

  @FuzzTest(maxDuration = "1m")
  void shouldReadScramMessages(byte[] octets) {
    String text = new String(octets, StandardCharsets.UTF_8);
    attempt(() -> new Scram("", "r").challenge(text).toString());
    assertThat(GrpcAnswer.decoded(text)).isNotNull();
  }

  /// Every way in which a dialogue may read a message's body.
  private static String told(PostgresMessages.Message message) {
    return message.type()
        + attempt(() -> PostgresMessages.error(message.body().duplicate()))
        + attempt(() -> PostgresMessages.firstColumn(message.body().duplicate()))
        + attempt(() -> ReplyText.untilZero(message.body().duplicate()))
        + attempt(() -> PostgresMessages.number(message.body().duplicate()));
  }

  private static String told(MysqlPackets.Packet packet) {
    return packet.kind()
        + attempt(() -> MysqlPackets.error(packet.body().duplicate()))
        + attempt(() -> MysqlPackets.firstColumn(packet.body().duplicate()))
        + attempt(() -> MysqlGreeting.read(packet.body().duplicate()).version());
  }

  private interface Reading {
    @Nullable Object read();
  }

  private static String attempt(Reading reading) {
    try {
      return String.valueOf(reading.read());
    } catch (MalformedReply malformed) {
      return String.valueOf(malformed.getMessage());
    }
  }

  private static void shouldNotMindPieces(byte[] octets, Function<ByteBuf, @Nullable String> read) {
    List<String> atOnce = new ArrayList<>();
    readAll(Unpooled.copiedBuffer(octets), read, atOnce);
    List<String> inPieces = new ArrayList<>();
    ByteBuf growing = Unpooled.buffer();
    for (byte octet : octets) {
      growing.writeByte(octet);
      if (!readAll(growing, read, inPieces)) {
        break;
      }
    }
    assertThat(inPieces).isEqualTo(atOnce);
  }

  /// @return whether what comes next may still be a message
  private static boolean readAll(
      ByteBuf in, Function<ByteBuf, @Nullable String> read, List<String> messages) {
    try {
      for (String message = read.apply(in); message != null; message = read.apply(in)) {
        messages.add(message);
      }
      return true;
    } catch (MalformedReply malformed) {
      return false;
    }
  }
}
