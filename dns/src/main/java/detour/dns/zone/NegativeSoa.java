package detour.dns.zone;

import detour.dns.wire.Layouts;
import detour.dns.wire.Name;
import detour.dns.wire.NameKey;
import detour.dns.wire.PackedRecords;
import java.util.Arrays;

/// The SOA record of a zone's negative answers (RFC 2308 section 3), compressed beforehand.
///
/// Where it follows the question at once, what its names can point at is known when the zone is
/// made: the zone's name, with which the question ends, and each other. So it is copied, and two
/// pointers are set. Immutable.
public final class NegativeSoa {
  private static final int NUMBERS_OCTETS = 20;
  private static final int POINTER_OCTETS = 2;

  private final byte[] plain;
  private final byte[] compressed;
  private final Ending primary;
  private final Ending mailbox;
  private final long primaryBelow;
  private final long mailboxBelow;

  /// How one of the two names ends in the compressed record.
  ///
  /// @param at where its pointer stands in the record; 0 for none
  /// @param within whether it points into the record itself; else into the zone's name
  /// @param target how many octets behind the begin of either
  public record Ending(int at, boolean within, int target) {}

  /// What a name has in common with another.
  ///
  /// @param literal octets of the name before that
  /// @param at where it begins in the other
  private record Suffix(int literal, int at) {}

  /// @param plain with the TTL of negative answers, as [PackedRecords] says
  NegativeSoa(Name origin, byte[] plain) {
    this.plain = plain;
    Name first = nameAt(plain, PackedRecords.RDATA);
    Name second = nameAt(plain, PackedRecords.RDATA + first.octets());
    compressed = plain.clone();
    Suffix shared = common(first, origin, origin.octets());
    primary = ending(PackedRecords.RDATA, shared, false, 0);
    int begin = put(first, shared, PackedRecords.RDATA);
    Suffix own = common(second, first, shared.literal);
    shared = common(second, origin, origin.octets());
    boolean within = own.literal < shared.literal;
    shared = within ? own : shared;
    mailbox = ending(begin, shared, within, within ? PackedRecords.RDATA : 0);
    int end = put(second, shared, begin);
    System.arraycopy(plain, plain.length - NUMBERS_OCTETS, compressed, end, NUMBERS_OCTETS);
    end += NUMBERS_OCTETS;
    Layouts.putShort(compressed, PackedRecords.RDATA_LENGTH, end - PackedRecords.RDATA);
    primaryBelow = below(origin, first);
    mailboxBelow = below(origin, second);
  }

  /// Uncompressed, as [PackedRecords] says; not to be changed.
  public byte[] plain() {
    return plain;
  }

  /// The same with compressed names, in which the pointers are still to be set; longer than
  /// [#octets]. Not to be changed.
  public byte[] compressed() {
    return compressed;
  }

  /// Octets of the compressed record.
  public int octets() {
    return PackedRecords.next(compressed, 0);
  }

  public Ending primary() {
    return primary;
  }

  public Ending mailbox() {
    return mailbox;
  }

  /// Whether one of its names may have more in common with the question than the zone's name.
  ///
  /// @param below hash of the question's ancestor one label below the zone's name
  public boolean sharesMore(long below) {
    return below == primaryBelow || below == mailboxBelow;
  }

  private int put(Name name, Suffix shared, int at) {
    System.arraycopy(name.toWire(), 0, compressed, at, shared.literal);
    return at + shared.literal + (shared.at < 0 ? 0 : POINTER_OCTETS);
  }

  private static Ending ending(int begin, Suffix shared, boolean within, int base) {
    return shared.at < 0
        ? new Ending(0, false, 0)
        : new Ending(begin + shared.literal, within, base + shared.at);
  }

  /// @param reach octets of the other that may be pointed at
  private static Suffix common(Name name, Name other, int reach) {
    int literal = 0;
    for (Name suffix = name; !suffix.isRoot(); suffix = suffix.parent()) {
      int at = 0;
      for (Name its = other; !its.isRoot() && at < reach; its = its.parent()) {
        if (its.equals(suffix)) {
          return new Suffix(literal, at);
        }
        at = other.octets() - its.parent().octets();
      }
      literal = name.octets() - suffix.parent().octets();
    }
    return new Suffix(name.octets(), -1);
  }

  /// The hash of the name's ancestor one label below the zone's name; 0 for none.
  private static long below(Name origin, Name name) {
    int skip = name.labelCount() - origin.labelCount() - 1;
    return skip < 0 ? 0 : new NameKey().set(name).hash(skip);
  }

  private static Name nameAt(byte[] packed, int at) {
    return Name.ofWire(Arrays.copyOfRange(packed, at, at + Name.octetsAt(packed, at)));
  }
}
