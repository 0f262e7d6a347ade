package detour.dns.answer;

import detour.dns.wire.Header;
import detour.dns.wire.Layouts;
import detour.dns.wire.NameKey;
import detour.dns.wire.PackedRecords;
import detour.dns.wire.QueryReader;
import detour.dns.wire.RecordType;
import detour.dns.wire.ResponseCode;
import detour.dns.zone.Lookup;
import detour.dns.zone.NegativeSoa;
import detour.dns.zone.Zone;
import org.jspecify.annotations.Nullable;

/// Follows a question through the zones (RFC 1034 section 4.3.2) and writes what it finds.
///
/// State per question: the name in question, which an alias replaces by its target, where that name
/// stands in the message, and the zone it is in.
final class AuthoritativeAnswer {
  /// Aliases followed; a longer chain ends there, and the client asks on (RFC 1034 section 3.6.2).
  private static final int MAXIMUM_LINKS = 16;

  private static final byte[] NO_TEXT = {};

  private final ResponseWriter writer;
  private final ServiceWriter services;
  private final AdditionalSection additional;
  private final Lookup lookup = new Lookup();
  private final NameKey target = new NameKey();
  private final long[] seen = new long[MAXIMUM_LINKS + 1];
  private final long[] redirections = new long[MAXIMUM_LINKS + 1];
  private final byte[] synthesised = new byte[2 * 255 + 8];

  private AnswerTable table;
  private NameKey name = target;
  private int nameAt;
  private int type;
  private int links;
  private int redirectionCount;
  private long nowMillis;
  private ResponseCode code = ResponseCode.NOERROR;
  private boolean authoritative;
  private boolean truncated;
  private byte[] extendedError = NO_TEXT;
  private @Nullable Zone questionZone;

  AuthoritativeAnswer(ResponseWriter writer, ServiceWriter services, AnswerTable empty) {
    this.writer = writer;
    this.services = services;
    this.additional = new AdditionalSection(writer, services);
    this.table = empty;
  }

  /// Writes all sections but the OPT record.
  ResponseCode write(AnswerTable answers, QueryReader query, long now) {
    table = answers;
    name = query.name();
    nameAt = Header.OCTETS;
    type = query.type();
    nowMillis = now;
    links = 0;
    redirectionCount = 0;
    code = ResponseCode.NOERROR;
    authoritative = false;
    truncated = false;
    extendedError = NO_TEXT;
    Zone zone = table.zoneFor(name, type);
    questionZone = zone;
    if (zone == null) {
      return ResponseCode.REFUSED;
    }
    authoritative = true;
    while (zone != null) {
      zone = step(zone);
    }
    return code;
  }

  /// AA: about the first owner of the answer section (RFC 1035 section 4.1.1).
  boolean authoritative() {
    return authoritative;
  }

  boolean truncated() {
    return truncated;
  }

  /// Text for an Extended DNS Error; empty for none.
  byte[] extendedError() {
    return extendedError;
  }

  /// The zone that the question's own name is in, wherever aliases led; null when it is in none.
  @Nullable Zone questionZone() {
    return questionZone;
  }

  /// @return the zone to go on in; null when the answer is complete
  private @Nullable Zone step(Zone zone) {
    return switch (zone.lookup(name, type, lookup)) {
      case ANSWER -> answerRecords(zone);
      case SERVICE -> answerService(zone);
      case CNAME -> answerAlias(zone);
      case DNAME -> answerRedirection(zone);
      case DELEGATION -> answerDelegation(zone);
      case NO_DATA -> answerNegative(zone, ResponseCode.NOERROR);
      case NAME_ERROR -> answerNegative(zone, ResponseCode.NXDOMAIN);
    };
  }

  private @Nullable Zone answerRecords(Zone zone) {
    if (append(zone)) {
      writer.addAnswers(zone.count(lookup.recordSet()));
      if (writer.targetCount() > 0) {
        Zone glue = zone.type(lookup.recordSet()) == RecordType.NS ? zone : null;
        additional.write(table, glue, nowMillis);
      }
    }
    return null;
  }

