package detour.server.probe.text;

/// Text from elsewhere made fit for one line of a log, a table or a JSON field.
public final class OneLine {
  public static final int LENGTH_MAX = 200;

  private OneLine() {}

  /// The text with control and format characters escaped, cut to [#LENGTH_MAX] characters.
  public static String of(String text) {
    return of(text, LENGTH_MAX);
  }

  /// The same, cut to `lengthMax` characters, at least 3.
  public static String of(String text, int lengthMax) {
    StringBuilder line = new StringBuilder(Math.min(text.length(), lengthMax) + 8);
    for (int i = 0; i < text.length() && line.length() <= lengthMax; ) {
      int character = text.codePointAt(i);
      append(line, character);
      i += Character.charCount(character);
    }
    if (line.length() > lengthMax) {
      int end = lengthMax - 3;
      if (Character.isHighSurrogate(line.charAt(end - 1))) {
        end--;
      }
      line.setLength(end);
      line.append("...");
    }
    return line.toString();
  }

  private static void append(StringBuilder line, int character) {
    switch (character) {
      case '\r' -> line.append("\\r");
      case '\n' -> line.append("\\n");
      case '\t' -> line.append("\\t");
      default -> {
        if (isInvisible(character)) {
          line.append(String.format("\\u%04x", character));
        } else {
          line.appendCodePoint(character);
        }
      }
    }
  }

  private static boolean isInvisible(int character) {
    return switch (Character.getType(character)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      default -> false;
    };
  }
}
