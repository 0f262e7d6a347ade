package detour.server.zones;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// A name at which services answer.
///
/// @param types that they answer
/// @param unresolved host names whose addresses are found only while the server runs
public record ServedName(Set<Integer> types, List<String> unresolved) {
  public ServedName {
    types = Set.copyOf(types);
    unresolved = List.copyOf(unresolved);
  }

  /// The same with what another service answers there.
  public ServedName and(ServedName other) {
    Set<Integer> all = new HashSet<>(types);
    all.addAll(other.types);
    return new ServedName(
        all, Stream.concat(unresolved.stream(), other.unresolved.stream()).distinct().toList());
  }
}
