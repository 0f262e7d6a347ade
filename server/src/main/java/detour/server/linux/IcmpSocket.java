package detour.server.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/// A socket that sends echo requests of ICMP or ICMPv6 and receives their replies, and never waits.
/// Thread: its owner's only.
///
/// As a datagram socket it needs no privilege but that the process's group lies in
/// `net.ipv4.ping_group_range`, which holds for IPv6 too. Where that is refused it is a raw socket,
/// which needs `CAP_NET_RAW`.
public final class IcmpSocket implements AutoCloseable {
  /// Longer packets are cut when received, and cannot be sent.
  public static final int PACKET_BYTES_MAX = 2048;

  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;
  private static final int SOCK_DGRAM = 2;
  private static final int SOCK_RAW = 3;
  private static final int NONBLOCK_CLOEXEC = 0x800 | 0x80000;
  private static final int IPPROTO_ICMP = 1;
  private static final int IPPROTO_ICMPV6 = 58;
  private static final int SOL_SOCKET = 1;
  private static final int SO_RCVBUF = 8;
  private static final int SOL_RAW = 255;

  /// Both protocols' number of the option that says which types are not received.
  private static final int FILTER = 1;

  private static final int RECEIVE_BUFFER_BYTES = 1 << 20;
  private static final int ECHO_REPLY = 0;
  private static final int ECHO_REPLY_V6 = 129;
  private static final int FILTER_V6_BYTES = 32;

  private static final int SOCKADDR_IN_BYTES = 16;
  private static final int SOCKADDR_IN6_BYTES = 28;

  // struct msghdr of 64-bit Linux:
  //    0 msg_name      8 msg_namelen    16 msg_iov   24 msg_iovlen
  //   32 msg_control  40 msg_controllen 48 msg_flags
  private static final int HEADER_BYTES = 56;
  private static final int NAME_LENGTH = 8;
  private static final int IOV = 16;
  private static final int IOV_COUNT = 24;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment errno = arena.allocate(SystemCall.ERRNO);
  private final MemorySegment packet = arena.allocate(PACKET_BYTES_MAX, Long.BYTES);
  private final MemorySegment name = arena.allocate(SOCKADDR_IN6_BYTES, Long.BYTES);
  private final MemorySegment vector = arena.allocate(2L * Long.BYTES, Long.BYTES);
  private final MemorySegment header = arena.allocate(HEADER_BYTES, Long.BYTES);
  private final boolean ipv6;
  private final boolean raw;
  private final int descriptor;
  private boolean closed;

  private IcmpSocket(int descriptor, boolean ipv6, boolean raw) {
    this.descriptor = descriptor;
    this.ipv6 = ipv6;
    this.raw = raw;
    header.set(JAVA_LONG, 0, name.address());
    header.set(JAVA_LONG, IOV, vector.address());
    header.set(JAVA_LONG, IOV_COUNT, 1);
    vector.set(JAVA_LONG, 0, packet.address());
  }

  /// @param source the address to send from; null for the system's choice
  /// @throws SystemCallException with `EPERM` or `EACCES` where this process may not have one, or
  ///   when the source is no address of this machine
  public static IcmpSocket open(boolean ipv6, @Nullable InetAddress source)
      throws SystemCallException {
    IcmpSocket socket = open(ipv6);
    try {
      socket.prepare(source);
      return socket;
    } catch (SystemCallException e) {
      socket.close();
      throw e;
    }
  }

  private static IcmpSocket open(boolean ipv6) throws SystemCallException {
    int family = ipv6 ? AF_INET6 : AF_INET;
    int protocol = ipv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
    try {
      int datagram = SystemCall.SOCKET.call(family, SOCK_DGRAM | NONBLOCK_CLOEXEC, protocol);
      return new IcmpSocket(datagram, ipv6, false);
    } catch (SystemCallException refused) {
      if (refused.errno() != Errno.EACCES) {
        throw refused;
      }
      int raw = SystemCall.SOCKET.call(family, SOCK_RAW | NONBLOCK_CLOEXEC, protocol);
      return new IcmpSocket(raw, ipv6, true);
    }
  }

