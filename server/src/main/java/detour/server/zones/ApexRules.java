package detour.server.zones;

import detour.dns.wire.RecordType;
import java.util.List;

/// What is questionable in the SOA record.
final class ApexRules {
  private static final long DAY_SECONDS = 86_400;

  private ApexRules() {}

  static void check(ZoneIndex index, List<Finding> findings) {
    for (ZoneRecord record : index.at(index.origin(), RecordType.SOA)) {
      StartOfAuthority soa = StartOfAuthority.of(record.rdata());
      checkMailbox(record, soa, findings);
      checkTimers(record, soa, findings);
      if (soa.serial() == 0) {
        findings.add(
            Finding.warning(
                "soa-serial", record, "the serial is 0, which some secondaries take for none"));
      }
    }
  }

  /// RFC 1035 section 3.3.13: the mailbox is a domain name whose first label is the local part.
  private static void checkMailbox(
      ZoneRecord record, StartOfAuthority soa, List<Finding> findings) {
    String mailbox = soa.mailbox().toString();
    if (mailbox.contains("\\@")) {
      findings.add(
          Finding.warning(
              "soa-mailbox",
              record,
              "the mailbox "
                  + mailbox.replace("\\@", "@")
                  + " has an at sign: it is written as a domain name, "
                  + mailbox.replace("\\@", ".")));
    } else if (soa.mailbox().labelCount() < 2) {
      findings.add(
          Finding.warning(
              "soa-mailbox",
              record,
              "the mailbox "
                  + mailbox
                  + " is no mail address: expected one as hostmaster.example.com."));
    }
  }

  /// RFC 1912 section 2.2; RFC 2308 section 5 for the last field.
  private static void checkTimers(ZoneRecord record, StartOfAuthority soa, List<Finding> findings) {
    if (soa.refresh() == 0 || soa.retry() == 0 || soa.expire() == 0) {
      add(
          record,
          "a refresh, retry or expire of 0 makes secondaries ask without pause, or give up at once",
          findings);
      return;
    }
    if (soa.retry() >= soa.refresh()) {
      add(
          record,
          "retry, %d s, is not shorter than refresh, %d s".formatted(soa.retry(), soa.refresh()),
          findings);
    }
    if (soa.expire() < soa.refresh() + soa.retry()) {
      add(
          record,
          "expire, %d s, is shorter than refresh and retry together, %d s: secondaries give up after one failed transfer"
              .formatted(soa.expire(), soa.refresh() + soa.retry()),
          findings);
    }
    if (soa.minimum() > DAY_SECONDS) {
      add(
          record,
          "the last field, %d s, is how long an absence is kept (RFC 2308): more than a day"
              .formatted(soa.minimum()),
          findings);
    }
  }

  private static void add(ZoneRecord record, String message, List<Finding> findings) {
    findings.add(Finding.warning("soa-timers", record, message));
  }
}
