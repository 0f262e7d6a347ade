package detour.dns.zone;

import detour.dns.wire.NameKey;

/// An index of names in a byte array: open addressing over packed slots, no object per name.
///
/// A slot holds the upper half of the name's hash and, in the lower half, where an entry lies in
/// the byte array. An entry is free in its first [#NAME_LENGTH] octets; then come the length of its
/// name and the name, uncompressed. Seven octets must be readable behind every name.
public final class NameTable {
  /// Where an entry holds the length of its name.
  public static final int NAME_LENGTH = 2;

  /// Where an entry holds its name.
  public static final int NAME = 3;

  private static final long EMPTY = 0;
  private static final long TAG = 0xFFFFFFFF00000000L;

  private long[] slots;
  private int size;

  /// @param expected how many names will come; more may
  public NameTable(int expected) {
    slots = new long[Integer.highestOneBit(Math.max(4, expected)) << 1];
  }

  /// The entry of a suffix of the name; 0 when there is none.
  public int find(byte[] entries, NameKey name, int skip) {
    long[] table = slots;
    long hash = name.hash(skip);
    int mask = table.length - 1;
    for (int slot = (int) hash & mask; ; slot = (slot + 1) & mask) {
      long found = table[slot];
      if (found == EMPTY) {
        return 0;
      }
      if (((found ^ hash) & TAG) == 0) {
        int entry = (int) found;
        if (name.matches(skip, entries, entry + NAME, entries[entry + NAME_LENGTH] & 0xFF)) {
          return entry;
        }
      }
    }
  }

  /// The entry of `*.` and a suffix of the name; 0 when there is none.
  ///
  /// @param skip at least 1
  public int findWildcard(byte[] entries, NameKey name, int skip) {
    long hash = name.wildcardHash(skip);
    int mask = slots.length - 1;
    for (int slot = (int) hash & mask; ; slot = (slot + 1) & mask) {
      long found = slots[slot];
      if (found == EMPTY) {
        return 0;
      }
      int entry = (int) found;
      if (((found ^ hash) & TAG) == 0
          && name.wildcardMatches(
              skip, entries, entry + NAME, entries[entry + NAME_LENGTH] & 0xFF)) {
        return entry;
      }
    }
  }

  /// Adds an entry whose name is not there yet.
  ///
  /// @param hash of its name
  /// @param entry above 0
  public void add(long hash, int entry) {
    if ((size + 1) * 4L > slots.length * 3L) {
      throw new IllegalStateException("the table is full; grow it first");
    }
    put((hash & TAG) | entry, hash);
    size++;
  }

  /// Makes room for one more; the names are hashed anew where the table grows.
  public void ensureRoom(byte[] entries, NameKey scratch) {
    if ((size + 1) * 4L <= slots.length * 3L) {
      return;
    }
    long[] old = slots;
    slots = new long[old.length * 2];
    for (long slot : old) {
      if (slot != EMPTY) {
        put(slot, scratch.set(entries, (int) slot + NAME).hash(0));
      }
    }
  }

  public int size() {
    return size;
  }

  private void put(long value, long hash) {
    int mask = slots.length - 1;
    int slot = (int) hash & mask;
    while (slots[slot] != EMPTY) {
      slot = (slot + 1) & mask;
    }
    slots[slot] = value;
  }
}
