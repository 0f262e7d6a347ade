package detour.server.query;

import java.util.stream.Collectors;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.TXTRecord;

/// The data of records as it stands in a zone file.
public final class RecordData {
  private RecordData() {}

  /// The presentation form; `\# LENGTH HEX` for types that are not known (RFC 3597 section 5).
  ///
  /// @param rdata uncompressed
  /// @throws IllegalArgumentException when the data is not what its type demands
  public static String text(int type, byte[] rdata) {
    return text(Record.newRecord(Name.root, type, DClass.IN, 0, rdata.length, rdata));
  }

  static String text(Record record) {
    if (record instanceof TXTRecord text) {
      return text.getStringsAsByteArrays().stream()
          .map(RecordData::quoted)
          .collect(Collectors.joining(" "));
    }
    return record.rdataToString();
  }

  /// RFC 1035 section 5.1. Always in quotes, so that one can see where each text ends.
  private static String quoted(byte[] octets) {
    StringBuilder text = new StringBuilder(octets.length + 2).append('"');
    for (byte octet : octets) {
      int value = Byte.toUnsignedInt(octet);
      if (value < ' ' || value >= 0x7F) {
        text.append('\\')
            .append((char) ('0' + value / 100))
            .append((char) ('0' + value / 10 % 10))
            .append((char) ('0' + value % 10));
      } else if (value == '"' || value == '\\') {
        text.append('\\').append((char) value);
      } else {
        text.append((char) value);
      }
    }
    return text.append('"').toString();
  }
}
