package detour.server.config;

import detour.dns.wire.Name;
import detour.server.config.ZoneFileReader.FileException;
import detour.server.options.Place;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/// Gathers from a configuration file and its zone files what the nodes of a cluster share.
///
/// Sections that are each node's own are left out; the lines of all others keep their numbers, so
/// that a problem which any node finds names the line in the file that was pushed. Whether it all
/// makes sense is not looked at.
public final class SharedDocumentReader {
  private final Path file;
  private final Problems problems;
  private final Map<String, String> zoneFiles = new TreeMap<>();
  private final List<String> leftOut = new ArrayList<>();

  private SharedDocumentReader(Path file) {
    this.file = file;
    this.problems = new Problems(file.toString());
  }

  /// What a reading gave.
  public sealed interface Result {
    /// @param leftOut the sections that are each node's own
    record Gathered(SharedDocument document, List<String> leftOut) implements Result {}

    /// @param problems at least one
    record Invalid(List<Problem> problems) implements Result {}
  }

  /// Never throws.
  public static Result read(Path file) {
    return new SharedDocumentReader(file).gather();
  }

  private Result gather() {
    String text = text();
    Node root =
        text == null ? null : YamlDocument.parse(text.getBytes(StandardCharsets.UTF_8), problems);
    if (root == null || text == null) {
      return new Result.Invalid(problems.errors());
    }
    if (!(root instanceof MappingNode mapping)) {
      problems.report(YamlDocument.place(root, ""), "expected a mapping of sections");
      return new Result.Invalid(problems.errors());
    }
    String document = withoutOwn(mapping, text);
    for (NodeTuple section : Sections.tuples(root)) {
      if (Sections.key(section).equals("zones")
          && section.getValueNode() instanceof SequenceNode zones) {
        zones.getValue().forEach(this::zone);
      }
    }
    return problems.count() > 0
        ? new Result.Invalid(problems.errors())
        : new Result.Gathered(
            new SharedDocument(file.getFileName().toString(), document, zoneFiles), leftOut);
  }

  private @Nullable String text() {
    Node readable = YamlDocument.read(file, problems);
    try {
      return readable == null ? null : Files.readString(file);
    } catch (IOException e) {
      problems.report(new Place(0, 0, ""), "cannot be read: " + Wording.oneLine(e.getMessage()));
      return null;
    }
  }

  private String withoutOwn(MappingNode root, String text) {
    List<String> lines = new ArrayList<>(List.of(text.split("\n", -1)));
    List<NodeTuple> sections = root.getValue();
    for (int i = 0; i < sections.size(); i++) {
      String key = Sections.key(sections.get(i));
      if (Sections.OWN.contains(key)) {
        if (root.getFlowStyle() == FlowStyle.FLOW) {
          problems.report(
              YamlDocument.place(sections.get(i).getKeyNode(), key),
              "is each node's own and not pushed: remove it, or begin each section on a line of its"
                  + " own");
          continue;
        }
        leftOut.add(key);
        int first = line(sections.get(i));
        int next = i + 1 < sections.size() ? line(sections.get(i + 1)) : lines.size();
        int end = next;
        while (end > first + 1 && isBetween(lines.get(end - 1))) {
          end--;
        }
        lines.set(first, "# " + key + ": each node's own");
        for (int line = first + 1; line < end; line++) {
          lines.set(line, "");
        }
      }
    }
    return String.join("\n", lines);
  }

  /// Whether a line may belong to what comes after it: it is blank, or a comment of the document.
  private static boolean isBetween(String line) {
    return line.isBlank() || line.startsWith("#") || line.startsWith("...");
  }

  private static int line(NodeTuple section) {
    return section.getKeyNode().getStartMark().orElseThrow().getLine();
  }

  private void zone(Node zone) {
    String name = "";
    ScalarNode named = null;
    for (NodeTuple entry : Sections.tuples(zone)) {
      if (entry.getValueNode() instanceof ScalarNode value) {
        switch (Sections.key(entry)) {
          case "name" -> name = value.getValue();
          case "file" -> named = value;
          default -> {}
        }
      }
    }
    if (named != null) {
      zoneFile(name, named);
    }
  }

  private void zoneFile(String zone, ScalarNode named) {
    Place place = YamlDocument.place(named, "zones");
    try {
      Path path = Path.of(file.getFileName().toString()).resolveSibling(named.getValue());
      ZoneFileReader.Outcome outcome =
          ZoneFileReader.read(new Taken(), path, origin(zone), (_, _, _, _) -> {});
      if (outcome.sources().isEmpty() || !zoneFiles.containsKey(path.normalize().toString())) {
        outcome.problems().stream()
            .findFirst()
            .ifPresent(problem -> problems.report(place, "the zone file " + problem));
      }
    } catch (IllegalArgumentException e) {
      problems.report(place, Wording.quoted(named.getValue()) + " is no path of a file");
    }
  }

  private static Name origin(String zone) {
    try {
      return Name.parse(zone);
    } catch (IllegalArgumentException e) {
      // The server says what is wrong with the name; here only what the file includes matters.
      return Name.parse("zone.invalid");
    }
  }

  /// Files beside the document, remembered by their paths as seen from it.
  private final class Taken implements ZoneFiles {
    @Override
    public Path identity(Path path) throws IOException {
      Path _ = beside(path).toRealPath();
      return path.normalize();
    }

    @Override
    public byte[] load(Path identity, int mostBytes) throws IOException, FileException {
      byte[] bytes = ZoneFiles.DISK.load(beside(identity).toRealPath(), mostBytes);
      try {
        String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        zoneFiles.put(identity.toString(), text);
      } catch (CharacterCodingException e) {
        throw new FileException("is not UTF-8 text, as what is pushed has to be");
      }
      return bytes;
    }

    private Path beside(Path path) {
      return file.toAbsolutePath().resolveSibling(path);
    }
  }
}
