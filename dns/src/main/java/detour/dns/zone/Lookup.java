package detour.dns.zone;

/// What a zone holds for a name and a type; filled in by [Zone#lookup], reusable, belongs to one
/// thread.
public final class Lookup {
  /// What the answer is (RFC 1034 section 4.3.2).
  public enum Outcome {
    /// The records are at [#recordSet].
    ANSWER,
    /// The name is a service; [#service] tells which, [#recordSet] has the zone's own records of
    /// the type or 0.
    SERVICE,
    /// An alias; its CNAME record is at [#recordSet].
    CNAME,
    /// A name below a redirection; the DNAME record is at [#recordSet], its owner is the name
    /// without its first [#skipped] labels.
    DNAME,
    /// The name is delegated; the NS records are at [#recordSet], their owner is the name without
    /// its first [#skipped] labels.
    DELEGATION,
    /// The name exists, records of the type do not.
    NO_DATA,
    /// The name does not exist.
    NAME_ERROR
  }

  private Outcome outcome = Outcome.NAME_ERROR;
  private int recordSet;
  private int skipped;
  private int service = -1;
  private boolean wildcard;

  /// Holds nothing before its first use.
  public Lookup() {}

  public Outcome outcome() {
    return outcome;
  }

  /// Where a record set begins in the zone's [Zone#packed]; 0 for none.
  public int recordSet() {
    return recordSet;
  }

  public int skipped() {
    return skipped;
  }

  /// The index that [ZoneBuilder#service] was given; -1 when the name is no service.
  public int service() {
    return service;
  }

  /// Whether the records were synthesised from a wildcard (RFC 4592).
  public boolean wildcard() {
    return wildcard;
  }

  void set(Outcome newOutcome, int newRecordSet, int newSkipped) {
    outcome = newOutcome;
    recordSet = newRecordSet;
    skipped = newSkipped;
    service = -1;
    wildcard = false;
  }

  void setService(int newService, int newRecordSet) {
    set(Outcome.SERVICE, newRecordSet, 0);
    service = newService;
  }

  void setWildcard() {
    wildcard = true;
  }
}
