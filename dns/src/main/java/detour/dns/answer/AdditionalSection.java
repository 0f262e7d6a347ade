package detour.dns.answer;

import detour.dns.wire.NameKey;
import detour.dns.wire.RecordType;
import detour.dns.zone.Lookup;
import detour.dns.zone.Zone;
import org.jspecify.annotations.Nullable;

/// Adds the addresses of name servers, mail exchanges and service hosts where they are ours, as far
/// as there is room (RFC 1034 section 4.3.2 step 6, RFC 2782, RFC 9460 section 4.1).
final class AdditionalSection {
  private final ResponseWriter writer;
  private final ServiceWriter services;
  private final Lookup lookup = new Lookup();
  private final NameKey target = new NameKey();
  private final long[] done = new long[ResponseWriter.MAXIMUM_TARGETS];
  private int delegatedLabels;
  private long delegatedHash;

  AdditionalSection(ResponseWriter writer, ServiceWriter services) {
    this.writer = writer;
    this.services = services;
  }

  /// Adds what the targets in the answer section need.
  ///
  /// @param glue the zone whose name servers were answered: one of them may lie below a delegation
  ///   of that zone, and can then be found by its glue only; null for other types
  void write(AnswerTable table, @Nullable Zone glue, long nowMillis) {
    delegatedLabels = -1;
    writeAll(table, glue, nowMillis);
  }

  /// Adds glue: also addresses that lie below a delegation of the referring zone, be it this one or
  /// another.
  ///
  /// @param skipped labels of the name before the name that is delegated
  /// @return false when addresses within the delegated zone found no room; then the response is
  ///   truncated (RFC 9471 section 3.1)
  boolean writeGlue(AnswerTable table, Zone referring, NameKey name, int skipped, long nowMillis) {
    delegatedLabels = name.labels() - skipped;
    delegatedHash = name.hash(skipped);
    return writeAll(table, referring, nowMillis);
  }

  private boolean writeAll(AnswerTable table, @Nullable Zone referring, long nowMillis) {
    boolean complete = true;
    for (int i = 0; i < writer.targetCount(); i++) {
      int at = writer.target(i);
      int owner = writer.pointer(at, 0);
      writer.readName(at, target);
      if (!isNew(i) || owner == 0) {
        continue;
      }
      boolean fitted = writeAddresses(table, referring, RecordType.A, owner, nowMillis);
      fitted &= writeAddresses(table, referring, RecordType.AAAA, owner, nowMillis);
      complete &= fitted || !isInDelegatedZone();
      writeAliased(table, writer.targetType(i), owner, nowMillis);
    }
    return complete;
  }

  /// RFC 9460 section 4.1: the records that an alias of SVCB or HTTPS leads to. Their targets join
  /// the list, so that chains are followed; each name is looked at once.
  private void writeAliased(AnswerTable table, int type, int owner, long nowMillis) {
    if (type == 0 || writer.isQuestion(target)) {
      return;
    }
    Zone zone = table.zoneFor(target, type);
    Lookup.Outcome outcome = zone == null ? null : zone.lookup(target, type, lookup);
    if (zone == null || (outcome != Lookup.Outcome.ANSWER && outcome != Lookup.Outcome.SERVICE)) {
      return;
    }
    PreparedAnswer prepared =
        outcome == Lookup.Outcome.SERVICE && table.hasService(lookup.service())
            ? table.other(lookup.service(), type)
            : null;
    if (prepared == null && lookup.recordSet() != 0) {
      writeSet(zone, lookup.recordSet(), type, owner);
    } else if (prepared != null
        && prepared.size() > 0
        && services.appendRecords(prepared, owner, nowMillis)) {
      writer.addAdditionals(prepared.size());
    }
  }

  private boolean writeAddresses(
      AnswerTable table, @Nullable Zone referring, int type, int owner, long nowMillis) {
    Zone zone = table.zoneFor(target, type);
    Lookup.Outcome outcome = zone == null ? null : zone.lookup(target, type, lookup);
    if (zone != null && outcome == Lookup.Outcome.ANSWER) {
      return writeSet(zone, lookup.recordSet(), type, owner);
    }
    if (outcome == Lookup.Outcome.SERVICE) {
      return isOfZone(table, lookup.service(), type)
          ? zone == null
              || lookup.recordSet() == 0
              || writeSet(zone, lookup.recordSet(), type, owner)
          : writeService(table, lookup.service(), type, owner, nowMillis);
    }
    if (referring == null) {
      return true;
    }
    int glue = referring.glue(target, type);
    return glue == 0 || writeSet(referring, glue, type, owner);
  }

  /// Whether the service leaves addresses to the zone.
  private static boolean isOfZone(AnswerTable table, int service, int type) {
    return table.hasService(service)
        && (type == RecordType.A ? table.ipv4(service) : table.ipv6(service)).kind()
            == PreparedAnswer.Kind.ZONE;
  }

  private boolean writeSet(Zone zone, int set, int type, int owner) {
    if (!writer.appendSet(zone.packed(), zone.records(set), zone.octets(set), type, owner)) {
      return false;
    }
    writer.addAdditionals(zone.count(set));
    return true;
  }

  private boolean writeService(
      AnswerTable table, int service, int type, int owner, long nowMillis) {
    if (!table.hasService(service)) {
      return true;
    }
    PreparedAnswer prepared = type == RecordType.A ? table.ipv4(service) : table.ipv6(service);
    if (prepared.kind() != PreparedAnswer.Kind.ADDRESSES) {
      return true;
    }
    int count = services.appendAddresses(prepared, owner, nowMillis);
    writer.addAdditionals(Math.max(0, count));
    return count >= 0;
  }

  /// Several records may name one target.
  private boolean isNew(int index) {
    long hash = target.hash(0);
    done[index] = hash;
    for (int i = 0; i < index; i++) {
      if (done[i] == hash) {
        return false;
      }
    }
    return true;
  }

  private boolean isInDelegatedZone() {
    int skip = target.labels() - delegatedLabels;
    return delegatedLabels >= 0 && skip >= 0 && target.hash(skip) == delegatedHash;
  }
}
