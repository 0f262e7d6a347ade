package detour.server.cluster.store;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What is said to etcd's JSON gateway, and what it answers, as the values of this package.
///
/// The gateway writes etcd's protocol buffers as JSON: bytes in base64, 64-bit numbers as strings,
/// and nothing at all for what is zero, false or empty. Numbers that come as numbers are read as
/// well.
final class GatewayMessages {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int QUOTED_MAX = 120;

  private GatewayMessages() {}

  /// What answered did not speak as etcd's gateway does.
  static final class Unreadable extends Exception {
    private static final long serialVersionUID = 1L;

    private final String why;

    Unreadable(String why) {
      super(why, null, false, false);
      this.why = why;
    }

    String why() {
      return why;
    }
  }

  /// What every answer begins with.
  ///
  /// @param clusterId unsigned; 0 when the answer does not tell
  record Header(long clusterId, long revision) {}

  /// One message of a watch.
  ///
  /// @param fragment whether the rest of the same changes comes in the next message
  /// @param compactRevision above 0 when the revision asked for is forgotten
  record WatchMessage(
      boolean created,
      boolean canceled,
      boolean fragment,
      long compactRevision,
      String cancelReason,
      List<Change> changes) {}

  /// The page of keys from `firstKey` that begin with `prefix`.
  ///
  /// @param revision 0 for the present
  static byte[] page(String prefix, String firstKey, long revision, int entriesMax) {
    ObjectNode range = range(firstKey);
    range.put("range_end", base64(endOf(prefix)));
    range.put("limit", Integer.toString(entriesMax));
    if (revision > 0) {
      range.put("revision", Long.toString(revision));
    }
    return bytes(range);
  }

  static byte[] reads(Collection<String> keys) {
    ObjectNode transaction = JSON.createObjectNode();
    addReads(transaction.putArray("success"), keys);
    return bytes(transaction);
  }

  static byte[] transaction(List<Condition> conditions, List<Write> writes) {
    ObjectNode transaction = JSON.createObjectNode();
    ArrayNode compare = transaction.putArray("compare");
    for (Condition condition : conditions) {
      ObjectNode one = compare.addObject().put("key", base64(condition.key()));
      switch (condition) {
        case Condition.Unchanged unchanged ->
            one.put("target", "MOD")
                .put("result", "EQUAL")
                .put("mod_revision", Long.toString(unchanged.modRevision()));
        case Condition.Absent _ ->
            one.put("target", "CREATE").put("result", "EQUAL").put("create_revision", "0");
        case Condition.Present _ ->
            one.put("target", "CREATE").put("result", "GREATER").put("create_revision", "0");
      }
    }
    ArrayNode success = transaction.putArray("success");
    for (Write write : writes) {
      switch (write) {
        case Write.Put put ->
            success
                .addObject()
                .putObject("request_put")
                .put("key", base64(put.key()))
                .put("value", Base64.getEncoder().encodeToString(put.value()))
                .put("lease", Long.toString(put.leaseId()));
        case Write.Remove remove ->
            success.addObject().putObject("request_delete_range").put("key", base64(remove.key()));
      }
    }
    addReads(transaction.putArray("failure"), conditions.stream().map(Condition::key).toList());
    return bytes(transaction);
  }

  static byte[] grant(long leaseId, long seconds) {
    return bytes(lease(leaseId).put("TTL", Long.toString(seconds)));
  }

  static byte[] leaseById(long leaseId) {
    return bytes(lease(leaseId));
  }

  static byte[] authenticate(String user, String password) {
    return bytes(JSON.createObjectNode().put("name", user).put("password", password));
  }

  /// Large messages are asked for in fragments, so that none is longer than etcd lets a request be.
  static byte[] watch(String prefix, long fromRevision) {
    ObjectNode request = JSON.createObjectNode();
    request
        .putObject("create_request")
        .put("key", base64(prefix))
        .put("range_end", base64(endOf(prefix)))
        .put("start_revision", Long.toString(fromRevision))
        .put("fragment", true);
    return bytes(request);
  }

  static JsonNode tree(byte[] answer) throws Unreadable {
    try {
      JsonNode tree = JSON.readTree(answer);
      if (tree.isObject()) {
        return tree;
      }
    } catch (JacksonException e) {
      // Told below; the parser's own words do not help an operator.
    }
    throw new Unreadable("no JSON object: " + quoted(new String(answer, StandardCharsets.UTF_8)));
  }

  static Header header(JsonNode answer) throws Unreadable {
    JsonNode header = answer.path("header");
    return new Header(number(header.path("cluster_id")), number(header.path("revision")));
  }

  /// The revision of the store as of an answer.
  static long revision(JsonNode answer) throws Unreadable {
    long revision = header(answer).revision();
    if (revision <= 0) {
      throw new Unreadable("no revision in the answer");
    }
    return revision;
  }

