package detour.server.options;

/// Where something stands in a configuration file.
///
/// @param line counted from 1
/// @param column counted from 1
/// @param path in the document, as `services[0].pools[1]`; empty for the document itself
public record Place(int line, int column, String path) {}
