package detour.server.publish;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// Operators who approved a failback, and wait until it was judged and the other nodes have agreed
/// to it. Publish thread only.
final class Approvals {
  private final Latches latches;
  private final Map<String, List<CompletableFuture<Void>>> byService = new HashMap<>();

  /// What came of those that were judged, by service: why nothing moved, if nothing did.
  private final Map<String, Optional<String>> judged = new HashMap<>();

  Approvals(Latches latches) {
    this.latches = latches;
  }

  void add(String service, CompletableFuture<Void> done) {
    byService.computeIfAbsent(service, _ -> new ArrayList<>(1)).add(done);
  }

  boolean isEmpty() {
    return byService.isEmpty();
  }

  /// Takes note that an approval was judged.
  ///
  /// @param refusal why nothing moved, and the others were not asked; empty otherwise
  void judged(String service, Optional<String> refusal) {
    judged.put(service, refusal);
  }

  /// Those whose approval had its effect, and about which nobody is asked any more. Those without
  /// an effect are told so.
  List<CompletableFuture<Void>> takeSettled() {
    List<CompletableFuture<Void>> settled = new ArrayList<>();
    Iterator<Map.Entry<String, Optional<String>>> all = judged.entrySet().iterator();
    while (all.hasNext()) {
      var approved = all.next();
      String service = approved.getKey();
      if (!latches.asking(service)) {
        all.remove();
        List<CompletableFuture<Void>> waiting = waiting(service);
        approved
            .getValue()
            .ifPresentOrElse(why -> refuse(waiting, why), () -> settled.addAll(waiting));
      }
    }
    return settled;
  }

  /// Tells those who approved a failback of the service that nothing came of it.
  void refuse(String service, CommandRefused why) {
    judged.remove(service);
    waiting(service).forEach(done -> done.completeExceptionally(why));
  }

  private static void refuse(List<CompletableFuture<Void>> waiting, String why) {
    CommandRefused refused = new CommandRefused("nothing was changed: " + why);
    waiting.forEach(done -> done.completeExceptionally(refused));
  }

  private List<CompletableFuture<Void>> waiting(String service) {
    List<CompletableFuture<Void>> waiting = byService.remove(service);
    return waiting == null ? List.of() : waiting;
  }
}
