package detour.server.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Up to [#SIZE] datagrams that are received by one call and answered by one call, each in the
/// buffer it came in. Allocated once, outside the heap. Thread: its owner's only.
///
/// Received datagrams have slots `0` to `received - 1`. [#reply] lines up a slot's answer in a
/// second array of headers, so that slots without an answer leave no gap in what is sent. A reply
/// shares its slot's address and control message: the client's address as it came, and the address
/// that was asked, to be answered from.
@SuppressWarnings("restricted") // raw addresses are the point here
public final class DatagramBatch implements AutoCloseable {
  /// All memory, addressed by raw addresses: spares the hot path one object and one check for each
  /// datagram.
  public static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  public static final int SIZE = 64;
  public static final int BUFFER_BYTES = 4096;

  // struct mmsghdr of 64-bit Linux:
  //    0 msg_name      8 msg_namelen    16 msg_iov   24 msg_iovlen
  //   32 msg_control  40 msg_controllen 48 msg_flags 56 msg_len
  private static final int HEADER_BYTES = 64;
  private static final int NAME = 0;
  private static final int NAME_LENGTH = 8;
  private static final int IOV = 16;
  private static final int IOV_COUNT = 24;
  private static final int CONTROL = 32;
  private static final int CONTROL_LENGTH = 40;
  private static final int FLAGS = 48;
  private static final int LENGTH = 56;

  private static final int IOVEC_BYTES = 16;
  private static final int NAME_BYTES = 32;
  private static final int CONTROL_BYTES = 64;

  // struct sockaddr_in: 0 sin_family, 2 sin_port, 4 sin_addr.
  // struct sockaddr_in6: 0 sin6_family, 2 sin6_port, 4 sin6_flowinfo, 8 sin6_addr.
  private static final int NAME_BYTES_IPV4 = 16;
  private static final int PORT = 2;
  private static final int ADDRESS_IPV4 = 4;
  private static final int ADDRESS_IPV6 = 8;
  private static final long MAPPED_IPV4 = 0xFFFFL << 32;
  private static final ValueLayout.OfShort NETWORK_SHORT =
      JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfInt NETWORK_INT = JAVA_INT.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfLong NETWORK_LONG = JAVA_LONG.withOrder(ByteOrder.BIG_ENDIAN);

  // struct cmsghdr: 0 cmsg_len, 8 cmsg_level, 12 cmsg_type, 16 the data.
  private static final int CONTROL_LEVEL = 8;
  private static final int CONTROL_DATA = 16;
  private static final int LEVEL_IPV6 = 41;
  private static final int PKTINFO_BYTES_IPV4 = 12;
  private static final int PKTINFO_BYTES_IPV6 = 20;
  private static final int INTERFACE_OFFSET_IPV6 = 16;

  private static final int MSG_TRUNC = 0x20;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment errno =
      MemorySegment.ofAddress(arena.allocate(SystemCall.ERRNO).address())
          .reinterpret(SystemCall.ERRNO.byteSize());
  private final long buffers = arena.allocate((long) SIZE * BUFFER_BYTES, 4096).address();
  private final long names = arena.allocate((long) SIZE * NAME_BYTES, 64).address();
  private final long controls = arena.allocate((long) SIZE * CONTROL_BYTES, 64).address();
  private final long receiveVectors = arena.allocate((long) SIZE * IOVEC_BYTES, 64).address();
  private final long receiveHeaders = arena.allocate((long) SIZE * HEADER_BYTES, 64).address();
  private final long sendVectors = arena.allocate((long) SIZE * IOVEC_BYTES, 64).address();
  private final long sendHeaders = arena.allocate((long) SIZE * HEADER_BYTES, 64).address();
  private int received = SIZE;
  private int replies;

  public DatagramBatch() {
    for (int slot = 0; slot < SIZE; slot++) {
      long vector = receiveVectors + (long) slot * IOVEC_BYTES;
      ALL.set(JAVA_LONG, vector, address(slot));
      ALL.set(JAVA_LONG, vector + Long.BYTES, BUFFER_BYTES);
      long header = receiveHeader(slot);
      ALL.set(JAVA_LONG, header + NAME, name(slot));
      ALL.set(JAVA_LONG, header + IOV, vector);
      ALL.set(JAVA_LONG, header + IOV_COUNT, 1);
      ALL.set(JAVA_LONG, header + CONTROL, control(slot));
      long reply = sendHeader(slot);
      ALL.set(JAVA_LONG, reply + IOV, sendVectors + (long) slot * IOVEC_BYTES);
      ALL.set(JAVA_LONG, reply + IOV_COUNT, 1);
    }
  }

  /// Address of the buffer of a slot; [#BUFFER_BYTES] long.
  public long address(int slot) {
    return buffers + (long) slot * BUFFER_BYTES;
  }

  /// Octets received in a slot; 0 where the datagram was longer than the buffer, and was cut.
  public int length(int slot) {
    long header = receiveHeader(slot);
    boolean cut = (ALL.get(JAVA_INT, header + FLAGS) & MSG_TRUNC) != 0;
    return cut ? 0 : ALL.get(JAVA_INT, header + LENGTH);
  }

  /// The first eight octets of the address that a slot's datagram came from, the first in the
  /// highest bits; of an IPv4 address as IPv6 has it (`::ffff:192.0.2.1`).
  public long clientHigh(int slot) {
    return isIpv4(slot) ? 0 : ALL.get(NETWORK_LONG, name(slot) + ADDRESS_IPV6);
  }

  /// The last eight octets of that address.
  public long clientLow(int slot) {
    return isIpv4(slot)
        ? MAPPED_IPV4 | (ALL.get(NETWORK_INT, name(slot) + ADDRESS_IPV4) & 0xFFFF_FFFFL)
        : ALL.get(NETWORK_LONG, name(slot) + ADDRESS_IPV6 + Long.BYTES);
  }

  /// The port that the slot's datagram came from.
  public int clientPort(int slot) {
    return ALL.get(NETWORK_SHORT, name(slot) + PORT) & 0xFFFF;
  }

  /// Lines up the first `length` octets of a slot's buffer to be sent to where the slot's datagram
  /// came from.
  public void reply(int slot, int length) {
    long from = receiveHeader(slot);
    long vector = sendVectors + (long) replies * IOVEC_BYTES;
    ALL.set(JAVA_LONG, vector, address(slot));
    ALL.set(JAVA_LONG, vector + Long.BYTES, length);
    long reply = sendHeader(replies);
    ALL.set(JAVA_LONG, reply + NAME, name(slot));
    ALL.set(JAVA_INT, reply + NAME_LENGTH, ALL.get(JAVA_INT, from + NAME_LENGTH));
    long controlLength = ALL.get(JAVA_LONG, from + CONTROL_LENGTH);
    ALL.set(JAVA_LONG, reply + CONTROL, controlLength == 0 ? 0 : control(slot));
    ALL.set(JAVA_LONG, reply + CONTROL_LENGTH, controlLength);
    if (controlLength != 0) {
      releaseInterface(control(slot), controlLength);
    }
    replies++;
  }

  /// How many replies are lined up.
  public int replies() {
    return replies;
  }

  @Override
  public void close() {
    arena.close();
  }

  /// Restores what the kernel and the last replies changed.
  void prepareToReceive() {
    for (int slot = 0; slot < received; slot++) {
      long header = receiveHeader(slot);
      ALL.set(JAVA_INT, header + NAME_LENGTH, NAME_BYTES);
      ALL.set(JAVA_LONG, header + CONTROL_LENGTH, CONTROL_BYTES);
    }
    replies = 0;
  }

  void received(int count) {
    received = Math.max(count, 1); // a call that failed may have changed the first header
  }

  MemorySegment errnoSegment() {
    return errno;
  }

  int errno() {
    return errno.get(JAVA_INT, 0);
  }

  long receiveHeader(int slot) {
    return receiveHeaders + (long) slot * HEADER_BYTES;
  }

  long sendHeader(int reply) {
    return sendHeaders + (long) reply * HEADER_BYTES;
  }

  /// Clears the interface index of a packet info, so that the reply is routed and need not leave by
  /// the interface the query came in by. A link-local IPv6 address means nothing without its
  /// interface, so there it stays.
  private static void releaseInterface(long control, long controlLength) {
    long data = control + CONTROL_DATA;
    if (ALL.get(JAVA_INT, control + CONTROL_LEVEL) != LEVEL_IPV6) {
      if (controlLength >= CONTROL_DATA + PKTINFO_BYTES_IPV4) {
        ALL.set(JAVA_INT_UNALIGNED, data, 0);
      }
      return;
    }
    boolean linkLocal = (ALL.get(JAVA_LONG_UNALIGNED, data) & 0xc0ff) == 0x80fe; // fe80::/10
    if (controlLength >= CONTROL_DATA + PKTINFO_BYTES_IPV6 && !linkLocal) {
      ALL.set(JAVA_INT_UNALIGNED, data + INTERFACE_OFFSET_IPV6, 0);
    }
  }

  private boolean isIpv4(int slot) {
    return ALL.get(JAVA_INT, receiveHeader(slot) + NAME_LENGTH) == NAME_BYTES_IPV4;
  }

  private long name(int slot) {
    return names + (long) slot * NAME_BYTES;
  }

  private long control(int slot) {
    return controls + (long) slot * CONTROL_BYTES;
  }
}
