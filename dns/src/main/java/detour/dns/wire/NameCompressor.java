package detour.dns.wire;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// Writes names into a message and points back to suffixes that stand there already (RFC 1035
/// section 4.1.4). Reusable; belongs to one thread.
public final class NameCompressor {
  /// Suffixes remembered; later ones are written, but not pointed at.
  private static final int CAPACITY = 128;

  /// A pointer has 14 bits.
  private static final int POINTABLE_OCTETS = 0x4000;

  private final NameKey key = new NameKey();
  private final long[] hashes = new long[CAPACITY];
  private final int[] positions = new int[CAPACITY];
  private int known;

  /// Knows no names before [#begin].
  public NameCompressor() {}

  /// Forgets everything; the question's name is known from the start.
  public void begin(NameKey question) {
    known = 0;
    learn(question, question.labels(), Header.OCTETS);
  }

  /// Writes the name at `position` of the message.
  ///
  /// @param wire holds the uncompressed name at `from`, and seven readable octets behind it
  /// @param limit the message may not grow beyond it
  /// @return where the name ends; -1 when it does not fit
  public int write(
      MemorySegment memory, long message, int position, int limit, byte[] wire, int from) {
    key.set(wire, from);
    int skip = 0;
    int pointer = -1;
    for (; skip < key.labels(); skip++) {
      pointer = find(memory, message, skip);
      if (pointer >= 0) {
        break;
      }
    }
    int literal = pointer >= 0 ? key.start(skip) : key.octets();
    int end = position + literal + (pointer >= 0 ? 2 : 0);
    if (end > limit) {
      return -1;
    }
    for (int i = 0; i < literal; i++) {
      memory.set(Layouts.BYTE, message + position + i, wire[from + i]);
    }
    if (pointer >= 0) {
      memory.set(Layouts.SHORT, message + position + literal, (short) (0xC000 | pointer));
    }
    learn(key, skip, position);
    return end;
  }

  /// Remembers a name that was written uncompressed.
  ///
  /// @param wire holds it at `from`, and seven readable octets behind it
  /// @param position where it stands in the message
  public void learn(byte[] wire, int from, int position) {
    key.set(wire, from);
    learn(key, key.labels(), position);
  }

  /// Forgets what was written at or behind a position, because it is taken back.
  public void rewind(int position) {
    while (known > 0 && positions[known - 1] >= position) {
      known--;
    }
  }

  private int find(MemorySegment memory, long message, int skip) {
    long hash = key.hash(skip);
    for (int i = 0; i < known; i++) {
      if (hashes[i] == hash && key.matchesWritten(skip, memory, message, positions[i])) {
        return positions[i];
      }
    }
    return -1;
  }

  private void learn(NameKey name, int count, int position) {
    for (int skip = 0; skip < count && known < CAPACITY; skip++) {
      int at = position + name.start(skip);
      if (at >= POINTABLE_OCTETS) {
        return;
      }
      hashes[known] = name.hash(skip);
      positions[known++] = at;
    }
  }

  @Override
  public String toString() {
    return "names known at " + Arrays.toString(Arrays.copyOf(positions, known));
  }
}
