package detour.server.cluster;

import detour.failover.model.Health;
import detour.failover.model.OperatorOverride;
import detour.failover.model.OverridePath;
import detour.failover.safety.FenceState;
import detour.server.publish.Latch;
import detour.server.publish.Peers.PeerOpinion;
import detour.server.publish.RunningConfiguration;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// What is shared, as JSON objects with the version of their form in `v`.
///
/// Nodes of different versions share one store. Fields that a reader does not know it leaves alone,
/// and what it writes anew from an older record keeps them. A record with a greater `v` may mean
/// anything: it is neither read nor replaced. What else cannot be understood is as if it were not
/// there.
final class Records {
  static final int VERSION = 1;
  private static final String CLEARED = "CLEARED";

  /// More than any node lays over each other.
  private static final int LAYERS = 8;

  /// What not every override has.
  private static final List<String> SAID_AT_TIMES =
      List.of(
          "starts",
          "expires",
          "purpose",
          "awaited",
          "lapses",
          "approver",
          "forced_past",
          "meanwhile");

  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private Records() {}

  /// An override as it is shared: one that was cleared leaves a trace, so that it can be told from
  /// one that was never shared.
  ///
  /// @param override null when it was cleared
  /// @param by the node at which it was set, by whose clock it ends
  record SharedOverride(@Nullable OperatorOverride override, String by) {}

  /// The version of a record that only later programs can read; 0 for one that this one can, or
  /// that none can.
  static int laterVersion(byte[] value) {
    int version = tree(value).path("v").asInt(0);
    return version > VERSION ? version : 0;
  }

  /// Whether only later programs can read a record, so that it must not be replaced.
  static boolean isLater(byte @Nullable [] value) {
    return value != null && laterVersion(value) > 0;
  }

  /// What is worth showing of a heartbeat that only later programs can read.
  static Heartbeat unreadable(byte[] value) {
    JsonNode json = tree(value);
    return Heartbeat.unreadable(json.path("version").asString("?"), json.path("v").asInt(0));
  }

  static byte[] opinion(Health health, Instant since) {
    return bytes(object().put("health", health.name()).put("since", since.toString()));
  }

  static Optional<PeerOpinion> opinion(byte[] value) {
    return read(value)
        .map(json -> new PeerOpinion(Health.valueOf(text(json, "health")), time(json, "since")));
  }

  /// @param former the record that this one replaces; null for none
  static byte[] latch(byte @Nullable [] former, Latch latch) {
    return bytes(
        over(former)
            .put("pool", latch.pool())
            .put("since", latch.since().toString())
            .put("held", latch.held())
            .put("epoch", latch.epoch())
            .put("by", latch.by())
            .put("reason", latch.reason()));
  }

  static Optional<Latch> latch(byte[] value, String service, String family) {
    return read(value)
        .map(json ->
            new Latch(
                service,
                family,
                text(json, "pool"),
                time(json, "since"),
                json.path("held").asBoolean(false),
                json.path("epoch").asLong(0),
                json.path("by").asString(""),
                json.path("reason").asString("")))
        .filter(latch -> !latch.pool().isEmpty() && latch.epoch() > 0);
  }

  /// @param former the record that this one replaces; null for none
  /// @param override null for one that was cleared
  static byte[] override(
      byte @Nullable [] former, @Nullable OperatorOverride override, Instant now, String by) {
    ObjectNode json = over(former).put("by", by);
    for (String field : SAID_AT_TIMES) {
      json.remove(field);
    }
    if (override == null) {
      return bytes(json.put("state", CLEARED).put("since", now.toString()));
    }
    said(json, override);
    return bytes(json);
  }

  /// A node of a version that does not know layers takes the uppermost for all of it: drills, plans
  /// and approvals are for clusters whose nodes all know them.
  private static void said(ObjectNode json, OperatorOverride override) {
    json.put("state", override.state().name())
        .put("reason", override.reason())
        .put("author", override.author())
        .put("since", override.since().toString());
    if (override.starts() != null) {
      json.put("starts", override.starts().toString());
    }
    if (override.expires() != null) {
      json.put("expires", override.expires().toString());
    }
    if (override.purpose() != OperatorOverride.Purpose.ORDER) {
      json.put("purpose", override.purpose().name());
    }
    OperatorOverride.Vetting vetting = override.vetting();
    if (vetting.lapses() != null) {
      json.put("awaited", true).put("lapses", vetting.lapses().toString());
    }
    if (vetting.approver() != null) {
      json.put("approver", vetting.approver());
    }
    if (!vetting.forcedPast().isEmpty()) {
      var forced = json.putArray("forced_past");
      vetting.forcedPast().forEach(forced::add);
    }
    if (override.meanwhile() != null) {
      said(json.putObject("meanwhile"), override.meanwhile());
    }
  }

  static Optional<SharedOverride> override(byte[] value) {
    return read(value)
        .map(json -> {
          if (text(json, "state").equals(CLEARED)) {
            return new SharedOverride(null, json.path("by").asString(""));
          }
          return new SharedOverride(said(json, 0), json.path("by").asString(""));
        });
  }

