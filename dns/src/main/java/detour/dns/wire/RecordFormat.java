package detour.dns.wire;

import static detour.dns.wire.DataField.*;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Which fields the RDATA of each type has, in their order.
///
/// Adding a type is one line here and one in [RecordType]. Types without a line are written and
/// read as `\# LENGTH HEX` (RFC 3597 section 5).
public final class RecordFormat {
  private static final Map<Integer, List<DataField>> FORMATS = formats();

  private RecordFormat() {}

  /// The fields of a type; empty for a type whose RDATA is opaque.
  ///
  /// @param type 0 to 65535
  public static List<DataField> of(int type) {
    return FORMATS.getOrDefault(type, List.of());
  }

  private static Map<Integer, List<DataField>> formats() {
    Map<String, List<DataField>> byName = new HashMap<>();
    put(byName, List.of(IPV4), "A");
    put(byName, List.of(IPV6), "AAAA");
    put(byName, List.of(NAME), "NS CNAME PTR DNAME MB MD MF MG MR NSAP-PTR");
    put(byName, List.of(NAME, NAME), "RP MINFO TALINK");
    put(byName, List.of(NAME, NAME, U32, U32, U32, U32, U32), "SOA");
    put(byName, List.of(U16, NAME), "MX AFSDB RT KX LP");
    put(byName, List.of(U16, NAME, NAME), "PX");
    put(byName, List.of(U16, U16, U16, NAME), "SRV");
    put(byName, List.of(U16, U16, TEXT, TEXT, TEXT, NAME), "NAPTR");
    put(byName, List.of(TEXTS), "TXT SPF AVC NINFO RESINFO WALLET CLA ISDN");
    put(byName, List.of(TEXT), "X25 UINFO");
    put(byName, List.of(TEXT, TEXT), "HINFO");
    put(byName, List.of(TEXT, TEXT, TEXT), "GPOS");
    put(byName, List.of(U32), "UID GID");
    put(byName, List.of(U64), "IPN");
    put(byName, List.of(HEX_REST), "EID NIMLOC");
    put(byName, List.of(NSAP), "NSAP");
    put(byName, List.of(U16, U8, U8, HEX_REST), "DS CDS DLV TA");
    put(byName, List.of(U16, U8, U8, BASE64_OPTIONAL), "DNSKEY CDNSKEY KEY RKEY");
    put(byName, List.of(TYPE, U8, U8, U32, TIME, TIME, U16, NAME, BASE64_REST), "RRSIG SIG");
    put(byName, List.of(NAME, TYPES), "NSEC");
    put(byName, List.of(U8, U8, U16, SALT, HASHED_NAME, TYPES), "NSEC3");
    put(byName, List.of(U8, U8, U16, SALT), "NSEC3PARAM");
    put(byName, List.of(U8, U8, U8, HEX_REST), "TLSA SMIMEA");
    put(byName, List.of(U8, U8, HEX_REST), "SSHFP");
    put(byName, List.of(U16, U16, U8, BASE64_REST), "CERT");
    put(byName, List.of(BASE64_REST), "DHCID OPENPGPKEY HHIT BRID");
    put(byName, List.of(U32, U16, TYPES), "CSYNC");
    put(byName, List.of(U32, U8, U8, HEX_REST), "ZONEMD");
    put(byName, List.of(U16, LOCATOR), "NID L64");
    put(byName, List.of(U16, IPV4), "L32");
    put(byName, List.of(EUI48), "EUI48");
    put(byName, List.of(EUI64), "EUI64");
    put(byName, List.of(U16, U16, TEXT_REST), "URI");
    put(byName, List.of(U8, TAG, TEXT_REST), "CAA");
    put(byName, List.of(TYPE, U8, U16, NAME), "DSYNC");
    put(byName, List.of(IPSEC_GATEWAY, BASE64_OPTIONAL), "IPSECKEY");
    put(byName, List.of(AMT_RELAY), "AMTRELAY");
    put(byName, List.of(PREFIXES), "APL");
    put(byName, List.of(LOCATION), "LOC");
    put(byName, List.of(HOST_IDENTITY), "HIP");
    put(byName, List.of(U16, NAME, PARAMETERS), "SVCB HTTPS");
    Map<Integer, List<DataField>> formats = new HashMap<>();
    byName.forEach((name, fields) -> formats.put(RecordType.parse(name).orElseThrow(), fields));
    return Map.copyOf(formats);
  }

  private static void put(
      Map<String, List<DataField>> byName, List<DataField> fields, String names) {
    for (String name : names.split(" ", -1)) {
      byName.put(name, fields);
    }
  }
}
