package detour.server.query;

import detour.dns.wire.Header;
import detour.server.query.QueryFailed.Kind;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/// One query over a TCP connection of its own, in TLS or not (RFC 7766, RFC 7858).
final class StreamExchange {
  private final Target target;
  private final Duration timeout;
  private final @Nullable TlsClient tls;
  private final String protocol;

  /// @param tls null for plain TCP
  StreamExchange(Target target, Duration timeout, @Nullable TlsClient tls) {
    this.target = target;
    this.timeout = timeout;
    this.tls = tls;
    protocol = tls == null ? "TCP" : "TLS";
  }

  /// @throws QueryFailed when there is no whole answer, or one to another query
  Received ask(byte[] query) throws QueryFailed {
    long start = System.nanoTime();
    try (Socket plain = new Socket()) {
      plain.connect(target.address(), leftMillis(start));
      plain.setTcpNoDelay(true);
      if (tls == null) {
        return exchange(plain, query, start, null);
      }
      plain.setSoTimeout(leftMillis(start));
      try (SSLSocket secured = tls.over(plain, target)) {
        return exchange(secured, query, start, TlsClient.describe(secured, tls.isChecked()));
      }
    } catch (SocketTimeoutException e) {
      throw new QueryFailed(
          Kind.NO_ANSWER,
          "no answer from "
              + target
              + " over "
              + protocol
              + " within "
              + DatagramExchange.text(timeout));
    } catch (ConnectException e) {
      throw String.valueOf(e.getMessage()).contains("refused")
          ? new QueryFailed(Kind.REFUSED, target + " refuses connections over TCP")
          : unreachable(e);
    } catch (SSLException e) {
      throw new QueryFailed(Kind.TLS, "TLS with " + target + " failed: " + TlsClient.reason(e));
    } catch (IOException e) {
      throw unreachable(e);
    }
  }

  private QueryFailed unreachable(IOException e) {
    return new QueryFailed(
        Kind.UNREACHABLE, target + " cannot be reached over " + protocol + ": " + e.getMessage());
  }

  private Received exchange(Socket socket, byte[] query, long start, @Nullable String description)
      throws IOException, QueryFailed {
    long connected = System.nanoTime();
    // RFC 7766 section 8: the length and the message in one segment.
    OutputStream out = socket.getOutputStream();
    out.write(
        ByteBuffer.allocate(Short.BYTES + query.length)
            .putShort((short) query.length)
            .put(query)
            .array());
    out.flush();
    socket.setSoTimeout(leftMillis(start));
    DataInputStream in = new DataInputStream(socket.getInputStream());
    byte[] length = in.readNBytes(Short.BYTES);
    if (length.length < Short.BYTES) {
      throw new QueryFailed(
          Kind.CLOSED, target + " closed the connection over " + protocol + " without an answer");
    }
    int octets = Short.toUnsignedInt(ByteBuffer.wrap(length).getShort());
    byte[] answer = in.readNBytes(octets);
    long end = System.nanoTime();
    if (answer.length < octets) {
      throw new QueryFailed(
          Kind.CLOSED,
          "%s closed the connection over %s after %d of %d octets of its answer"
              .formatted(target, protocol, answer.length, octets));
    }
    if (octets < Header.OCTETS) {
      throw new QueryFailed(
          Kind.MALFORMED,
          "the answer of " + target + " has " + octets + " octets; a header has " + Header.OCTETS);
    }
    if (answer[0] != query[0] || answer[1] != query[1]) {
      throw new QueryFailed(
          Kind.MALFORMED,
          "the answer of %s has the ID %d, the query %d"
              .formatted(target, identifier(answer), identifier(query)));
    }
    return new Received(answer, end - start, connected - start, description);
  }

  /// @throws SocketTimeoutException when there is none left
  private int leftMillis(long start) throws SocketTimeoutException {
    long left = timeout.minusNanos(System.nanoTime() - start).toMillis();
    if (left <= 0) {
      throw new SocketTimeoutException();
    }
    return (int) Math.min(left, Integer.MAX_VALUE);
  }

  private static int identifier(byte[] message) {
    return Short.toUnsignedInt(ByteBuffer.wrap(message).getShort());
  }
}
