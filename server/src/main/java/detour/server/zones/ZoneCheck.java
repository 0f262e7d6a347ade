package detour.server.zones;

import detour.dns.wire.Name;
import detour.dns.wire.RecordType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Everything that is wrong with a zone or probably not meant.
///
/// @param zone its name
/// @param source where it was read from
/// @param records how many were taken, those of services not counted
/// @param serial null when the zone has no SOA
public record ZoneCheck(
    String zone, String source, int records, @Nullable Long serial, List<Finding> findings) {

  /// @return errors first, each kind by place
  public static ZoneCheck of(ZoneContent content) {
    ZoneIndex index = new ZoneIndex(content);
    List<Finding> warnings = new ArrayList<>();
    ApexRules.check(index, warnings);
    DelegationRules.check(index, warnings);
    TargetRules.check(index, warnings);
    SetRules.check(index, warnings);
    List<Finding> findings = new ArrayList<>(content.errors());
    // Sorted stably: those of one place stay in the order of the rules.
    warnings.sort(
        Comparator.comparing((Finding finding) -> finding.file() == null ? "" : finding.file())
            .thenComparingInt(Finding::line)
            .thenComparingInt(Finding::column));
    findings.addAll(warnings);
    int records = (int) content.records().stream().filter(record -> !record.service()).count();
    return new ZoneCheck(
        content.origin().toString(),
        content.source(),
        records,
        serial(index),
        List.copyOf(findings));
  }

  /// The same, with a warning when the serial would not be taken for a newer one (RFC 1982).
  ///
  /// @param served the serial that a running server has; empty for none
  public ZoneCheck against(OptionalLong served, String server) {
    Long mine = serial;
    if (served.isEmpty() || mine == null || isNewer(mine, served.getAsLong())) {
      return this;
    }
    List<Finding> more = new ArrayList<>(findings);
    more.add(
        new Finding(
            Finding.Severity.WARNING,
            "serial-not-newer",
            source,
            0,
            0,
            mine == served.getAsLong()
                ? "the serial %d is the one that %s serves: raise it if the zone has changed"
                    .formatted(mine, server)
                : "the serial %d is not newer than %d, which %s serves"
                    .formatted(mine, served.getAsLong(), server)));
    return new ZoneCheck(zone, source, records, serial, List.copyOf(more));
  }

  public long count(Finding.Severity severity) {
    return findings.stream().filter(finding -> finding.severity() == severity).count();
  }

  /// RFC 1982 section 3.2.
  static boolean isNewer(long serial, long than) {
    return (int) (serial - than) > 0;
  }

  private static @Nullable Long serial(ZoneIndex index) {
    List<ZoneRecord> soa = index.at(index.origin(), RecordType.SOA);
    return soa.isEmpty() ? null : StartOfAuthority.of(soa.getFirst().rdata()).serial();
  }

  /// As `www.example.com. MX`.
  static String subject(ZoneRecord record) {
    return subject(record.owner(), record.type());
  }

  static String subject(Name owner, int type) {
    return owner + " " + RecordType.name(type);
  }
}
