package detour.dns.zone;

import detour.dns.wire.Name;

/// One zone's records, immutable and indexed for lookup.
public final class Zone {
  private final Name origin;

  Zone(Name origin) {
    this.origin = origin;
  }

  public Name origin() {
    return origin;
  }
}
