package detour.server.config;

import detour.server.options.CheckKind;
import detour.server.probe.kinds.ProbeKinds;
import java.util.List;

/// The kinds of check that the published schema, the reference page and the examples are held
/// against.
final class PublishedKinds {
  static final List<? extends CheckKind> ALL = ProbeKinds.ALL;

  private PublishedKinds() {}
}
