package detour.systemtest;

import java.util.List;

/// Signals that the JDK cannot send.
final class Signals {
  private Signals() {}

  /// @param signal as `STOP`, `CONT` or `HUP`
  static void send(Process process, String signal) {
    Command.run(List.of("kill", "-" + signal, Long.toString(process.pid()))).requireSuccess();
  }
}