  private @Nullable Zone answerAlias(Zone zone) {
    if (!append(zone)) {
      return null;
    }
    writer.addAnswers(1);
    return follow();
  }

  /// RFC 6672 section 3.2: the DNAME, and a CNAME made of it for those that do not know DNAME.
  private @Nullable Zone answerRedirection(Zone zone) {
    byte[] packed = zone.packed();
    int record = zone.records(lookup.recordSet());
    int alias = owner();
    if (!appendRedirection(zone, record)) {
      truncated = true;
      return null;
    }
    int prefix = writer.copyLabels(nameAt, lookup.skipped(), synthesised);
    int suffix = PackedRecords.rdataLength(packed, record);
    if (prefix + suffix > 255) {
      // RFC 6672 section 2.2.
      code = ResponseCode.YXDOMAIN;
      return null;
    }
    System.arraycopy(packed, record + PackedRecords.RDATA, synthesised, prefix, suffix);
    int ttlSeconds = Layouts.signedInt(packed, record + PackedRecords.TTL);
    if (!writer.appendAlias(synthesised, ttlSeconds, alias)) {
      truncated = true;
      return null;
    }
    writer.addAnswers(1);
    return type == RecordType.CNAME || type == RecordType.ANY ? null : follow();
  }

  /// Appends the DNAME, unless an earlier link of the chain brought it: a target below its own
  /// owner leads to it again.
  private boolean appendRedirection(Zone zone, int record) {
    long hash = name.hash(lookup.skipped());
    for (int i = 0; i < redirectionCount; i++) {
      if (redirections[i] == hash) {
        return true;
      }
    }
    redirections[redirectionCount++] = hash;
    int owner = writer.pointer(nameAt, lookup.skipped());
    int octets = zone.octets(lookup.recordSet());
    if (!writer.appendSet(zone.packed(), record, octets, RecordType.DNAME, owner)) {
      return false;
    }
    writer.addAnswers(1);
    return true;
  }

  private @Nullable Zone answerDelegation(Zone zone) {
    int set = lookup.recordSet();
    int skipped = lookup.skipped();
    authoritative = links > 0;
    int owner = writer.pointer(nameAt, skipped);
    if (!writer.appendSet(
        zone.packed(), zone.records(set), zone.octets(set), RecordType.NS, owner)) {
      truncated = true;
      return null;
    }
    writer.addAuthorities(zone.count(set));
    truncated |= !additional.writeGlue(table, zone, name, skipped, nowMillis);
    return null;
  }

  /// RFC 2308 sections 2 and 3: the SOA says how long the absence may be believed.
  private @Nullable Zone answerNegative(Zone zone, ResponseCode negative) {
    code = negative;
    NegativeSoa soa = zone.negativeSoa();
    int below = name.labels() - zone.originLabels();
    int owner = writer.pointer(nameAt, below);
    boolean prepared =
        writer.answers() == 0 && (below == 0 || !soa.sharesMore(name.hash(below - 1)));
    byte[] plain = soa.plain();
    truncated =
        prepared
            ? !writer.appendNegative(soa, owner)
            : !writer.appendSet(plain, 0, plain.length, RecordType.SOA, owner);
    writer.addAuthorities(truncated ? 0 : 1);
    return null;
  }

  private @Nullable Zone answerService(Zone zone) {
    int service = lookup.service();
    if (!table.hasService(service)) {
      return fail();
    }
    PreparedAnswer prepared = choose(service);
    if (prepared == null || prepared.kind() == PreparedAnswer.Kind.ZONE) {
      return lookup.recordSet() != 0
          ? answerRecords(zone)
          : answerNegative(zone, ResponseCode.NOERROR);
    }
    extendedError = table.extendedError(service, type);
    return switch (prepared.kind()) {
      case ADDRESSES -> answerAddresses(prepared);
      case ALIAS -> answerAlias(prepared);
      case RECORDS -> answerPrepared(prepared);
      case NO_DATA, ZONE -> answerNegative(zone, ResponseCode.NOERROR);
      case SERVFAIL -> fail();
    };
  }

