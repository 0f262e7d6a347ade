package detour.dns.zone;

import detour.dns.wire.Name;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.xbill.DNS.Master;
import org.xbill.DNS.Record;

/// Zones from zone-file text, read by dnsjava.
public final class ZoneTexts {
  private ZoneTexts() {}

  /// @param records without SOA and NS, which are added: TTL 3600, MINIMUM 300
  public static Zone zone(String origin, String records) {
    return build(builder(origin, records));
  }

  public static Zone build(ZoneBuilder builder) {
    try {
      return builder.build();
    } catch (ZoneException e) {
      throw new AssertionError(e);
    }
  }

  public static ZoneBuilder builder(String origin, String records) {
    String apex =
        """
        $TTL 3600
        @ IN SOA ns1 hostmaster 2026112200 7200 900 1209600 300
        @ IN NS ns1
        """;
    ZoneBuilder builder = new ZoneBuilder(Name.parse(origin));
    try {
      addAll(builder, origin, apex + records);
    } catch (ZoneException e) {
      throw new AssertionError(e);
    }
    return builder;
  }

  /// Adds the records of exactly this text.
  public static void addAll(ZoneBuilder builder, String origin, String text) throws ZoneException {
    String absolute = origin.endsWith(".") ? origin : origin + ".";
    byte[] octets = ("$ORIGIN " + absolute + "\n" + text).getBytes(StandardCharsets.UTF_8);
    try (Master master = new Master(new ByteArrayInputStream(octets))) {
      Record record;
      while ((record = master.nextRecord()) != null) {
        builder.add(
            Name.ofWire(record.getName().toWire()),
            record.getType(),
            record.getTTL(),
            record.rdataToWireCanonical());
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
