package detour.server.config;

import detour.dns.wire.DataText;
import detour.dns.wire.RecordType;
import detour.failover.model.CarriedRecord;
import detour.server.options.OptionType.Text;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// One item of an endpoint's `records`: a type and data as in a zone file, names in full.
final class CarriedRecordText {
  private static final byte[] ROOT = new byte[1];

  /// What makes or signs a zone, or redirects: never a matter of one endpoint.
  private static final Set<Integer> OF_ZONES =
      Stream.of(
              "NS",
              "CNAME",
              "SOA",
              "DNAME",
              "SIG",
              "NXT",
              "DS",
              "RRSIG",
              "NSEC",
              "DNSKEY",
              "NSEC3",
              "NSEC3PARAM",
              "CDS",
              "CDNSKEY",
              "CSYNC",
              "ZONEMD")
          .map(name -> RecordType.parse(name).orElseThrow())
          .collect(Collectors.toUnmodifiableSet());

  private CarriedRecordText() {}

  static Text<CarriedRecord> type() {
    return new Text<>(
        "a record type and its data, as SRV 10 60 5060 sip1.example.com",
        CarriedRecordText::read,
        "^[A-Za-z][A-Za-z0-9-]*\\s+\\S");
  }

  private static CarriedRecord read(String text) {
    ZoneEntries entry = new ZoneEntries(text.getBytes(StandardCharsets.UTF_8));
    try {
      require(entry.next() && entry.size() > 1, "");
      int type = type(entry);
      byte[] data = new RecordText(entry, ROOT).read(type, 1);
      require(!entry.next(), "one record only: a second one is another item of the list");
      return new CarriedRecord(type, DataText.write(type, data), HexFormat.of().formatHex(data));
    } catch (EntryException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private static int type(ZoneEntries entry) {
    String word = entry.text(0);
    int type = RecordType.parse(word).orElse(0);
    require(type > 0, Wording.quoted(word) + " is no record type");
    require(
        type != RecordType.A && type != RecordType.AAAA,
        "addresses are answered from `address`, not from records");
    require(
        !RecordType.isMeta(type) && !OF_ZONES.contains(type),
        "records of type " + RecordType.name(type) + " cannot depend on an endpoint");
    return type;
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException(message);
    }
  }
}
