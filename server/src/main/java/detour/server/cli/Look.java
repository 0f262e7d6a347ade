package detour.server.cli;

/// How text may look: how wide, with colour or without, Unicode marks or ASCII ones.
///
/// @param columns width to keep within
public record Look(int columns, boolean colour, boolean unicode) {}
