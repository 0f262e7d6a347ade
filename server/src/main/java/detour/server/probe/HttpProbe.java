package detour.server.probe;

final class HttpProbe {
  private HttpProbe() {}

  static void start(HttpSettings settings, ProbeRun run) {
    run.fail("not yet " + settings);
  }
}
