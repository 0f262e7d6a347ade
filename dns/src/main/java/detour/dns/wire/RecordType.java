package detour.dns.wire;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;

/// The numbers of record types and their names.
///
/// Types are plain numbers everywhere, because any of the 65,536 may be stored and asked for (RFC
/// 3597).
public final class RecordType {
  public static final int A = 1;
  public static final int NS = 2;
  public static final int CNAME = 5;
  public static final int SOA = 6;
  public static final int PTR = 12;
  public static final int MX = 15;
  public static final int TXT = 16;
  public static final int AAAA = 28;
  public static final int SRV = 33;
  public static final int DNAME = 39;
  public static final int OPT = 41;
  public static final int DS = 43;
  public static final int RRSIG = 46;
  public static final int NSEC = 47;
  public static final int SVCB = 64;
  public static final int HTTPS = 65;
  public static final int TKEY = 249;
  public static final int TSIG = 250;
  public static final int IXFR = 251;
  public static final int AXFR = 252;
  public static final int MAILB = 253;
  public static final int MAILA = 254;
  public static final int ANY = 255;
  public static final int CAA = 257;

  private static final Map<Integer, String> NAMES = names();
  private static final Map<String, Integer> NUMBERS = numbers();

  private RecordType() {}

  /// The mnemonic, or `TYPEnnn` where there is none (RFC 3597 section 5).
  ///
  /// @param type 0 to 65535
  public static String name(int type) {
    String name = NAMES.get(type);
    return name == null ? "TYPE" + type : name;
  }

  /// The number of a mnemonic or of `TYPEnnn`, in any case; empty when it is neither.
  public static OptionalInt parse(String text) {
    String upper = text.toUpperCase(Locale.ROOT);
    Integer known = NUMBERS.get(upper);
    if (known != null) {
      return OptionalInt.of(known);
    }
    if (!upper.matches("TYPE[0-9]{1,5}")) {
      return OptionalInt.empty();
    }
    int number = Integer.parseInt(upper.substring(4));
    return number <= 65535 ? OptionalInt.of(number) : OptionalInt.empty();
  }

  /// Whether the type has a meaning in questions or single messages only, so that no zone can hold
  /// it (RFC 6895 section 3.1): OPT, and 128 to 255.
  public static boolean isMeta(int type) {
    return type == OPT || (type >= 128 && type <= 255);
  }

  private static Map<Integer, String> names() {
    Map<Integer, String> names = new HashMap<>();
    names.put(A, "A");
    names.put(NS, "NS");
    names.put(CNAME, "CNAME");
    names.put(SOA, "SOA");
    names.put(PTR, "PTR");
    names.put(13, "HINFO");
    names.put(MX, "MX");
    names.put(TXT, "TXT");
    names.put(17, "RP");
    names.put(18, "AFSDB");
    names.put(AAAA, "AAAA");
    names.put(29, "LOC");
    names.put(SRV, "SRV");
    names.put(35, "NAPTR");
    names.put(36, "KX");
    names.put(37, "CERT");
    names.put(DNAME, "DNAME");
    names.put(OPT, "OPT");
    names.put(42, "APL");
    names.put(DS, "DS");
    names.put(44, "SSHFP");
    names.put(45, "IPSECKEY");
    names.put(RRSIG, "RRSIG");
    names.put(NSEC, "NSEC");
    names.put(48, "DNSKEY");
    names.put(49, "DHCID");
    names.put(50, "NSEC3");
    names.put(51, "NSEC3PARAM");
    names.put(52, "TLSA");
    names.put(53, "SMIMEA");
    names.put(55, "HIP");
    names.put(59, "CDS");
    names.put(60, "CDNSKEY");
    names.put(61, "OPENPGPKEY");
    names.put(62, "CSYNC");
    names.put(63, "ZONEMD");
    names.put(SVCB, "SVCB");
    names.put(HTTPS, "HTTPS");
    names.put(99, "SPF");
    names.put(108, "EUI48");
    names.put(109, "EUI64");
    names.put(TKEY, "TKEY");
    names.put(TSIG, "TSIG");
    names.put(IXFR, "IXFR");
    names.put(AXFR, "AXFR");
    names.put(MAILB, "MAILB");
    names.put(MAILA, "MAILA");
    names.put(ANY, "ANY");
    names.put(256, "URI");
    names.put(CAA, "CAA");
    return Map.copyOf(names);
  }

  private static Map<String, Integer> numbers() {
    Map<String, Integer> numbers = new HashMap<>();
    names().forEach((number, name) -> numbers.put(name, number));
    return Map.copyOf(numbers);
  }
}
