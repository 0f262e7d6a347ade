package detour.dns.answer;

import detour.dns.wire.Layouts;
import detour.dns.wire.PackedRecords;
import detour.dns.wire.RecordType;
import java.util.Arrays;

/// Chooses among the prepared records of a service, writes the chosen ones and notes that they were
/// handed out.
final class ServiceWriter {
  private final ResponseWriter writer;
  private final RandomSource random;

  /// Where hand-outs are counted. Two writers that chance gives the same lane count right, too.
  private final int lane;

  /// Records that the present draw has taken, one bit each.
  private final long[] taken = new long[(PreparedAnswer.MAXIMUM_RECORDS + 63) / 64];

  ServiceWriter(ResponseWriter writer, RandomSource random) {
    this.writer = writer;
    this.random = random;
    this.lane = (int) random.below(PreparedAnswer.LANES);
  }

  /// Writes the address records that are due.
  ///
  /// @return how many; -1 when they do not fit
  int appendAddresses(PreparedAnswer prepared, int owner, long nowMillis) {
    int drawn = prepared.size() == 1 ? 0 : prepared.answered();
    int count = drawn == 0 ? prepared.size() : drawn;
    int octets = count * prepared.stride();
    if (!writer.fits(octets)) {
      return -1;
    }
    if (drawn == 0) {
      int first = count == 1 ? 0 : (int) random.below(count);
      writer.copy(prepared.packed(), first * prepared.stride(), octets, owner);
      prepared.handOutAll(lane, nowMillis);
    } else if (drawn == 1) {
      appendOne(prepared, drawOne(prepared), owner, nowMillis);
    } else {
      appendDrawn(prepared, drawn, owner, nowMillis);
    }
    return count;
  }

  /// Writes all records of a type other than A and AAAA.
  ///
  /// @return false when they do not fit
  boolean appendRecords(PreparedAnswer prepared, int owner, long nowMillis) {
    if (!writer.appendSet(
        prepared.packed(),
        0,
        prepared.octets(),
        Layouts.unsignedShort(prepared.packed(), PackedRecords.TYPE),
        owner)) {
      return false;
    }
    prepared.handOutAll(lane, nowMillis);
    return true;
  }

  /// Draws one target of an alias and writes it.
  ///
  /// @return false when it does not fit
  boolean appendAlias(PreparedAnswer prepared, int owner, long nowMillis) {
    int chosen = prepared.size() == 1 ? 0 : drawOne(prepared);
    if (!writer.appendSet(
        prepared.packed(),
        prepared.start(chosen),
        prepared.octets(chosen),
        RecordType.CNAME,
        owner)) {
      return false;
    }
    prepared.handOut(chosen, lane, nowMillis);
    return true;
  }

  private void appendOne(PreparedAnswer prepared, int chosen, int owner, long nowMillis) {
    int stride = prepared.stride();
    writer.copy(prepared.packed(), chosen * stride, stride, owner);
    prepared.handOut(chosen, lane, nowMillis);
  }

  /// Each draw takes a record with a chance of its weight among those that are left.
  private void appendDrawn(PreparedAnswer prepared, int count, int owner, long nowMillis) {
    Arrays.fill(taken, 0, (prepared.size() + 63) / 64, 0);
    long left = prepared.totalWeight();
    for (int i = 0; i < count; i++) {
      int chosen = draw(prepared, random.below(left));
      taken[chosen >> 6] |= 1L << chosen;
      left -= prepared.weight(chosen);
      appendOne(prepared, chosen, owner, nowMillis);
    }
  }

  /// A record by weight; weights that are all the same are not looked at.
  private int drawOne(PreparedAnswer prepared) {
    if (prepared.evenWeights()) {
      return (int) random.below(prepared.size());
    }
    long ticket = random.below(prepared.totalWeight());
    int i = 0;
    for (long sum = prepared.weight(0); sum <= ticket; sum += prepared.weight(i)) {
      i++;
    }
    return i;
  }

  /// The record that is not taken at which the running sum of weights passes `ticket`.
  private int draw(PreparedAnswer prepared, long ticket) {
    long sum = 0;
    int i = 0;
    while (true) {
      if ((taken[i >> 6] & (1L << i)) == 0) {
        sum += prepared.weight(i);
        if (ticket < sum) {
          return i;
        }
      }
      i++;
    }
  }
}
