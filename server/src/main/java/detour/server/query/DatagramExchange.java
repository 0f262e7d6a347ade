package detour.server.query;

import detour.dns.wire.Header;
import detour.server.query.QueryFailed.Kind;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.PortUnreachableException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// One query over UDP, from a port of its own. What does not answer it is passed over, as a forged
/// answer may come before the true one.
final class DatagramExchange {
  private static final int MOST_OCTETS = 65_535;

  private int foreign;
  private int tooShort;

  /// How often each kind of stray datagram came, for people.
  List<String> strays() {
    List<String> strays = new ArrayList<>();
    if (foreign > 0) {
      strays.add(passedOver(foreign, "with another ID"));
    }
    if (tooShort > 0) {
      strays.add(passedOver(tooShort, "shorter than a header"));
    }
    return strays;
  }

  /// @throws QueryFailed when nothing that answers the query came in time
  Received ask(byte[] query, Target target, Duration timeout) throws QueryFailed {
    try (DatagramSocket socket = new DatagramSocket()) {
      // A connected socket takes packets of this server only, and hears that nobody listens.
      socket.connect(target.address());
      long start = System.nanoTime();
      socket.send(new DatagramPacket(query, query.length));
      DatagramPacket packet = new DatagramPacket(new byte[MOST_OCTETS], MOST_OCTETS);
      while (true) {
        long leftMillis = timeout.minusNanos(System.nanoTime() - start).toMillis();
        if (leftMillis <= 0) {
          throw noAnswer(target, timeout);
        }
        socket.setSoTimeout((int) Math.min(leftMillis, Integer.MAX_VALUE));
        packet.setLength(MOST_OCTETS);
        socket.receive(packet);
        byte[] octets = Arrays.copyOf(packet.getData(), packet.getLength());
        if (answers(octets, query)) {
          return new Received(octets, System.nanoTime() - start, 0, null);
        }
      }
    } catch (SocketTimeoutException e) {
      throw noAnswer(target, timeout);
    } catch (PortUnreachableException e) {
      throw new QueryFailed(Kind.REFUSED, "nothing listens on " + target + " over UDP");
    } catch (IOException e) {
      throw new QueryFailed(
          Kind.UNREACHABLE, target + " cannot be reached over UDP: " + e.getMessage());
    }
  }

  private boolean answers(byte[] octets, byte[] query) {
    if (octets.length < Header.OCTETS) {
      tooShort++;
      return false;
    }
    boolean response = (octets[2] & 0x80) != 0;
    if (!response || octets[0] != query[0] || octets[1] != query[1]) {
      foreign++;
      return false;
    }
    return true;
  }

  private QueryFailed noAnswer(Target target, Duration timeout) {
    String strays = strays().isEmpty() ? "" : "; " + String.join("; ", strays());
    return new QueryFailed(
        Kind.NO_ANSWER, "no answer from " + target + " over UDP within " + text(timeout) + strays);
  }

  static String text(Duration timeout) {
    long millis = timeout.toMillis();
    return millis % 1_000 == 0 ? millis / 1_000 + " s" : millis + " ms";
  }

  private static String passedOver(int number, String which) {
    return number == 1
        ? "a datagram " + which + " came and was passed over"
        : number + " datagrams " + which + " came and were passed over";
  }
}
