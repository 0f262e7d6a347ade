package detour.server.publish;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/// How much of the present decisions a picture shows. What is not asked for is not drawn: one
/// service of ten thousand costs no more than one of ten.
///
/// @param names of the services; null for all
/// @param observations whether with what probes saw last, which is most of a picture
/// @param alarms whether with the alarms, which are of all services in any case
public record Extent(@Nullable Set<String> names, boolean observations, boolean alarms) {
  public static final Extent WHOLE = new Extent(null, true, true);

  /// For those who look often.
  public static final Extent OUTLINE = new Extent(null, false, true);

  /// What is not of a single service: the configuration, the vantages, what operators said.
  public static final Extent WITHOUT_SERVICES = new Extent(Set.of(), false, false);

  public Extent {
    names = names == null ? null : Set.copyOf(names);
  }

  /// One service, whole, and no alarms.
  public static Extent of(String name) {
    return new Extent(Set.of(name), true, false);
  }

  /// The outline of these services with the alarms.
  public static Extent outline(Set<String> names) {
    return new Extent(names, false, true);
  }
}