  /// A page as it was answered, and whether more follow.
  record Page(List<Entry> entries, boolean more) {}

  static Page page(JsonNode answer) throws Unreadable {
    return new Page(entries(answer), answer.path("more").booleanValue(false));
  }

  /// What the reads of a transaction found.
  static List<Entry> entriesRead(JsonNode answer) throws Unreadable {
    List<Entry> entries = new ArrayList<>();
    for (JsonNode response : answer.path("responses")) {
      entries.addAll(entries(response.path("response_range")));
    }
    return entries;
  }

  static boolean succeeded(JsonNode answer) {
    return answer.path("succeeded").booleanValue(false);
  }

  /// The time to live in seconds; empty when the lease is gone.
  static OptionalLong timeToLive(JsonNode answer) throws Unreadable {
    long seconds = number(answer.path("TTL"));
    return seconds > 0 ? OptionalLong.of(seconds) : OptionalLong.empty();
  }

  static String token(JsonNode answer) throws Unreadable {
    String token = answer.path("token").stringValue("");
    if (token.isEmpty()) {
      throw new Unreadable("no token in the answer");
    }
    return token;
  }

  /// @param result what stands under `result` in a line of the stream
  static WatchMessage watchMessage(JsonNode result) throws Unreadable {
    List<Change> changes = new ArrayList<>();
    for (JsonNode event : result.path("events")) {
      Entry entry = entry(event.path("kv"));
      boolean removed = event.path("type").stringValue("PUT").equals("DELETE");
      changes.add(
          removed ? new Change.Removed(entry.key(), entry.modRevision()) : new Change.Put(entry));
    }
    return new WatchMessage(
        result.path("created").booleanValue(false),
        result.path("canceled").booleanValue(false),
        result.path("fragment").booleanValue(false),
        number(result.path("compact_revision")),
        result.path("cancel_reason").stringValue(""),
        changes);
  }

  /// As [#quoted] shows it: one line, not long.
  static String quoted(String text) {
    String line = text.strip().replaceAll("[\\p{Cntrl}\\s]+", " ");
    return line.length() <= QUOTED_MAX ? line : line.substring(0, QUOTED_MAX) + "...";
  }

  private static List<Entry> entries(JsonNode range) throws Unreadable {
    List<Entry> entries = new ArrayList<>();
    for (JsonNode keyAndValue : range.path("kvs")) {
      entries.add(entry(keyAndValue));
    }
    return entries;
  }

  private static Entry entry(JsonNode keyAndValue) throws Unreadable {
    String key = new String(octets(keyAndValue.path("key")), StandardCharsets.UTF_8);
    long modRevision = number(keyAndValue.path("mod_revision"));
    if (key.isEmpty() || modRevision <= 0) {
      throw new Unreadable("a key without name or revision: " + quoted(keyAndValue.toString()));
    }
    return new Entry(
        key,
        octets(keyAndValue.path("value")),
        modRevision,
        number(keyAndValue.path("create_revision")),
        number(keyAndValue.path("lease")));
  }

  /// Read as unsigned, for ids use all 64 bits.
  private static long number(JsonNode node) throws Unreadable {
    if (node.isMissingNode() || node.isNull()) {
      return 0;
    }
    if (node.isIntegralNumber()) {
      return node.bigIntegerValue().longValue();
    }
    try {
      String digits = node.stringValue("");
      return digits.startsWith("-") ? Long.parseLong(digits) : Long.parseUnsignedLong(digits);
    } catch (NumberFormatException e) {
      throw new Unreadable("a number was expected: " + quoted(node.toString()));
    }
  }

  private static byte[] octets(JsonNode node) throws Unreadable {
    try {
      return Base64.getDecoder().decode(node.stringValue(""));
    } catch (IllegalArgumentException e) {
      throw new Unreadable("base64 was expected: " + quoted(node.toString()));
    }
  }

  private static void addReads(ArrayNode operations, Collection<String> keys) {
    for (String key : keys) {
      operations.addObject().set("request_range", range(key));
    }
  }

  private static ObjectNode range(String key) {
    return JSON.createObjectNode().put("key", base64(key));
  }

  private static ObjectNode lease(long leaseId) {
    return JSON.createObjectNode().put("ID", Long.toString(leaseId));
  }

  private static String base64(String key) {
    return base64(key.getBytes(StandardCharsets.UTF_8));
  }

  private static String base64(byte[] octets) {
    return Base64.getEncoder().encodeToString(octets);
  }

  /// The first key after all that begin with the prefix. UTF-8 has no octet 255, so the last one
  /// can always be raised.
  private static byte[] endOf(String prefix) {
    byte[] end = prefix.getBytes(StandardCharsets.UTF_8);
    end[end.length - 1]++;
    return end;
  }

  private static byte[] bytes(ObjectNode message) {
    return JSON.writeValueAsBytes(message);
  }
}
