package detour.server.publish;

import detour.dns.answer.ServiceAnswer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Which services stand at one name, and what is answered there. Immutable; its services change.
final class SharedNames {
  private final Map<String, List<LiveService>> byOwner = new HashMap<>();

  /// @param services by their position in the answer table
  SharedNames(List<LiveService> services) {
    for (LiveService live : services) {
      byOwner.computeIfAbsent(live.service().owner(), owner -> new ArrayList<>(1)).add(live);
    }
  }

  /// The position in the answer table at which the answer for the service's name stands.
  int entry(LiveService live) {
    return at(live).getFirst().index();
  }

  /// What is answered at the service's name. All that stand there were judged.
  ServiceAnswer answer(LiveService live) {
    List<LiveService> all = at(live);
    return all.size() == 1
        ? Beginnings.answerOf(live)
        : ServiceAnswer.together(all.stream().map(Beginnings::answerOf).toList());
  }

  private List<LiveService> at(LiveService live) {
    return byOwner.getOrDefault(live.service().owner(), List.of(live));
  }
}
