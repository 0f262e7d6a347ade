package detour.dns.answer;

import detour.dns.wire.Edns;
import detour.dns.wire.Layouts;
import detour.dns.wire.QueryOptions;
import detour.dns.wire.RecordType;
import detour.dns.wire.ResponseCode;
import java.lang.foreign.MemorySegment;

/// Writes the OPT record of a response (RFC 6891 section 6.1). An option for which there is no room
/// is left out; those that are worth a truncated answer are added first, where [EdnsAnswer] kept
/// room for them.
final class OptWriter {
  /// Octets of a whole cookie option of a response.
  static final int COOKIE_OCTETS = 4 + Edns.CLIENT_COOKIE_OCTETS + Edns.SERVER_COOKIE_OCTETS;

  /// Octets of a whole keepalive option of a response.
  static final int KEEPALIVE_OCTETS = 6;

  /// Octets of a whole client subnet option of a response, but for the address.
  static final int SUBNET_OCTETS = 8;

  private static final int OPTION_HEADER = 4;
  private static final int SUBNET_HEADER = SUBNET_OCTETS - OPTION_HEADER;
  private static final int PADDING_BLOCK = 468;
  private static final int ERROR_CODE = 2;
  private static final int VERSION_HEADER = 2;
  private static final int SERIAL_OCTETS = 4;
  private static final int EPOCH_OCTETS = 8;

  private MemorySegment memory = MemorySegment.NULL;
  private long record;
  private int length;
  private int room;

  /// @param newRecord where the record begins
  /// @param newRoom octets that it may grow to, no fewer than it takes without options
  /// @param udpOctets the largest message over UDP that is taken here
  void begin(
      MemorySegment newMemory,
      long newRecord,
      int newRoom,
      int udpOctets,
      ResponseCode code,
      boolean dnssecOk) {
    memory = newMemory;
    record = newRecord;
    room = newRoom;
    length = Edns.OPT_OCTETS;
    memory.set(Layouts.BYTE, record, (byte) 0);
    memory.set(Layouts.SHORT, record + 1, (short) RecordType.OPT);
    memory.set(Layouts.SHORT, record + 3, (short) udpOctets);
    memory.set(Layouts.SHORT, record + 5, (short) ((code.extendedBits() << 8) | Edns.VERSION));
    // RFC 3225 section 3: DO is copied.
    memory.set(Layouts.SHORT, record + 7, (short) (dnssecOk ? Edns.DNSSEC_OK : 0));
  }

  /// The cookie (RFC 7873 section 5.2): the client's part and ours, each eight octets with the
  /// first in the lowest bits.
  void addCookie(long client, long head, long tail) {
    if (begins(Edns.COOKIE, COOKIE_OCTETS - OPTION_HEADER)) {
      memory.set(Layouts.OCTETS, record + length, client);
      memory.set(Layouts.OCTETS, record + length + 8, head);
      memory.set(Layouts.OCTETS, record + length + 16, tail);
      length += COOKIE_OCTETS - OPTION_HEADER;
    }
  }

  /// The query's subnet (RFC 7871 section 7.2.1: family, prefix and address as they came).
  ///
  /// @param scope bits of the prefix for which the answer is meant; 0 for everybody
  void addClientSubnet(QueryOptions query, int scope) {
    int octets = query.subnetOctets();
    if (begins(Edns.CLIENT_SUBNET, SUBNET_HEADER + octets)) {
      memory.set(Layouts.SHORT, record + length, (short) query.subnetFamily());
      memory.set(Layouts.BYTE, record + length + 2, (byte) query.subnetPrefix());
      memory.set(Layouts.BYTE, record + length + 3, (byte) scope);
      length += SUBNET_HEADER;
      for (int i = 0; i < octets; i++) {
        memory.set(Layouts.BYTE, record + length + i, query.subnetOctet(i));
      }
      length += octets;
    }
  }

  /// How long the connection may be idle (RFC 7828 section 3.1), in tenths of a second.
  void addKeepalive(int deciseconds) {
    if (begins(Edns.TCP_KEEPALIVE, KEEPALIVE_OCTETS - OPTION_HEADER)) {
      memory.set(Layouts.SHORT, record + length, (short) deciseconds);
      length += KEEPALIVE_OCTETS - OPTION_HEADER;
    }
  }

  /// Zeros up to the next multiple of 468 octets (RFC 7830 section 3, RFC 8467 section 4.1), or as
  /// many as there is room for. To be added last.
  ///
  /// @param before octets of the message before this record
  void addPadding(int before) {
    int without = before + length + OPTION_HEADER;
    int missing = Math.ceilDiv(without, PADDING_BLOCK) * PADDING_BLOCK - without;
    int octets = Math.min(missing, room - length - OPTION_HEADER);
    if (octets >= 0 && begins(Edns.PADDING, octets)) {
      for (int i = 0; i < octets; i++) {
        memory.set(Layouts.BYTE, record + length + i, (byte) 0);
      }
      length += octets;
    }
  }

  /// An Extended DNS Error (RFC 8914 section 2).
  ///
  /// @param code its info-code
  /// @param text in UTF-8; may be empty
  void addError(int code, byte[] text) {
    if (begins(Edns.EXTENDED_ERROR, ERROR_CODE + text.length)) {
      memory.set(Layouts.SHORT, record + length, (short) code);
      length += ERROR_CODE;
      put(text);
    }
  }

  /// The versions of the zone: its serial and the epoch of the selections in it. Two options, for a
  /// server that knows several types of version sends one for each (RFC 9660 section 3.2).
  ///
  /// @param labels of the zone's name, the root not counted (RFC 9660 section 2.1)
  void addZoneVersions(int labels, long serial, long epoch) {
    if (begins(Edns.ZONE_VERSION, VERSION_HEADER + SERIAL_OCTETS)) {
      putVersionHeader(labels, Edns.ZONE_VERSION_SERIAL);
      memory.set(Layouts.INT, record + length, (int) serial);
      length += SERIAL_OCTETS;
    }
    if (begins(Edns.ZONE_VERSION, VERSION_HEADER + EPOCH_OCTETS)) {
      putVersionHeader(labels, Edns.ZONE_VERSION_EPOCH);
      memory.set(Layouts.INT, record + length, (int) (epoch >>> 32));
      memory.set(Layouts.INT, record + length + 4, (int) epoch);
      length += EPOCH_OCTETS;
    }
  }

  /// Which server this is (RFC 5001 section 2.2).
  void addNameServerId(byte[] text) {
    if (begins(Edns.NAME_SERVER_ID, text.length)) {
      put(text);
    }
  }

  /// Octets of the whole record.
  int finish() {
    memory.set(Layouts.SHORT, record + 9, (short) (length - Edns.OPT_OCTETS));
    return length;
  }

  private boolean begins(int code, int octets) {
    if (length + OPTION_HEADER + octets > room) {
      return false;
    }
    memory.set(Layouts.SHORT, record + length, (short) code);
    memory.set(Layouts.SHORT, record + length + 2, (short) octets);
    length += OPTION_HEADER;
    return true;
  }

  private void putVersionHeader(int labels, int type) {
    memory.set(Layouts.BYTE, record + length, (byte) labels);
    memory.set(Layouts.BYTE, record + length + 1, (byte) type);
    length += VERSION_HEADER;
  }

  private void put(byte[] octets) {
    MemorySegment.copy(octets, 0, memory, Layouts.BYTE, record + length, octets.length);
    length += octets.length;
  }
}
