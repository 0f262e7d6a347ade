package detour.server.config;

import detour.server.options.Place;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/// One YAML 1.2 file as a tree of nodes that know their places, its size and aliases bounded.
final class YamlDocument {
  /// Ten thousand services take a quarter of this; bulk data belongs into zone files.
  static final int MOST_BYTES = 16 << 20;

  /// How many aliases may stand for lists and mappings; without a bound a few lines can mean
  /// billions.
  static final int MOST_ALIASES = 100;

  private static final Place WHOLE_FILE = new Place(0, 0, "");

  private YamlDocument() {}

  /// The tree, or null when there is none and the problem was reported.
  static @Nullable Node read(Path file, Problems problems) {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(MOST_BYTES + 1);
    } catch (NoSuchFileException e) {
      problems.report(WHOLE_FILE, "there is no such file");
      return null;
    } catch (IOException e) {
      problems.report(WHOLE_FILE, "cannot be read: " + e.getMessage());
      return null;
    }
    return parse(bytes, problems);
  }

  static @Nullable Node parse(byte[] bytes, Problems problems) {
    if (bytes.length > MOST_BYTES) {
      problems.report(
          WHOLE_FILE, "is larger than " + (MOST_BYTES >> 20) + " MB, the most that is read");
      return null;
    }
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      Iterator<Node> documents =
          new Compose(settings())
              .composeAllFromInputStream(new ByteArrayInputStream(bytes))
              .iterator();
      Node first = documents.hasNext() ? documents.next() : null;
      if (first == null) {
        problems.report(WHOLE_FILE, "is empty; 'detour init' writes a file to start from");
        return null;
      }
      if (documents.hasNext()) {
        problems.report(
            place(documents.next(), ""), "a second YAML document begins here; one is expected");
      }
      return first;
    } catch (CharacterCodingException e) {
      problems.report(WHOLE_FILE, "is not UTF-8 text");
    } catch (MarkedYamlEngineException e) {
      problems.report(syntaxErrorPlace(e), "not YAML: " + syntaxError(e));
    } catch (YamlEngineException e) {
      problems.report(WHOLE_FILE, "not YAML: " + Wording.oneLine(e.getMessage()));
    } catch (StackOverflowError e) {
      // The composer recurses once per level of nesting.
      problems.report(WHOLE_FILE, "is nested too deeply");
    }
    return null;
  }

  static Place place(Node node, String path) {
    return place(node.getStartMark(), path);
  }

  private static Place place(Optional<Mark> mark, String path) {
    return mark.map(at -> new Place(at.getLine() + 1, at.getColumn() + 1, path))
        .orElse(new Place(0, 0, path));
  }

  private static Place syntaxErrorPlace(MarkedYamlEngineException e) {
    return place(e.getProblemMark().or(e::getContextMark), "");
  }

  private static String syntaxError(MarkedYamlEngineException e) {
    String context = e.getContext() == null ? "" : e.getContext() + ": ";
    return Wording.oneLine(context + e.getProblem());
  }

  private static LoadSettings settings() {
    return LoadSettings.builder()
        .setSchema(new CoreSchema())
        // Duplicates are found while binding, each with its place, not only the first.
        .setAllowDuplicateKeys(true)
        .setAllowNonScalarKeys(true)
        .setMaxAliasesForCollections(MOST_ALIASES)
        .setCodePointLimit(MOST_BYTES)
        .build();
  }
}
