package detour.server.cli;

import detour.server.cli.Look.Style;
import java.util.ArrayList;
import java.util.List;

/// Lines of text for a terminal: plain ones, wrapped ones, and tables.
final class Page {
  private final Look look;
  private final StringBuilder text = new StringBuilder();

  Page(Look look) {
    this.look = look;
  }

  Look look() {
    return look;
  }

  /// A line in the making, for this page's look.
  Line line() {
    return new Line(look);
  }

  Line indented(int columns) {
    return line().add(" ".repeat(columns));
  }

  Page add(Line line) {
    text.append(line.text()).append('\n');
    return this;
  }

  Page blank() {
    text.append('\n');
    return this;
  }

  /// A sentence in one style, wrapped at words, each line indented.
  Page wrapped(int indent, Style style, String sentence) {
    for (String row : rows(indent, sentence)) {
      add(indented(indent).add(style, row));
    }
    return this;
  }

  /// A label, and beside it at a column a sentence that is wrapped there.
  Page hanging(Line label, int column, Style style, String sentence) {
    Line begun = label;
    for (String row : rows(column, sentence)) {
      add(begun.to(column).add(style, row));
      begun = line();
    }
    return this;
  }

  private List<String> rows(int indent, String sentence) {
    int room = Math.max(20, look.comfortable() - indent);
    List<String> rows = new ArrayList<>();
    StringBuilder row = new StringBuilder();
    for (String word : look.clean(sentence).split(" +", -1)) {
      if (!row.isEmpty() && row.length() + 1 + word.length() > room) {
        rows.add(row.toString());
        row.setLength(0);
      }
      row.append(row.isEmpty() ? "" : " ").append(word);
    }
    rows.add(row.toString());
    return rows;
  }

  /// A row that ends in a sentence: beside it at a column where there is room, else wrapped below.
  Page add(Line row, int column, Sentence sentence, int indent) {
    Line beside = line().add(row).to(column).add(sentence.style(), sentence.text());
    if (beside.width() <= look.columns() || sentence.style() == Style.DIM) {
      return add(beside);
    }
    return add(row).wrapped(indent, sentence.style(), sentence.text());
  }

  /// Text that may be long. A dim one is not worth a line of its own.
  record Sentence(Style style, String text) {}

  /// Where a sentence beside these rows begins.
  static int columnAfter(List<Line> rows) {
    return 2 + rows.stream().mapToInt(Line::width).max().orElse(0);
  }

  /// Rows of cells in aligned columns, two spaces between them.
  Page table(int indent, List<List<Line>> rows) {
    for (Line row : aligned(indent, rows)) {
      add(row);
    }
    return this;
  }

  /// The lines of a table, for those who put more between them.
  List<Line> aligned(int indent, List<List<Line>> rows) {
    int count = rows.stream().mapToInt(List::size).max().orElse(0);
    int[] widths = new int[count];
    for (List<Line> row : rows) {
      for (int column = 0; column < row.size(); column++) {
        widths[column] = Math.max(widths[column], row.get(column).width());
      }
    }
    List<Line> lines = new ArrayList<>();
    for (List<Line> row : rows) {
      Line line = indented(indent);
      int start = indent;
      for (int column = 0; column < row.size(); column++) {
        if (widths[column] > 0) {
          line.add(" ".repeat(start - line.width())).add(row.get(column));
          start += widths[column] + 2;
        }
      }
      lines.add(line);
    }
    return lines;
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
