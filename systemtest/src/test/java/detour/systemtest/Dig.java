package detour.systemtest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The two query tools that operators trust, each a separate implementation of DNS.
enum Dig {
  DIG("dig"),
  KDIG("kdig");

  private final String program;

  Dig(String program) {
    this.program = program;
  }

  private List<String> limits() {
    return switch (this) {
      case DIG -> List.of("+tries=1", "+time=3");
      case KDIG -> List.of("+retry=0", "+timeout=3");
    };
  }

  /// Asks a server on loopback; returns what is printed.
  String ask(int port, String... arguments) {
    return askAt("127.0.0.1", port, arguments);
  }

  String askAt(String address, int port, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Peers.require(program));
    command.addAll(List.of("@" + address, "-p", Integer.toString(port)));
    command.addAll(limits());
    command.addAll(Arrays.asList(arguments));
    return Command.run(command).requireSuccess().out();
  }

  /// The data of the answers, one a line, sorted.
  List<String> shortly(int port, String... arguments) {
    List<String> all = new ArrayList<>(Arrays.asList(arguments));
    all.add("+short");
    return ask(port, all.toArray(String[]::new)).lines().sorted().toList();
  }
}
