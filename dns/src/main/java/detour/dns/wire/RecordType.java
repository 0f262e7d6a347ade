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
  public static final int MD = 3;
  public static final int MF = 4;
  public static final int CNAME = 5;
  public static final int SOA = 6;
  public static final int MB = 7;
  public static final int MG = 8;
  public static final int MR = 9;
  public static final int PTR = 12;
  public static final int MINFO = 14;
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

  /// Every type of the IANA registry that has a name.
  private static final String REGISTRY =
      """
      1=A 2=NS 3=MD 4=MF 5=CNAME 6=SOA 7=MB 8=MG 9=MR 10=NULL 11=WKS 12=PTR 13=HINFO 14=MINFO
      15=MX 16=TXT 17=RP 18=AFSDB 19=X25 20=ISDN 21=RT 22=NSAP 23=NSAP-PTR 24=SIG 25=KEY 26=PX
      27=GPOS 28=AAAA 29=LOC 30=NXT 31=EID 32=NIMLOC 33=SRV 34=ATMA 35=NAPTR 36=KX 37=CERT
      38=A6 39=DNAME 40=SINK 41=OPT 42=APL 43=DS 44=SSHFP 45=IPSECKEY 46=RRSIG 47=NSEC
      48=DNSKEY 49=DHCID 50=NSEC3 51=NSEC3PARAM 52=TLSA 53=SMIMEA 55=HIP 56=NINFO 57=RKEY
      58=TALINK 59=CDS 60=CDNSKEY 61=OPENPGPKEY 62=CSYNC 63=ZONEMD 64=SVCB 65=HTTPS 66=DSYNC
      67=HHIT 68=BRID 99=SPF 100=UINFO 101=UID 102=GID 103=UNSPEC 104=NID 105=L32 106=L64
      107=LP 108=EUI48 109=EUI64 249=TKEY 250=TSIG 251=IXFR 252=AXFR 253=MAILB 254=MAILA
      255=ANY 256=URI 257=CAA 258=AVC 259=DOA 260=AMTRELAY 261=RESINFO 262=WALLET 263=CLA
      264=IPN 32768=TA 32769=DLV
      """;

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
    for (String entry : REGISTRY.strip().split("\\s+", -1)) {
      int equals = entry.indexOf('=');
      names.put(Integer.valueOf(entry.substring(0, equals)), entry.substring(equals + 1));
    }
    return Map.copyOf(names);
  }

  private static Map<String, Integer> numbers() {
    Map<String, Integer> numbers = new HashMap<>();
    names().forEach((number, name) -> numbers.put(name, number));
    return Map.copyOf(numbers);
  }
}
