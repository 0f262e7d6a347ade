package detour.server.cli;

import detour.server.api.ClusterReport;
import detour.server.api.ClusterReport.Node;
import detour.server.cli.Look.Mark;
import detour.server.cli.Look.Style;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Every node of a cluster: a head, a line for each, and under it what is wrong with it.
final class ClusterView {
  private static final int INDENT = 2;
  private static final List<String> HEADS =
      List.of("node", "region", "role", "presence", "for", "heard", "epoch", "skew", "version");

  private static final List<String> LEAST_IMPORTANT_FIRST =
      List.of("version", "for", "region", "role", "skew", "heard");
  private static final int GAP = 2;

  private final Page page;
  private final int columns;

  private ClusterView(Look look) {
    page = new Page(look);
    columns = look.columns();
  }

  static String render(ClusterReport report, Look look) {
    ClusterView view = new ClusterView(look);
    view.head(report);
    view.table(report.nodes());
    return view.page.toString();
  }

  private void head(ClusterReport report) {
    page.add(
        page.line()
            .add(Style.STRONG, "cluster " + report.name())
            .add(Style.DIM, "  as " + report.node() + " sees it"));
    page.add(store(report));
    String trouble = report.trouble();
    if (trouble != null) {
      page.wrapped(INDENT, Style.WARN, "its last write failed: " + trouble);
    }
    if (report.waiting() > 0) {
      page.wrapped(INDENT, Style.WARN, report.waiting() + " changes wait for the store");
    }
    report.alarms().forEach(alarm -> page.wrapped(INDENT, Style.WARN, alarm));
    configuration(report.nodes());
    page.blank();
  }

  /// Who runs the latest configuration of the store, where any node takes its own from there.
  private void configuration(List<Node> nodes) {
    List<Node> following = nodes.stream().filter(node -> node.configuration() != null).toList();
    long latest =
        following.stream()
            .map(Node::configuration)
            .mapToLong(one -> one == null ? 0 : Math.max(one.revision(), one.refused()))
            .max()
            .orElse(0);
    if (latest == 0) {
      return;
    }
    long running = following.stream().filter(node -> runs(node, latest)).count();
    boolean all = running == following.size();
    page.add(
        page.line()
            .mark(all ? Mark.GOOD : Mark.WARN)
            .add(" configuration ")
            .add(
                all ? Style.PLAIN : Style.WARN,
                "revision %d on %d of %d nodes".formatted(latest, running, following.size())));
    for (Node node : following) {
      if (!runs(node, latest)) {
        page.wrapped(INDENT, Style.WARN, RollOut.said(node, latest, node.name() + " "));
      }
    }
  }

  private static boolean runs(Node node, long revision) {
    ClusterReport.Configuration configuration = node.configuration();
    return configuration != null && configuration.revision() >= revision;
  }

  private Line store(ClusterReport report) {
    Double age = report.ageSeconds();
    String current =
        age == null ? "nothing was heard of the others yet" : "current " + seconds(age) + " ago";
    Line line = page.line().mark(report.reachable() ? Mark.GOOD : Mark.BAD);
    return line.add(report.reachable() ? " store reachable, " : " store not reachable, ")
        .add(report.stale() ? Style.BAD : Style.PLAIN, current + (report.stale() ? ": stale" : ""));
  }

  private void table(List<Node> nodes) {
    List<List<String>> rows = nodes.stream().map(ClusterView::cells).toList();
    int[] widths = new int[HEADS.size()];
    for (int i = 0; i < widths.length; i++) {
      int cell = i;
      int widest = rows.stream().mapToInt(row -> row.get(cell).length()).max().orElse(0);
      widths[i] = Math.max(widest, HEADS.get(i).length());
    }
    List<Integer> shown = shown(widths);
    Line head = page.line();
    place(head, HEADS, widths, shown, Style.DIM);
    page.add(head);
    for (int node = 0; node < nodes.size(); node++) {
      row(nodes.get(node), rows.get(node), widths, shown);
    }
  }

  /// The columns for which there is room.
  private List<Integer> shown(int[] widths) {
    List<Integer> shown = new ArrayList<>(IntStream.range(0, widths.length).boxed().toList());
    for (String head : LEAST_IMPORTANT_FIRST) {
      int width = INDENT - GAP + shown.stream().mapToInt(column -> widths[column] + GAP).sum();
      if (width > columns) {
        shown.remove(Integer.valueOf(HEADS.indexOf(head)));
      }
    }
    return shown;
  }

  private static void place(
      Line line, List<String> cells, int[] widths, List<Integer> shown, Style style) {
    int at = INDENT;
    for (int column : shown) {
      line.to(at).add(style, cells.get(column));
      at += widths[column] + GAP;
    }
  }

  private void row(Node node, List<String> cells, int[] widths, List<Integer> shown) {
    Line line = page.line().mark(mark(node));
    place(line, cells, widths, shown, Style.PLAIN);
    page.add(line);
    if (!node.agrees()) {
      page.wrapped(INDENT + 2, Style.WARN, kind(node) + node.disagreement());
    } else if (!node.detail().isEmpty()) {
      page.wrapped(INDENT + 2, Style.DIM, node.detail());
    }
    if (node.frozen() > 0) {
      page.wrapped(INDENT + 2, Style.WARN, node.frozen() + " endpoints have a frozen verdict");
    }
  }

  private static String kind(Node node) {
    Double behind = node.behindSeconds();
    if (behind != null) {
      return "behind for %s: ".formatted(Times.span(Duration.ofSeconds(behind.longValue())));
    }
    return node.presence().equals("ABSENT") ? "" : "disagrees: ";
  }

  private static Mark mark(Node node) {
    if (node.presence().equals("ABSENT")) {
      return Mark.BAD;
    }
    return node.agrees() && node.presence().equals("PRESENT") ? Mark.GOOD : Mark.WARN;
  }

  private static List<String> cells(Node node) {
    Double present = node.presentSeconds();
    Double heard = node.heardSecondsAgo();
    return List.of(
        node.name(),
        node.region(),
        node.role(),
        node.presence().toLowerCase(Locale.ROOT),
        present == null ? "-" : Times.span(Duration.ofSeconds(present.longValue())),
        heard == null ? "this" : seconds(heard) + " ago",
        Long.toString(node.epoch()),
        skew(node.skewSeconds()),
        node.version());
  }

  private static String skew(@Nullable Double seconds) {
    if (seconds == null) {
      return "?";
    }
    return Math.abs(seconds) < 0.05 ? "0s" : String.format(Locale.ROOT, "%+.1fs", seconds);
  }

  private static String seconds(double seconds) {
    return seconds < 60
        ? String.format(Locale.ROOT, "%.1fs", seconds)
        : Times.span(Duration.ofSeconds((long) seconds));
  }
}
