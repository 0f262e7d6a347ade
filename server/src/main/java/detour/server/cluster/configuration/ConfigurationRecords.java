package detour.server.cluster.configuration;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Revisions and their texts as JSON objects with the version of their form in `v`. A form of
/// another version is not guessed at: a configuration read wrongly is worse than none.
final class ConfigurationRecords {
  /// A text longer than this is compressed: a short one stays legible to whoever looks into the
  /// store.
  static final int LEGIBLE_BYTES = 16 * 1024;

  /// What a text may take when it is unpacked.
  static final int UNPACKED_BYTES_MAX = 64 << 20;

  private static final int VERSION = 1;
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private ConfigurationRecords() {}

  /// A revision and its text.
  record Whole(Revision revision, SharedText text) {}

  static byte[] revision(Revision revision) {
    return bytes(put(object(), revision));
  }

  /// @throws UnreadableConfiguration when it is none, or one of another version
  static Revision revision(byte[] value) throws UnreadableConfiguration {
    return revision(object(value, "a revision"));
  }

  static byte[] text(SharedText text) {
    ObjectNode plain = put(object(), text);
    byte[] legible = bytes(plain);
    if (legible.length <= LEGIBLE_BYTES) {
      return legible;
    }
    return bytes(object().put("gzip", Base64.getEncoder().encodeToString(packed(legible))));
  }

  /// @throws UnreadableConfiguration when it is none, or one of another version
  static SharedText text(byte[] value) throws UnreadableConfiguration {
    ObjectNode json = object(value, "a configuration");
    return json.has("gzip")
        ? textOf(object(unpacked(json.path("gzip").asString("")), "a configuration"))
        : textOf(json);
  }

  /// A copy for the disk.
  static byte[] whole(Whole whole) {
    ObjectNode json = object();
    json.set("revision", put(object(), whole.revision()));
    json.set("configuration", put(object(), whole.text()));
    return bytes(json);
  }

  /// @throws UnreadableConfiguration when it is none, was changed, or is one of another version
  static Whole whole(byte[] value) throws UnreadableConfiguration {
    ObjectNode json = object(value, "a copy of a configuration");
    Revision revision = revision(json.path("revision"));
    SharedText text = textOf(json.path("configuration"));
    if (!text.digest().equals(revision.digest())) {
      throw new UnreadableConfiguration("its text is not the one that its digest was made of");
    }
    return new Whole(revision, text);
  }

  private static Revision revision(JsonNode json) throws UnreadableConfiguration {
    try {
      Revision revision =
          new Revision(
              json.path("revision").asLong(0),
              json.path("author").asString(""),
              Instant.parse(json.path("when").asString("")),
              json.path("comment").asString(""),
              json.path("digest").asString(""),
              json.path("bytes").asInt(0));
      if (revision.number() > 0 && !revision.digest().isEmpty()) {
        return revision;
      }
    } catch (DateTimeException e) {
      // Said below for all that is wrong with it.
    }
    throw new UnreadableConfiguration("it has no number, time or digest");
  }

  private static SharedText textOf(JsonNode json) throws UnreadableConfiguration {
    if (!json.path("document").isString()) {
      throw new UnreadableConfiguration("it has no document");
    }
    Map<String, String> files = new TreeMap<>();
    json.path("files")
        .properties()
        .forEach(file -> files.put(file.getKey(), file.getValue().asString("")));
    return new SharedText(
        json.path("name").asString("configuration"), json.path("document").asString(), files);
  }

  private static ObjectNode put(ObjectNode json, Revision revision) {
    return json.put("revision", revision.number())
        .put("author", revision.author())
        .put("when", revision.when().toString())
        .put("comment", revision.comment())
        .put("digest", revision.digest())
        .put("bytes", revision.bytes());
  }

  private static ObjectNode put(ObjectNode json, SharedText text) {
    json.put("name", text.name()).put("document", text.document());
    ObjectNode files = json.putObject("files");
    text.files().forEach(files::put);
    return json;
  }

  private static ObjectNode object(byte[] value, String what) throws UnreadableConfiguration {
    JsonNode json;
    try {
      json = MAPPER.readTree(value);
    } catch (JacksonException e) {
      throw new UnreadableConfiguration("it is no JSON: " + e.getOriginalMessage());
    }
    if (!(json instanceof ObjectNode object)) {
      throw new UnreadableConfiguration("it is not " + what);
    }
    int version = object.path("v").asInt(0);
    if (version != VERSION) {
      throw new UnreadableConfiguration(
          "it has the form v%d, and this version of detour reads v%d: upgrade this node"
              .formatted(version, VERSION));
    }
    return object;
  }

  private static ObjectNode object() {
    return MAPPER.createObjectNode().put("v", VERSION);
  }

  private static byte[] bytes(ObjectNode json) {
    return MAPPER.writeValueAsBytes(json);
  }

  private static byte[] packed(byte[] plain) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(plain);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static byte[] unpacked(String base64) throws UnreadableConfiguration {
    try (GZIPInputStream gzip =
        new GZIPInputStream(new ByteArrayInputStream(Base64.getDecoder().decode(base64)))) {
      byte[] plain = gzip.readNBytes(UNPACKED_BYTES_MAX + 1);
      if (plain.length <= UNPACKED_BYTES_MAX) {
        return plain;
      }
    } catch (IOException | IllegalArgumentException e) {
      throw new UnreadableConfiguration("it cannot be unpacked: " + e.getMessage());
    }
    throw new UnreadableConfiguration(
        "it is larger than " + (UNPACKED_BYTES_MAX >> 20) + " MB when it is unpacked");
  }
}
