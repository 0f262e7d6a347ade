package detour.server.cli;

import detour.server.api.ConfigurationText;
import detour.server.api.RevisionReport;
import detour.server.api.RevisionsReport;
import detour.server.cli.Look.Mark;
import detour.server.cli.Look.Style;
import detour.server.cli.Page.Sentence;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// The revisions of a cluster's configuration, and how one differs from files.
final class RevisionViews {
  private static final int COMMENT_INDENT = 12;

  private RevisionViews() {}

  /// Newest last, where the eye is when the command ends.
  static String history(RevisionsReport report, Look look, Times times) {
    Page page = new Page(look);
    if (report.revisions().isEmpty()) {
      String none = "the cluster has no configuration yet: detour config push";
      return page.add(page.line().add(Style.DIM, none)).toString();
    }
    List<List<Line>> rows = new ArrayList<>();
    List<Sentence> comments = new ArrayList<>();
    rows.add(
        List.of(
            page.line().add("  ").add(Style.DIM, "REVISION"),
            page.line().add(Style.DIM, "WHEN"),
            page.line().add(Style.DIM, "BY")));
    comments.add(new Sentence(Style.DIM, "COMMENT"));
    for (RevisionReport one : report.revisions().reversed()) {
      Line number =
          one.current() ? page.line().mark(Mark.ANSWERED).add(" ") : page.line().add("  ");
      rows.add(
          List.of(
              number.add(one.current() ? Style.STRONG : Style.PLAIN, Long.toString(one.revision())),
              page.line().add(Style.DIM, times.full(one.when())),
              page.line().add(one.author())));
      comments.add(new Sentence(Style.PLAIN, one.comment()));
    }
    List<Line> aligned = page.aligned(0, rows);
    int column = Page.columnAfter(aligned);
    for (int i = 0; i < rows.size(); i++) {
      page.add(aligned.get(i), column, comments.get(i), COMMENT_INDENT);
    }
    return page.toString();
  }

  /// The lines of a unified diff from a revision to what the files hold; none when they are equal.
  static List<String> diff(long revision, ConfigurationText before, ConfigurationText after) {
    String name = "revision " + revision + ": ";
    List<String> lines =
        new ArrayList<>(
            UnifiedDiff.lines(
                before.document(), after.document(), name + before.name(), after.name()));
    Set<String> paths = new TreeSet<>(before.files().keySet());
    paths.addAll(after.files().keySet());
    for (String path : paths) {
      boolean added = !before.files().containsKey(path);
      boolean removed = !after.files().containsKey(path);
      lines.addAll(
          UnifiedDiff.lines(
              before.files().getOrDefault(path, ""),
              after.files().getOrDefault(path, ""),
              added ? "/dev/null" : name + path,
              removed ? "/dev/null" : path));
    }
    return lines;
  }
}
