package detour.server.publish;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/// Operators who approved a failback, and wait until the other nodes have agreed to it. Publish
/// thread only.
final class Approvals {
  private final Latches latches;
  private final Map<String, List<CompletableFuture<Void>>> byService = new HashMap<>();

  Approvals(Latches latches) {
    this.latches = latches;
  }

  void add(String service, CompletableFuture<Void> done) {
    byService.computeIfAbsent(service, _ -> new ArrayList<>(1)).add(done);
  }

  boolean isEmpty() {
    return byService.isEmpty();
  }

  /// Those whose approval was judged and about which nobody is asked any more.
  List<CompletableFuture<Void>> takeSettled() {
    List<CompletableFuture<Void>> settled = new ArrayList<>();
    Iterator<Map.Entry<String, List<CompletableFuture<Void>>>> all =
        byService.entrySet().iterator();
    while (all.hasNext()) {
      var approved = all.next();
      if (!latches.asking(approved.getKey())) {
        settled.addAll(approved.getValue());
        all.remove();
      }
    }
    return settled;
  }

  /// Those who approved a failback of the service.
  List<CompletableFuture<Void>> take(String service) {
    List<CompletableFuture<Void>> taken = byService.remove(service);
    return taken == null ? List.of() : taken;
  }
}
