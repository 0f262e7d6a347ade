package detour.server.cluster.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Any bytes in etcd's place are read, or are said to be unreadable.
final class GatewayMessagesFuzz {
  private static final String HEADER =
      "\"header\":{\"cluster_id\":\"14841639068965178418\",\"member_id\":\"3319814642761637952\","
          + "\"revision\":\"2\",\"raft_term\":\"2\"}";
  private static final String ENTRY =
      "{\"key\":\"L2QvYQ==\",\"create_revision\":\"2\",\"mod_revision\":\"2\",\"version\":\"1\","
          + "\"value\":\"eA==\",\"lease\":\"77\"}";
  private static final List<String> SAMPLES =
      List.of(
          "{" + HEADER + ",\"kvs\":[" + ENTRY + "],\"more\":true,\"count\":\"1\"}",
          "{"
              + HEADER
              + ",\"succeeded\":true,\"responses\":[{\"response_range\":{\"header\":{\"revision\":\"2\"},"
              + "\"kvs\":["
              + ENTRY
              + "]}}]}",
          "{" + HEADER + ",\"ID\":\"77\",\"TTL\":\"5\"}",
          "{" + HEADER + ",\"token\":\"abc.12\"}",
          "{" + HEADER + ",\"created\":true}",
          "{" + HEADER + ",\"canceled\":true,\"compact_revision\":\"2\",\"cancel_reason\":\"why\"}",
          "{"
              + HEADER
              + ",\"fragment\":true,\"events\":[{\"kv\":"
              + ENTRY
              + "},{\"type\":\"DELETE\",\"kv\":{\"key\":\"L2QvYQ==\",\"mod_revision\":3}}]}",
          "{\"error\":\"etcdserver: lease already exists\",\"message\":\"etcdserver: lease already"
              + " exists\",\"code\":9}",
          "{\"error\":{\"grpc_code\":14,\"http_code\":503,\"message\":\"etcdserver: no leader\"}}");

  @FuzzTest
  void shouldReadAnyBytes(byte[] bytes) {
    read(bytes);
  }

  @Test
  void shouldReadWhatEtcdSays() throws GatewayMessages.Unreadable {
    JsonNode page = tree(0);
    assertThat(GatewayMessages.header(page))
        .isEqualTo(new GatewayMessages.Header(Long.parseUnsignedLong("14841639068965178418"), 2));
    assertThat(GatewayMessages.page(page))
        .isEqualTo(
            new GatewayMessages.Page(List.of(new Entry("/d/a", new byte[] {'x'}, 2, 2, 77)), true));
    assertThat(GatewayMessages.entriesRead(tree(1))).hasSize(1);
    assertThat(GatewayMessages.timeToLive(tree(2))).hasValue(5);
    assertThat(GatewayMessages.timeToLive(tree(3))).isEmpty();
    assertThat(GatewayMessages.watchMessage(tree(5)).compactRevision()).isEqualTo(2);
    assertThat(GatewayMessages.watchMessage(tree(6)).changes())
        .containsExactly(
            new Change.Put(new Entry("/d/a", new byte[] {'x'}, 2, 2, 77)),
            new Change.Removed("/d/a", 3));
    assertThat(GatewayError.of(tree(7)).leaseExists()).isTrue();
    assertThat(GatewayError.of(tree(8)).reason()).isEqualTo(StoreFailure.Reason.UNREACHABLE);
  }

  private static JsonNode tree(int sample) throws GatewayMessages.Unreadable {
    return GatewayMessages.tree(SAMPLES.get(sample).getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void shouldReadPartsOfWhatEtcdSays() {
    for (String sample : SAMPLES) {
      byte[] whole = sample.getBytes(StandardCharsets.UTF_8);
      for (int end = 0; end <= whole.length; end++) {
        read(Arrays.copyOf(whole, end));
      }
    }
  }

  @Test
  void shouldReadWhatEtcdSaysWithAnOctetChanged() {
    for (String sample : SAMPLES) {
      byte[] whole = sample.getBytes(StandardCharsets.UTF_8);
      for (int i = 0; i < whole.length; i++) {
        byte[] changed = whole.clone();
        changed[i] = (byte) "\u0000:[{]}\",-9etn=".charAt(i % 14);
        read(changed);
      }
    }
  }

  private static void read(byte[] bytes) {
    try {
      JsonNode tree = GatewayMessages.tree(bytes);
      assertThat(GatewayError.of(tree).reason()).isNotNull();
      each(() -> GatewayMessages.header(tree));
      each(() -> GatewayMessages.page(tree));
      each(() -> GatewayMessages.entriesRead(tree));
      each(() -> GatewayMessages.timeToLive(tree));
      each(() -> GatewayMessages.token(tree));
      each(() -> GatewayMessages.watchMessage(tree));
      assertThat(GatewayMessages.succeeded(tree)).isIn(true, false);
    } catch (GatewayMessages.Unreadable e) {
      assertThat(e.why()).isNotBlank().doesNotContain("\n", "\u001b").hasSizeLessThan(300);
    }
  }

  private interface Reading {
    Object read() throws GatewayMessages.Unreadable;
  }

  private static void each(Reading reading) {
    try {
      assertThat(reading.read()).isNotNull();
    } catch (GatewayMessages.Unreadable e) {
      assertThat(e.why()).isNotBlank().doesNotContain("\n", "\u001b").hasSizeLessThan(300);
    }
  }
}
