package detour.server.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/// A bound UDP socket that moves datagrams in batches, and replies from the address that was asked
/// even where it is bound to a wildcard. One thread receives and sends; any thread may [#wake].
public final class BatchSocket implements AutoCloseable {
  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;
  private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
  private static final int SOL_SOCKET = 1;
  private static final int SO_RCVBUF = 8;
  private static final int SO_REUSEPORT = 15;
  private static final int SO_RCVTIMEO = 20;
  private static final int SO_SNDTIMEO = 21;
  private static final int SO_RCVBUFFORCE = 33;
  private static final int IPPROTO_IP = 0;
  private static final int IP_PKTINFO = 8;
  private static final int IP_MTU_DISCOVER = 10;
  private static final int IPPROTO_IPV6 = 41;
  private static final int IPV6_MTU_DISCOVER = 23;
  private static final int IPV6_V6ONLY = 26;
  private static final int IPV6_RECVPKTINFO = 49;
  private static final int PMTUDISC_OMIT = 5;
  private static final int MSG_DONTWAIT = 0x40;
  private static final int MSG_WAITFORONE = 0x10000;
  private static final int SHUT_RD = 0;

  private static final long RECVMMSG = SystemCall.RECVMMSG.number();
  private static final long SENDMMSG = SystemCall.SENDMMSG.number();

  private static final int SOCKADDR_IN_BYTES = 16;
  private static final int SOCKADDR_IN6_BYTES = 28;

  /// A receiving thread that misses its wake-up notices within this time that it should end.
  private static final long RECEIVE_TIMEOUT_MICROS = 500_000;

  /// A full device queue may hold up a reply this long; then it is dropped, as the network would.
  private static final long SEND_TIMEOUT_MICROS = 100_000;

  private final int descriptor;
  private final InetSocketAddress address;
  private boolean closed;

  private BatchSocket(int descriptor, InetSocketAddress address) {
    this.descriptor = descriptor;
    this.address = address;
  }

  /// Binds sockets that share one address; the kernel spreads clients over them.
  ///
  /// @param address port 0 takes any free port
  /// @param count at least 1
  /// @param receiveBufferBytes wanted for each; the kernel may grant less
  /// @throws SystemCallException when the address cannot be had; it is not shared with anyone else,
  ///   whatever socket options they chose
  public static List<BatchSocket> open(InetSocketAddress address, int count, int receiveBufferBytes)
      throws SystemCallException {
    List<BatchSocket> sockets = new ArrayList<>();
    try {
      // The first one binds without SO_REUSEPORT, for else the address could be shared unnoticed
      // with another server of the same user, and every second client would meet the other one.
      BatchSocket first = openOne(address, false, receiveBufferBytes);
      sockets.add(first);
      setOption(first.descriptor, SOL_SOCKET, SO_REUSEPORT, 1);
      while (sockets.size() < count) {
        sockets.add(openOne(first.address, true, receiveBufferBytes));
      }
      return sockets;
    } catch (SystemCallException e) {
      sockets.forEach(BatchSocket::close);
      throw e;
    }
  }

  /// The bound address, port included.
  public InetSocketAddress address() {
    return address;
  }

  /// Receives what has come, up to a whole batch.
  ///
  /// @param wait whether to wait for a first datagram, up to half a second
  /// @return datagrams received, at least 1; or the negative error number, of which `EAGAIN` says
  ///   that none came and `EINTR` that a signal did
  public int receive(DatagramBatch batch, boolean wait) {
    batch.prepareToReceive();
    int result =
        (int)
            SystemCall.invoke(
                batch.errnoSegment(),
                RECVMMSG,
                descriptor,
                batch.receiveHeader(0),
                DatagramBatch.SIZE,
                wait ? MSG_WAITFORONE : MSG_DONTWAIT,
                0);
    batch.received(result);
    return result >= 0 ? result : -batch.errno();
  }

  /// Sends the replies that are lined up, from one of them on.
  ///
  /// @return replies sent, at least 1; or the negative error number, which concerns reply `from`
  public int send(DatagramBatch batch, int from) {
    int result =
        (int)
            SystemCall.invoke(
                batch.errnoSegment(),
                SENDMMSG,
                descriptor,
                batch.sendHeader(from),
                batch.replies() - from,
                0,
                0);
    return result >= 0 ? result : -batch.errno();
  }

  /// Ends a wait in [#receive], now and from now on; datagrams that are queued can still be
  /// received.
  public void wake() {
    try {
      SystemCall.SHUTDOWN.call(descriptor, SHUT_RD);
    } catch (SystemCallException e) {
      return; // an unconnected socket gives ENOTCONN, and wakes its readers all the same
    }
  }

