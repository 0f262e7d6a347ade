package detour.server.cli;

/// How text may look: how wide, with colour or without, Unicode marks or ASCII ones.
///
/// @param columns width to keep within
public record Look(int columns, boolean colour, boolean unicode) {
  /// Lines that align something on the right do so no further out than this.
  private static final int COMFORTABLE = 100;

  /// What a colour says. Each has one meaning throughout.
  enum Style {
    PLAIN(""),
    GOOD("32"),
    WARN("33"),
    BAD("31"),
    STRONG("1"),
    DIM("2");

    private final String code;

    Style(String code) {
      this.code = code;
    }
  }

  /// A sign that also reads without colour.
  enum Mark {
    GOOD("✔", "+", Style.GOOD),
    WARN("▲", "!", Style.WARN),
    READY("◆", "*", Style.WARN),
    BAD("✗", "x", Style.BAD),
    UNKNOWN("○", "?", Style.DIM),
    ANSWERED("→", ">", Style.GOOD),
    CHANGE("→", "->", Style.DIM),
    BECAUSE("↑", "^", Style.DIM),
    BAR("█", "#", Style.GOOD),
    THIN("▏", "|", Style.GOOD),
    TIMES("×", "x", Style.DIM),
    CUT("…", "~", Style.DIM);

    private final String unicode;
    private final String ascii;
    private final Style style;

    Mark(String unicode, String ascii, Style style) {
      this.unicode = unicode;
      this.ascii = ascii;
      this.style = style;
    }

    Style style() {
      return style;
    }
  }

  String sign(Mark mark) {
    return unicode ? mark.unicode : mark.ascii;
  }

  String paint(Style style, String text) {
    return colour && style != Style.PLAIN && !text.isEmpty()
        ? "\u001b[" + style.code + "m" + text + "\u001b[0m"
        : text;
  }

  /// Width of lines that have something on the right.
  int comfortable() {
    return Math.min(columns, COMFORTABLE);
  }

  /// Text from elsewhere made harmless: a failure text must not move the cursor.
  String clean(String text) {
    StringBuilder clean = new StringBuilder(text.length());
    text.codePoints()
        .map(point -> point == '\n' || point == '\t' ? ' ' : point)
        .map(point -> isHarmless(point) ? point : '?')
        .forEach(clean::appendCodePoint);
    return clean.toString();
  }

  private boolean isHarmless(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.UNASSIGNED -> false;
      default -> unicode || point < 0x7f;
    };
  }
}
