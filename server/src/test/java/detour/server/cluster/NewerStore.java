package detour.server.cluster;

import detour.server.cluster.store.Commit;
import detour.server.cluster.store.Condition;
import detour.server.cluster.store.Lease;
import detour.server.cluster.store.Listing;
import detour.server.cluster.store.SharedStore;
import detour.server.cluster.store.Watch;
import detour.server.cluster.store.WatchListener;
import detour.server.cluster.store.Write;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// The store of a node whose program is newer: its records have a field that nobody else knows, and
/// its heartbeats a greater protocol. Their form is still that which the others read.
record NewerStore(SharedStore store) implements SharedStore {
  private static final String FIELD = "{\"later\":{\"known\":[1,\"two\"]},";

  /// Whether the record has the field.
  static boolean isNewer(byte[] record) {
    return new String(record, StandardCharsets.UTF_8).contains("\"later\":{");
  }

  private static Write newer(Write write) {
    if (!(write instanceof Write.Put(String key, byte[] value, long leaseId)) || isNewer(value)) {
      return write;
    }
    String text =
        new String(value, StandardCharsets.UTF_8).replace("\"protocol\":1", "\"protocol\":2");
    byte[] newer = (FIELD + text.substring(1)).getBytes(StandardCharsets.UTF_8);
    return new Write.Put(key, newer, leaseId);
  }

  @Override
  public CompletableFuture<Commit> commit(List<Condition> conditions, List<Write> writes) {
    return store.commit(conditions, writes.stream().map(NewerStore::newer).toList());
  }

  @Override
  public CompletableFuture<Listing> list(String prefix) {
    return store.list(prefix);
  }

  @Override
  public CompletableFuture<Listing> read(Collection<String> keys) {
    return store.read(keys);
  }

  @Override
  public Watch watch(String prefix, long fromRevision, WatchListener listener) {
    return store.watch(prefix, fromRevision, listener);
  }

  @Override
  public CompletableFuture<Lease> grant(Duration timeToLive) {
    return store.grant(timeToLive);
  }

  @Override
  public CompletableFuture<Boolean> keepAlive(long leaseId) {
    return store.keepAlive(leaseId);
  }

  @Override
  public CompletableFuture<Void> revoke(long leaseId) {
    return store.revoke(leaseId);
  }

  @Override
  public void close() {
    store.close();
  }
}
