package detour.server.cli;

import detour.server.cli.Look.Mark;
import detour.server.cli.Look.Style;
import java.util.ArrayList;
import java.util.List;

/// One line in the making: pieces of text, each in a style, whose width is known without the colour
/// codes.
final class Line {
  private final Look look;
  private final List<Piece> pieces = new ArrayList<>();
  private int width;

  Line(Look look) {
    this.look = look;
  }

  private record Piece(Style style, String text) {
    int width() {
      return text.codePointCount(0, text.length());
    }
  }

  Line add(Style style, String text) {
    String clean = look.clean(text);
    Piece piece = new Piece(style, clean);
    pieces.add(piece);
    width += piece.width();
    return this;
  }

  Line add(String text) {
    return add(Style.PLAIN, text);
  }

  Line mark(Mark mark) {
    return add(mark.style(), look.sign(mark));
  }

  Line add(Line other) {
    pieces.addAll(other.pieces);
    width += other.width;
    return this;
  }

  /// Spaces up to a column; at least one when the line is already there.
  Line to(int column) {
    return add(" ".repeat(Math.max(width == 0 ? 0 : 1, column - width)));
  }

  int width() {
    return width;
  }

  /// The text with its colours, cut to the look's width, without spaces at its end.
  String text() {
    StringBuilder text = new StringBuilder();
    int left = look.columns();
    for (Piece piece : trimmed()) {
      if (piece.width() <= left) {
        text.append(look.paint(piece.style, piece.text));
        left -= piece.width();
      } else {
        text.append(look.paint(piece.style, cut(piece.text, left)));
        break;
      }
    }
    return text.toString();
  }

  private String cut(String text, int width) {
    if (width == 0) {
      return "";
    }
    int end = text.offsetByCodePoints(0, width - 1);
    return text.substring(0, end) + look.sign(Mark.CUT);
  }

  private List<Piece> trimmed() {
    List<Piece> trimmed = new ArrayList<>(pieces);
    while (!trimmed.isEmpty()) {
      Piece last = trimmed.removeLast();
      String stripped = last.text.stripTrailing();
      if (!stripped.isEmpty()) {
        trimmed.add(new Piece(last.style, stripped));
        break;
      }
    }
    return trimmed;
  }
}
