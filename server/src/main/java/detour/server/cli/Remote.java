package detour.server.cli;

import picocli.CommandLine.Option;

/// Which server a command talks to.
final class Remote {
  private static final String USUAL = "http://127.0.0.1:8053";

  @Option(
      names = "--server",
      paramLabel = "URL",
      description = "The server's API. Default: DETOUR_SERVER, else " + USUAL + ".")
  private String server = "";

  /// @throws CommandFailed when the address is no URL
  ServerClient client(Terminal terminal) {
    String given = server;
    if (given.isEmpty()) {
      given = terminal.environment().getOrDefault("DETOUR_SERVER", "");
    }
    String user = terminal.environment().getOrDefault("SUDO_USER", "");
    return new ServerClient(
        given.isEmpty() ? USUAL : given,
        user.isEmpty() ? System.getProperty("user.name", "unknown") : user);
  }
}