  /// What of the service answers the type:
  ///
  /// | type | answer |
  /// |---|---|
  /// | A | the IPv4 family |
  /// | AAAA | the IPv6 family |
  /// | ANY | an alias, or a family or type that has records (RFC 8482 section 4.1), else the zone's |
  /// | other | the service's records, where it has the type; else the zone's; else its alias |
  ///
  /// @return null when the zone's own records, or their absence, answer
  private @Nullable PreparedAnswer choose(int service) {
    return switch (type) {
      case RecordType.A -> table.ipv4(service);
      case RecordType.AAAA -> table.ipv6(service);
      case RecordType.ANY -> chooseAny(service);
      default -> chooseOther(service);
    };
  }

  private @Nullable PreparedAnswer chooseOther(int service) {
    PreparedAnswer other = table.other(service, type);
    if (other != null) {
      return other;
    }
    return lookup.recordSet() != 0 ? null : aliasOf(service);
  }

  private @Nullable PreparedAnswer chooseAny(int service) {
    if (table.ipv4(service).size() > 0) {
      return table.ipv4(service);
    }
    if (table.ipv6(service).size() > 0) {
      return table.ipv6(service);
    }
    PreparedAnswer other = table.anyOther(service);
    if (other != null) {
      return other;
    }
    return lookup.recordSet() != 0 ? null : table.ipv4(service);
  }

  private @Nullable PreparedAnswer aliasOf(int service) {
    if (table.ipv4(service).kind() == PreparedAnswer.Kind.ALIAS) {
      return table.ipv4(service);
    }
    return table.ipv6(service).kind() == PreparedAnswer.Kind.ALIAS ? table.ipv6(service) : null;
  }

  private @Nullable Zone answerAddresses(PreparedAnswer prepared) {
    int count = services.appendAddresses(prepared, owner(), nowMillis);
    if (count < 0) {
      truncated = true;
    } else {
      writer.addAnswers(count);
    }
    return null;
  }

  private @Nullable Zone answerPrepared(PreparedAnswer prepared) {
    if (!services.appendRecords(prepared, owner(), nowMillis)) {
      truncated = true;
      return null;
    }
    writer.addAnswers(prepared.size());
    if (writer.targetCount() > 0) {
      additional.write(table, null, nowMillis);
    }
    return null;
  }

  private @Nullable Zone answerAlias(PreparedAnswer prepared) {
    if (!services.appendAlias(prepared, owner(), nowMillis)) {
      truncated = true;
      return null;
    }
    writer.addAnswers(1);
    return type == RecordType.CNAME || type == RecordType.ANY ? null : follow();
  }

  private @Nullable Zone fail() {
    writer.discardAll();
    authoritative = false;
    code = ResponseCode.SERVFAIL;
    return null;
  }

  /// Goes on with the target that was written last.
  ///
  /// @return the target's zone; null when it is not ours, or the chain is a loop or too long
  private @Nullable Zone follow() {
    seen[links++] = name.hash(0);
    if (links == MAXIMUM_LINKS) {
      return null;
    }
    nameAt = writer.lastName();
    name = writer.readName(nameAt, target);
    long hash = name.hash(0);
    for (int i = 0; i < links; i++) {
      if (seen[i] == hash) {
        return null;
      }
    }
    return table.zoneFor(name, type);
  }

  private boolean append(Zone zone) {
    int set = lookup.recordSet();
    boolean appended =
        writer.appendSet(
            zone.packed(), zone.records(set), zone.octets(set), zone.type(set), owner());
    truncated |= !appended;
    return appended;
  }

  private int owner() {
    return links == 0 ? PackedRecords.QUESTION_POINTER : writer.pointer(nameAt, 0);
  }
}
