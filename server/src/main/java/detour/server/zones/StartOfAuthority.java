package detour.server.zones;

import detour.dns.wire.Name;
import java.nio.ByteBuffer;
import java.util.Arrays;

/// The fields of a SOA record (RFC 1035 section 3.3.13), times in seconds.
record StartOfAuthority(
    Name primary, Name mailbox, long serial, long refresh, long retry, long expire, long minimum) {

  static StartOfAuthority of(byte[] rdata) {
    int mailbox = Name.octetsAt(rdata, 0);
    int numbers = mailbox + Name.octetsAt(rdata, mailbox);
    ByteBuffer rest = ByteBuffer.wrap(rdata, numbers, rdata.length - numbers);
    return new StartOfAuthority(
        Name.ofWire(Arrays.copyOf(rdata, mailbox)),
        Name.ofWire(Arrays.copyOfRange(rdata, mailbox, numbers)),
        Integer.toUnsignedLong(rest.getInt()),
        Integer.toUnsignedLong(rest.getInt()),
        Integer.toUnsignedLong(rest.getInt()),
        Integer.toUnsignedLong(rest.getInt()),
        Integer.toUnsignedLong(rest.getInt()));
  }
}