  private static OperatorOverride said(JsonNode json, int depth) {
    List<String> forcedPast = new ArrayList<>();
    json.path("forced_past").forEach(rule -> forcedPast.add(rule.asString("")));
    JsonNode meanwhile = json.path("meanwhile");
    return new OperatorOverride(
        OperatorOverride.State.valueOf(text(json, "state").toUpperCase(Locale.ROOT)),
        json.path("reason").asString(""),
        json.path("author").asString(""),
        time(json, "since"),
        json.has("starts") ? time(json, "starts") : null,
        json.has("expires") ? time(json, "expires") : null,
        OperatorOverride.Purpose.valueOf(json.path("purpose").asString("ORDER")),
        new OperatorOverride.Vetting(
            json.path("awaited").asBoolean(false) ? lapses(json) : null,
            json.has("approver") ? text(json, "approver") : null,
            forcedPast),
        meanwhile.isObject() && depth < LAYERS ? said(meanwhile, depth + 1) : null);
  }

  /// Nodes of an earlier version do not say it.
  private static Instant lapses(JsonNode json) {
    return json.has("lapses")
        ? time(json, "lapses")
        : time(json, "since").plus(OperatorOverride.APPROVAL_LIMIT);
  }

  /// Another value each time.
  ///
  /// @param heardRevision by which a change was judged
  static byte[] turn(OverridePath path, long heardRevision, Instant now, String by) {
    return bytes(
        object()
            .put("changed", path.toString())
            .put("judged_by", heardRevision)
            .put("at", now.toString())
            .put("by", by));
  }

  /// A fence as it is shared.
  ///
  /// @param epoch that of the latch that was left
  record SharedFence(FenceState state, long epoch) {}

  static byte[] fence(SharedFence fence) {
    return bytes(
        object()
            .put("stage", fence.state().stage().name())
            .put("at", fence.state().at().toString())
            .put("by", fence.state().by())
            .put("detail", fence.state().detail())
            .put("epoch", fence.epoch()));
  }

  static Optional<SharedFence> fence(byte[] value) {
    return read(value)
        .map(json ->
            new SharedFence(
                new FenceState(
                    FenceState.Stage.valueOf(text(json, "stage")),
                    time(json, "at"),
                    text(json, "by"),
                    text(json, "detail")),
                json.path("epoch").asLong(0)));
  }

  static byte[] heartbeat(Heartbeat heartbeat) {
    ObjectNode json =
        object()
            .put("region", heartbeat.region())
            .put("role", heartbeat.role())
            .put("version", heartbeat.version())
            .put("protocol", heartbeat.protocol())
            .put("instance", heartbeat.instance())
            .put("sequence", heartbeat.sequence())
            .put("clock", heartbeat.clock().toString())
            .put("impaired", heartbeat.impaired())
            .put("finding", heartbeat.finding())
            .put("opinions", heartbeat.opinions())
            .put("digest", Long.toHexString(heartbeat.digest()))
            .put("epoch", heartbeat.epoch())
            .put("serves", Long.toHexString(heartbeat.serves()))
            .put("frozen", heartbeat.frozen())
            .put("rules", Long.toHexString(heartbeat.rules()))
            .put("behind", heartbeat.behind());
    RunningConfiguration configuration = heartbeat.configuration();
    if (configuration != null) {
      json.putObject("configuration")
          .put("revision", configuration.revision())
          .put("refused", configuration.refused())
          .put("problem", configuration.problem());
    }
    return bytes(json);
  }

  static Optional<Heartbeat> heartbeat(byte[] value) {
    return read(value)
        .map(json ->
            new Heartbeat(
                json.path("region").asString(""),
                json.path("role").asString(""),
                json.path("version").asString(""),
                json.path("protocol").asInt(VERSION),
                json.path("instance").asString(""),
                json.path("sequence").asLong(0),
                time(json, "clock"),
                json.path("impaired").asBoolean(false),
                json.path("finding").asString(""),
                json.path("opinions").asInt(0),
                Long.parseUnsignedLong(text(json, "digest"), 16),
                json.path("epoch").asLong(0),
                Long.parseUnsignedLong(text(json, "serves"), 16),
                json.path("frozen").asInt(0),
                Long.parseUnsignedLong(json.path("rules").asString("0"), 16),
                json.path("behind").asString(""),
                configuration(json.path("configuration"))));
  }

  private static @Nullable RunningConfiguration configuration(JsonNode json) {
    return json.isObject()
        ? new RunningConfiguration(
            json.path("revision").asLong(0),
            json.path("refused").asLong(0),
            json.path("problem").asString(""))
        : null;
  }

  /// An optional whose mapping may fail on what is in the store.
  private record Read(JsonNode json) {
    <T> Optional<T> map(Function<JsonNode, T> reading) {
      try {
        boolean readable = json.isObject() && json.path("v").asInt(VERSION) <= VERSION;
        return readable ? Optional.of(reading.apply(json)) : Optional.empty();
      } catch (IllegalArgumentException | DateTimeException e) {
        return Optional.empty();
      }
    }
  }

  private static Read read(byte[] value) {
    return new Read(tree(value));
  }

  private static JsonNode tree(byte[] value) {
    try {
      return MAPPER.readTree(value);
    } catch (JacksonException e) {
      return MAPPER.missingNode();
    }
  }

  private static ObjectNode over(byte @Nullable [] former) {
    return former != null && tree(former) instanceof ObjectNode known ? known : object();
  }

  private static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  private static byte[] bytes(ObjectNode json) {
    json.put("v", VERSION);
    return MAPPER.writeValueAsBytes(json);
  }

  private static String text(JsonNode json, String field) {
    return json.path(field).asString("");
  }

  private static Instant time(JsonNode json, String field) {
    return Instant.parse(text(json, field));
  }
}
