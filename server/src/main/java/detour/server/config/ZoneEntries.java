package detour.server.config;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Splits a zone file into its entries, and each into tokens (RFC 1035 section 5.1): comments left
/// out, lines in parentheses joined, quotes taken off, escapes kept.
///
/// Tokens are offsets into the file's bytes: nothing is made for a token that is not asked for.
final class ZoneEntries {
  /// More than any record can hold.
  private static final int MOST_TOKENS = 70_000;

  private final byte[] bytes;
  private int position;
  private int[] starts = new int[32];
  private int[] ends = new int[32];
  private boolean[] quoted = new boolean[32];
  private int size;
  private boolean blankStart;

  ZoneEntries(byte[] bytes) {
    this.bytes = bytes;
    // Editors of some systems put a byte order mark before the text.
    boolean mark =
        bytes.length >= 3
            && bytes[0] == (byte) 0xEF
            && bytes[1] == (byte) 0xBB
            && bytes[2] == (byte) 0xBF;
    this.position = mark ? 3 : 0;
  }

  /// Goes to the next entry that has a token; false at the end of the file.
  ///
  /// @throws EntryException when the entry cannot be split; the next call goes on after its line
  boolean next() throws EntryException {
    while (position < bytes.length) {
      size = 0;
      blankStart = isBlank(bytes[position]);
      try {
        readEntry();
      } catch (EntryException e) {
        skipLine();
        throw e;
      }
      if (size > 0) {
        return true;
      }
    }
    return false;
  }

  private void readEntry() throws EntryException {
    int openedAt = -1;
    while (position < bytes.length) {
      byte b = bytes[position];
      switch (b) {
        case '\n' -> {
          position++;
          if (openedAt < 0) {
            return;
          }
        }
        case ' ', '\t', '\r' -> position++;
        case ';' -> skipComment();
        case '(' -> {
          if (openedAt >= 0) {
            throw new EntryException(position, "a parenthesis inside parentheses");
          }
          openedAt = position++;
        }
        case ')' -> {
          if (openedAt < 0) {
            throw new EntryException(position, "')' without a '(' before it");
          }
          openedAt = -1;
          position++;
        }
        case '"' -> readQuoted();
        default -> readBare();
      }
    }
    if (openedAt >= 0) {
      throw new EntryException(openedAt, "this '(' is never closed");
    }
  }

  private void skipComment() {
    while (position < bytes.length && bytes[position] != '\n') {
      position++;
    }
  }

  private void skipLine() {
    skipComment();
    position = Math.min(position + 1, bytes.length);
  }

  private void readQuoted() throws EntryException {
    int opened = position++;
    int start = position;
    while (position < bytes.length && bytes[position] != '\n') {
      if (bytes[position] == '"') {
        add(start, position++, true);
        return;
      }
      position += escapeLength();
    }
    throw new EntryException(opened, "this quote is not closed in its line");
  }

  private void readBare() throws EntryException {
    int start = position;
    while (position < bytes.length && !endsToken(bytes[position])) {
      position += escapeLength();
    }
    add(start, position, false);
  }

  /// 2 at a backslash, whose next octet is never a delimiter; a line's end cannot be escaped.
  private int escapeLength() throws EntryException {
    if (bytes[position] != '\\') {
      return 1;
    }
    if (position + 1 >= bytes.length || bytes[position + 1] == '\n') {
      throw new EntryException(position, "a backslash with nothing after it");
    }
    return 2;
  }

  private static boolean endsToken(byte b) {
    return isBlank(b) || b == '\n' || b == ';' || b == '(' || b == ')' || b == '"';
  }

  private static boolean isBlank(byte b) {
    return b == ' ' || b == '\t' || b == '\r';
  }

  private void add(int start, int end, boolean isQuoted) throws EntryException {
    if (size == starts.length) {
      if (size >= MOST_TOKENS) {
        throw new EntryException(start, "more fields than a record can hold");
      }
      starts = Arrays.copyOf(starts, 2 * size);
      ends = Arrays.copyOf(ends, 2 * size);
      quoted = Arrays.copyOf(quoted, 2 * size);
    }
    starts[size] = start;
    ends[size] = end;
    quoted[size++] = isQuoted;
  }

  /// How many tokens the entry has.
  int size() {
    return size;
  }

  /// Whether the entry begins with a blank, which stands for the owner before it.
  boolean blankStart() {
    return blankStart;
  }

  byte[] bytes() {
    return bytes;
  }

  /// Offset of a token's first octet; past the last token the end of that.
  int start(int token) {
    return token < size ? starts[token] : size == 0 ? 0 : ends[size - 1];
  }

  int end(int token) {
    return ends[token];
  }

  boolean quoted(int token) {
    return quoted[token];
  }

  /// The token as it is written.
  String text(int token) {
    return new String(bytes, starts[token], ends[token] - starts[token], StandardCharsets.UTF_8);
  }

  /// Whether the token is this ASCII word, in any case.
  boolean is(int token, String word) {
    if (quoted[token] || ends[token] - starts[token] != word.length()) {
      return false;
    }
    for (int i = 0; i < word.length(); i++) {
      if (Character.toUpperCase((char) bytes[starts[token] + i])
          != Character.toUpperCase(word.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  /// The token with its escapes resolved.
  byte[] octets(int token) throws EntryException {
    byte[] octets = new byte[ends[token] - starts[token]];
    int length = 0;
    for (int at = starts[token]; at < ends[token]; at += escapedLength(bytes, at)) {
      octets[length++] = (byte) octet(bytes, at, ends[token]);
    }
    return length == octets.length ? octets : Arrays.copyOf(octets, length);
  }

  /// The octet that is written at an offset: itself, `\X` or `\DDD`.
  static int octet(byte[] bytes, int at, int end) throws EntryException {
    if (bytes[at] != '\\') {
      return bytes[at];
    }
    if (!isDigit(bytes[at + 1])) {
      return bytes[at + 1];
    }
    if (at + 3 >= end || !isDigit(bytes[at + 2]) || !isDigit(bytes[at + 3])) {
      throw new EntryException(at, "a backslash and a digit need two more digits, as \\032");
    }
    int value = (bytes[at + 1] - '0') * 100 + (bytes[at + 2] - '0') * 10 + (bytes[at + 3] - '0');
    if (value > 255) {
      throw new EntryException(at, "an escape is at most \\255");
    }
    return value;
  }

  /// How many octets the file spends on one.
  static int escapedLength(byte[] bytes, int at) {
    if (bytes[at] != '\\') {
      return 1;
    }
    return isDigit(bytes[at + 1]) ? 4 : 2;
  }

  static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }
}
