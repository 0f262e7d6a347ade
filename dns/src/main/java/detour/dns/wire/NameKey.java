package detour.dns.wire;

import java.lang.foreign.MemorySegment;

/// A name that is being looked up: folded to small letters, with the places of its labels.
/// Reusable; belongs to one thread.
///
/// A suffix of the name is named by how many leading labels are skipped: 0 is the whole name,
/// [#labels] the root. Eight octets are read, folded and hashed at a time, so up to seven octets
/// behind the name are read too (and do not count).
public final class NameKey {
  private static final int MAXIMUM_LABELS = 127;
  private static final int POINTER = 0xC0;
  private static final long SEED = 0x9E3779B97F4A7C15L;
  private static final long MULTIPLIER = 0xD6E8FEB86659FD93L;

  private final byte[] folded = new byte[Name.MAXIMUM_OCTETS + 9];
  private final byte[] unfolded = new byte[Name.MAXIMUM_OCTETS + 9];
  private final int[] starts = new int[MAXIMUM_LABELS + 1];
  private int octets;
  private int labels;

  /// Holds nothing before its first use.
  public NameKey() {}

  /// Reads the uncompressed name at `offset`.
  ///
  /// @param available octets up to the end of the message; seven more must be readable
  /// @return octets of the name; -1 when it is compressed, too long or cut off
  public int read(MemorySegment memory, long offset, int available) {
    int at = 0;
    int count = 0;
    while (true) {
      if (at >= available) {
        return -1;
      }
      int label = memory.get(Layouts.BYTE, offset + at) & 0xFF;
      starts[count] = at;
      if (label == 0) {
        break;
      }
      at += label + 1;
      if (label > Name.MAXIMUM_LABEL_OCTETS || at >= Name.MAXIMUM_OCTETS) {
        return -1;
      }
      count++;
    }
    octets = at + 1;
    labels = count;
    for (int i = 0; i < octets; i += 8) {
      put(i, memory.get(Layouts.OCTETS, offset + i));
    }
    return octets;
  }

  /// Takes the uncompressed, valid name at `offset`; seven octets behind it must be readable.
  public NameKey set(byte[] wire, int offset) {
    int at = 0;
    int count = 0;
    while (true) {
      starts[count] = at;
      int label = wire[offset + at];
      if (label == 0) {
        break;
      }
      at += label + 1;
      count++;
    }
    octets = at + 1;
    labels = count;
    for (int i = 0; i < octets; i += 8) {
      put(i, (long) Layouts.ARRAY_OCTETS.get(wire, offset + i));
    }
    return this;
  }

  /// Takes a name.
  public NameKey set(Name name) {
    name.copyTo(unfolded, 0);
    return set(unfolded, 0);
  }

  /// Reads a possibly compressed name from a message that was written here, and is therefore valid.
  ///
  /// @param message where the message begins
  /// @param position where the name begins, from there
  public NameKey readWritten(MemorySegment memory, long message, int position) {
    int from = position;
    int at = 0;
    int count = 0;
    while (true) {
      int label = memory.get(Layouts.BYTE, message + from) & 0xFF;
      if (label >= POINTER) {
        from = memory.get(Layouts.SHORT, message + from) & 0x3FFF;
        continue;
      }
      starts[count] = at;
      folded[at++] = (byte) label;
      if (label == 0) {
        break;
      }
      for (int i = 1; i <= label; i++) {
        folded[at++] = (byte) Folding.fold(memory.get(Layouts.BYTE, message + from + i) & 0xFF);
      }
      from += label + 1;
      count++;
    }
    octets = at;
    labels = count;
    return this;
  }

  public int octets() {
    return octets;
  }

  public int labels() {
    return labels;
  }

  /// Where the suffix begins, in octets.
  public int start(int skip) {
    return starts[skip];
  }

  /// A well-mixed hash of a suffix; equal for names that differ in case only.
  public long hash(int skip) {
    return hashFrom(starts[skip]);
  }

  /// The hash of `*.` and the suffix.
  ///
  /// @param skip at least 1
  public long wildcardHash(int skip) {
    int start = starts[skip] - 2;
    byte length = folded[start];
    byte octet = folded[start + 1];
    folded[start] = 1;
    folded[start + 1] = '*';
    long hash = hashFrom(start);
    folded[start] = length;
    folded[start + 1] = octet;
    return hash;
  }

  /// Whether the suffix equals the wire-form name of `length` octets at `offset`, without case;
  /// seven octets behind it must be readable.
  public boolean matches(int skip, byte[] wire, int offset, int length) {
    int start = starts[skip];
    return octets - start == length && matchesFrom(start, wire, offset, length);
  }

  /// Whether `*.` and the suffix equals that name.
  ///
  /// @param skip at least 1
  public boolean wildcardMatches(int skip, byte[] wire, int offset, int length) {
    return length > 2
        && wire[offset] == 1
        && wire[offset + 1] == '*'
        && matches(skip, wire, offset + 2, length - 2);
  }

  /// Whether the suffix equals the name written at `position` of a message.
  boolean matchesWritten(int skip, MemorySegment memory, long message, int position) {
    int from = position;
    int at = starts[skip];
    while (true) {
      int label = memory.get(Layouts.BYTE, message + from) & 0xFF;
      if (label >= POINTER) {
        from = memory.get(Layouts.SHORT, message + from) & 0x3FFF;
        continue;
      }
      if (label != folded[at]) {
        return false;
      }
      if (label == 0) {
        return true;
      }
      for (int i = 1; i <= label; i++) {
        int octet = Folding.fold(memory.get(Layouts.BYTE, message + from + i) & 0xFF);
        if (octet != (folded[at + i] & 0xFF)) {
          return false;
        }
      }
      from += label + 1;
      at += label + 1;
    }
  }

  private boolean matchesFrom(int start, byte[] wire, int offset, int length) {
    int i = 0;
    for (; i + 8 <= length; i += 8) {
      if (get(start + i) != Folding.fold((long) Layouts.ARRAY_OCTETS.get(wire, offset + i))) {
        return false;
      }
    }
    if (i == length) {
      return true;
    }
    long mask = (1L << ((length - i) * 8)) - 1;
    long theirs = Folding.fold((long) Layouts.ARRAY_OCTETS.get(wire, offset + i));
    return ((get(start + i) ^ theirs) & mask) == 0;
  }

  private long hashFrom(int start) {
    int i = start;
    long hash = SEED + octets - start;
    for (; i + 8 <= octets; i += 8) {
      hash = mix(hash ^ get(i));
    }
    if (i < octets) {
      hash = mix(hash ^ (get(i) & ((1L << ((octets - i) * 8)) - 1)));
    }
    return mix(hash);
  }

  private static long mix(long value) {
    return (value * MULTIPLIER) ^ Math.unsignedMultiplyHigh(value, MULTIPLIER);
  }

  private long get(int at) {
    return (long) Layouts.ARRAY_OCTETS.get(folded, at);
  }

  private void put(int at, long octetsUnfolded) {
    Layouts.ARRAY_OCTETS.set(folded, at, Folding.fold(octetsUnfolded));
  }
}
