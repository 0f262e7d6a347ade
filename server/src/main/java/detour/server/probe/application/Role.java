package detour.server.probe.application;

/// What a server that replicates must be.
enum Role {
  ANY,
  PRIMARY,
  REPLICA;

  /// As ` primary`, to be put behind something; empty for any.
  String suffix() {
    return switch (this) {
      case ANY -> "";
      case PRIMARY -> " primary";
      case REPLICA -> " replica";
    };
  }

  boolean accepts(Role found) {
    return this == ANY || this == found;
  }
}
