package detour.dns.wire;

import java.util.Arrays;

/// A domain name in wire form, case kept, compared without case.
///
/// The natural order is the canonical one of RFC 4034 section 6.1.
public final class Name implements Comparable<Name> {
  /// Octets of the longest name, final zero octet included (RFC 1035 section 2.3.4).
  public static final int MAXIMUM_OCTETS = 255;

  /// Octets of the longest label (RFC 1035 section 2.3.4).
  public static final int MAXIMUM_LABEL_OCTETS = 63;

  public static final Name ROOT = new Name(new byte[1]);

  private final byte[] wire;

  private Name(byte[] wire) {
    this.wire = wire;
  }

  /// Reads an absolute name in presentation form (RFC 1035 section 5.1 escapes); the final dot may
  /// be missing.
  ///
  /// @throws IllegalArgumentException with the reason: empty label, label over 63 octets, name over
  ///   255 octets, bad escape
  public static Name parse(String text) {
    return new Name(NameText.read(text));
  }

  /// Wraps an uncompressed wire-form name, final zero octet included.
  ///
  /// @throws IllegalArgumentException when the octets are not exactly one such name
  public static Name ofWire(byte[] wire) {
    int octets = octetsAt(wire, 0);
    if (octets != wire.length) {
      throw new IllegalArgumentException("not one uncompressed name: " + Arrays.toString(wire));
    }
    return new Name(wire.clone());
  }

  /// Octets of the uncompressed name that begins at `offset`; -1 when there is none.
  public static int octetsAt(byte[] bytes, int offset) {
    int at = offset;
    while (at >= 0 && at < bytes.length) {
      int label = bytes[at] & 0xFF;
      if (label > MAXIMUM_LABEL_OCTETS) {
        return -1;
      }
      at += label + 1;
      if (at - offset > MAXIMUM_OCTETS) {
        return -1;
      }
      if (label == 0) {
        return at - offset;
      }
    }
    return -1;
  }

  /// The uncompressed wire form, final zero octet included.
  public byte[] toWire() {
    return wire.clone();
  }

  /// Copies the wire form.
  ///
  /// @return where it ends
  public int copyTo(byte[] target, int at) {
    System.arraycopy(wire, 0, target, at, wire.length);
    return at + wire.length;
  }

  /// Octets of the wire form, 1 to 255.
  public int octets() {
    return wire.length;
  }

  /// How many labels it has; the root has none.
  public int labelCount() {
    int count = 0;
    for (int at = 0; wire[at] != 0; at += wire[at] + 1) {
      count++;
    }
    return count;
  }

  public boolean isRoot() {
    return wire.length == 1;
  }

  /// Whether the first label is a lone asterisk (RFC 4592 section 2.1.1).
  public boolean isWildcard() {
    return wire.length > 2 && wire[0] == 1 && wire[1] == '*';
  }

  /// The name without its first label.
  ///
  /// @throws IllegalStateException for the root
  public Name parent() {
    if (isRoot()) {
      throw new IllegalStateException("the root has no parent");
    }
    return new Name(Arrays.copyOfRange(wire, wire[0] + 1, wire.length));
  }

  /// `*.` and this name.
  ///
  /// @throws IllegalArgumentException when that is over 255 octets
  public Name wildcard() {
    if (wire.length + 2 > MAXIMUM_OCTETS) {
      throw new IllegalArgumentException("*." + this + " has more than 255 octets");
    }
    byte[] longer = new byte[wire.length + 2];
    longer[0] = 1;
    longer[1] = '*';
    System.arraycopy(wire, 0, longer, 2, wire.length);
    return new Name(longer);
  }

  /// Whether it is `ancestor` or a name below it.
  public boolean isSubdomainOf(Name ancestor) {
    int skip = wire.length - ancestor.wire.length;
    int at = 0;
    while (at < skip) {
      at += wire[at] + 1;
    }
    if (at != skip) {
      return false;
    }
    for (int i = 0; i < ancestor.wire.length; i++) {
      if (Folding.fold(wire[skip + i] & 0xFF) != Folding.fold(ancestor.wire[i] & 0xFF)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public int compareTo(Name other) {
    int[] labels = labelOffsets();
    int[] otherLabels = other.labelOffsets();
    int common = Math.min(labels.length, otherLabels.length);
    for (int i = 1; i <= common; i++) {
      int order =
          compareLabels(
              wire, labels[labels.length - i], other.wire, otherLabels[otherLabels.length - i]);
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(labels.length, otherLabels.length);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Name name && wire.length == name.wire.length && isSubdomainOf(name);
  }

  @Override
  public int hashCode() {
    int hash = 1;
    for (byte octet : wire) {
      hash = 31 * hash + Folding.fold(octet & 0xFF);
    }
    return hash;
  }

  /// The presentation form with its final dot; what [#parse] reads back to the same octets.
  @Override
  public String toString() {
    return NameText.write(wire);
  }

  private int[] labelOffsets() {
    int[] offsets = new int[labelCount()];
    int at = 0;
    for (int i = 0; i < offsets.length; i++) {
      offsets[i] = at;
      at += wire[at] + 1;
    }
    return offsets;
  }

  private static int compareLabels(byte[] left, int leftAt, byte[] right, int rightAt) {
    int common = Math.min(left[leftAt], right[rightAt]);
    for (int i = 1; i <= common; i++) {
      int order =
          Integer.compare(
              Folding.fold(left[leftAt + i] & 0xFF), Folding.fold(right[rightAt + i] & 0xFF));
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(left[leftAt], right[rightAt]);
  }
}