  /// Closes the socket. No other method may run or follow.
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      closeDescriptor(descriptor);
    }
  }

  private static BatchSocket openOne(
      InetSocketAddress address, boolean shared, int receiveBufferBytes)
      throws SystemCallException {
    boolean ipv6 = address.getAddress() instanceof Inet6Address;
    int descriptor = SystemCall.SOCKET.call(ipv6 ? AF_INET6 : AF_INET, SOCK_DGRAM_CLOEXEC, 0);
    try {
      if (ipv6) {
        setOption(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, 1);
      }
      setOption(
          descriptor,
          ipv6 ? IPPROTO_IPV6 : IPPROTO_IP,
          ipv6 ? IPV6_RECVPKTINFO : IP_PKTINFO,
          address.getAddress().isAnyLocalAddress() ? 1 : 0);
      ignoreMtuHints(descriptor, ipv6);
      enlargeReceiveBuffer(descriptor, receiveBufferBytes);
      setTimeout(descriptor, SO_RCVTIMEO, RECEIVE_TIMEOUT_MICROS);
      setTimeout(descriptor, SO_SNDTIMEO, SEND_TIMEOUT_MICROS);
      if (shared) {
        setOption(descriptor, SOL_SOCKET, SO_REUSEPORT, 1);
      }
      return new BatchSocket(descriptor, bind(descriptor, address));
    } catch (SystemCallException e) {
      closeDescriptor(descriptor);
      throw e;
    }
  }

  /// Forged "fragmentation needed" messages must not make the kernel fragment answers: fragments
  /// can be replaced by an attacker off the path. Kernels without the option go without.
  private static void ignoreMtuHints(int descriptor, boolean ipv6) {
    try {
      setOption(
          descriptor,
          ipv6 ? IPPROTO_IPV6 : IPPROTO_IP,
          ipv6 ? IPV6_MTU_DISCOVER : IP_MTU_DISCOVER,
          PMTUDISC_OMIT);
    } catch (SystemCallException e) {
      return; // the default behaviour answers too
    }
  }

  private static void enlargeReceiveBuffer(int descriptor, int bytes) throws SystemCallException {
    try {
      setOption(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, bytes);
    } catch (SystemCallException e) {
      setOption(descriptor, SOL_SOCKET, SO_RCVBUF, bytes); // cut to net.core.rmem_max
    }
  }

  private static InetSocketAddress bind(int descriptor, InetSocketAddress wanted)
      throws SystemCallException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocate(SOCKADDR_IN6_BYTES, Long.BYTES);
      int length = writeName(name, wanted);
      SystemCall.BIND.call(descriptor, name.address(), length);
      MemorySegment nameLength = arena.allocate(JAVA_INT);
      nameLength.set(JAVA_INT, 0, length);
      SystemCall.GETSOCKNAME.call(descriptor, name.address(), nameLength.address());
      int port = Short.toUnsignedInt(Short.reverseBytes(name.get(JAVA_SHORT, 2)));
      return new InetSocketAddress(wanted.getAddress(), port);
    }
  }

  /// Writes a `sockaddr_in` or `sockaddr_in6` and returns its length.
  private static int writeName(MemorySegment name, InetSocketAddress address) {
    InetAddress ip = address.getAddress();
    byte[] octets = ip.getAddress();
    boolean ipv4 = ip instanceof Inet4Address;
    name.set(JAVA_SHORT, 0, (short) (ipv4 ? AF_INET : AF_INET6));
    name.set(JAVA_SHORT, 2, Short.reverseBytes((short) address.getPort()));
    MemorySegment.copy(octets, 0, name, JAVA_BYTE, ipv4 ? 4 : 8, octets.length);
    if (ip instanceof Inet6Address ipv6) {
      name.set(JAVA_INT, 24, ipv6.getScopeId());
    }
    return ipv4 ? SOCKADDR_IN_BYTES : SOCKADDR_IN6_BYTES;
  }

  private static void setOption(int descriptor, int level, int option, int value)
      throws SystemCallException {
    try (Arena arena = Arena.ofConfined()) {
      long pointer = arena.allocateFrom(JAVA_INT, value).address();
      SystemCall.SETSOCKOPT.call(descriptor, level, option, pointer, Integer.BYTES);
    }
  }

  private static void setTimeout(int descriptor, int option, long micros)
      throws SystemCallException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment time = arena.allocate(2L * Long.BYTES, Long.BYTES); // struct timeval
      time.set(JAVA_LONG, 0, micros / 1_000_000);
      time.set(JAVA_LONG, Long.BYTES, micros % 1_000_000);
      SystemCall.SETSOCKOPT.call(descriptor, SOL_SOCKET, option, time.address(), 2L * Long.BYTES);
    }
  }

  private static void closeDescriptor(int descriptor) {
    try {
      SystemCall.CLOSE.call(descriptor);
    } catch (SystemCallException e) {
      return; // Linux releases the descriptor in any case
    }
  }
}
