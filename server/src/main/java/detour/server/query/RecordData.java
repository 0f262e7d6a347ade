package detour.server.query;

import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Collectors;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.TXTRecord;

/// The data of records as it stands in a zone file.
public final class RecordData {
  private RecordData() {}

  /// The presentation form; `\# LENGTH HEX` (RFC 3597 section 5) for types that are not known, and
  /// where the text would not be read as the same data again.
  ///
  /// @param rdata uncompressed
  public static String text(int type, byte[] rdata) {
    try {
      Record record = Record.newRecord(Name.root, type, DClass.IN, 0, rdata.length, rdata);
      String text = text(record).strip();
      if (isSafe(record) || Arrays.equals(reread(type, text), record.toWire(Section.ANSWER))) {
        return text;
      }
    } catch (IOException | RuntimeException e) {
      // It has no text of its own.
    }
    return ("\\# " + rdata.length + " " + HexFormat.of().withUpperCase().formatHex(rdata)).strip();
  }

  /// Those that a zone has a million of, and whose text is written here.
  private static boolean isSafe(Record record) {
    return record instanceof ARecord || record instanceof AAAARecord || record instanceof TXTRecord;
  }

  private static byte[] reread(int type, String text) throws IOException {
    return Record.fromString(Name.root, type, DClass.IN, 0, text, Name.root).toWire(Section.ANSWER);
  }

  static String text(Record record) {
    if (record instanceof TXTRecord text) {
      return text.getStringsAsByteArrays().stream()
          .map(RecordData::quoted)
          .collect(Collectors.joining(" "));
    }
    if (record instanceof AAAARecord address) {
      byte[] octets = address.getAddress().getAddress();
      // Java takes an address mapped into IPv6 for the IPv4 address itself.
      return (octets.length == 4 ? "::ffff:" : "") + Addresses.text(octets);
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