  private void prepare(@Nullable InetAddress source) throws SystemCallException {
    try (Arena temporary = Arena.ofConfined()) {
      MemorySegment bytes = temporary.allocateFrom(JAVA_INT, RECEIVE_BUFFER_BYTES);
      // Cut to net.core.rmem_max.
      setOption(SOL_SOCKET, SO_RCVBUF, bytes);
      if (raw) {
        // A raw socket receives all ICMP of the machine otherwise. A set bit keeps a type out.
        if (ipv6) {
          MemorySegment types = temporary.allocate(FILTER_V6_BYTES, Integer.BYTES).fill((byte) -1);
          int word = ECHO_REPLY_V6 / Integer.SIZE;
          types.setAtIndex(JAVA_INT, word, ~(1 << ECHO_REPLY_V6 % Integer.SIZE));
          setOption(IPPROTO_ICMPV6, FILTER, types);
        } else {
          setOption(SOL_RAW, FILTER, temporary.allocateFrom(JAVA_INT, ~(1 << ECHO_REPLY)));
        }
      }
    }
    if (source != null) {
      SystemCall.BIND.call(descriptor, name.address(), writeName(source));
    }
  }

  private void setOption(int level, int option, MemorySegment value) throws SystemCallException {
    SystemCall.SETSOCKOPT.call(descriptor, level, option, value.address(), value.byteSize());
  }

  /// Whether what is received has the sender's identifier and, with IPv4, the IP header still in
  /// it. A datagram socket receives the replies to its own requests alone, and sets the identifier
  /// itself.
  public boolean isRaw() {
    return raw;
  }

  int descriptor() {
    return descriptor;
  }

  /// @param message from the ICMP type on, at most [#PACKET_BYTES_MAX] octets
  /// @return 0, or the error number
  public int send(InetAddress to, byte[] message) {
    header.set(JAVA_INT, NAME_LENGTH, writeName(to));
    vector.set(JAVA_LONG, Long.BYTES, message.length);
    MemorySegment.copy(message, 0, packet, JAVA_BYTE, 0, message.length);
    return call(SystemCall.SENDMSG) < 0 ? errno.get(JAVA_INT, 0) : 0;
  }

  /// Receives a packet that has come.
  ///
  /// @return null when there is none
  public @Nullable Received receive() {
    header.set(JAVA_INT, NAME_LENGTH, (int) name.byteSize());
    vector.set(JAVA_LONG, Long.BYTES, PACKET_BYTES_MAX);
    long length = call(SystemCall.RECVMSG);
    if (length < 0) {
      return null;
    }
    return new Received(sender(), packet.asSlice(0, length).toArray(JAVA_BYTE));
  }

  /// A packet that came.
  public static final class Received {
    private final InetAddress from;
    private final byte[] octets;

    private Received(InetAddress from, byte[] octets) {
      this.from = from;
      this.octets = octets;
    }

    public InetAddress from() {
      return from;
    }

    /// As they came, see [IcmpSocket#isRaw]; the caller's own.
    public byte[] octets() {
      return octets;
    }
  }

  private long call(SystemCall call) {
    return SystemCall.invoke(errno, call.number(), descriptor, header.address(), 0, 0, 0);
  }

  private int writeName(InetAddress address) {
    byte[] octets = address.getAddress();
    name.fill((byte) 0);
    name.set(JAVA_SHORT, 0, (short) (ipv6 ? AF_INET6 : AF_INET));
    MemorySegment.copy(octets, 0, name, JAVA_BYTE, ipv6 ? 8 : 4, octets.length);
    if (address instanceof Inet6Address scoped) {
      name.set(JAVA_INT, 24, scoped.getScopeId());
    }
    return ipv6 ? SOCKADDR_IN6_BYTES : SOCKADDR_IN_BYTES;
  }

  private InetAddress sender() {
    byte[] octets = name.asSlice(ipv6 ? 8 : 4, ipv6 ? 16 : 4).toArray(JAVA_BYTE);
    try {
      return InetAddress.getByAddress(octets);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address has 4 or 16 octets", e);
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      SystemCall.CLOSE.call(descriptor);
    } catch (SystemCallException e) {
      // Linux releases the descriptor in any case.
    }
    arena.close();
  }
}
