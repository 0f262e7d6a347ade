package detour.systemtest.differential;

import detour.systemtest.Peers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/// The servers that this one is compared with, each set up to answer as fully and as plainly as it
/// can: no rate limits, no cookies, no recursion, the same sizes and identifiers.
enum PeerKind {
  KNOT("127.0.0.51", "knotd") {
    @Override
    List<String> command(String program, Path folder, int port, List<ServedZone> zones)
        throws IOException {
      String configuration =
          """
          server:
              rundir: "%1$s"
              listen: %2$s@%3$d
              nsid: differential
              udp-max-payload: 1232
          database:
              storage: "%1$s/knot"
          log:
            - target: stderr
              any: warning
          zone:
          """
              .formatted(folder, address, port);
      return List.of(
          program,
          "-c",
          write(
              folder,
              "knot.conf",
              configuration,
              zones,
              "  - domain: \"%1$s\"\n    storage: \"%2$s\"\n    file: \"%3$s\"\n"));
    }
  },

  NSD("127.0.0.52", "nsd") {
    @Override
    List<String> command(String program, Path folder, int port, List<ServedZone> zones)
        throws IOException {
      String configuration =
          """
          server:
              ip-address: %2$s@%3$d
              zonesdir: "%1$s"
              database: ""
              pidfile: "%1$s/nsd.pid"
              xfrdfile: "%1$s/xfrd.state"
              xfrdir: "%1$s"
              zonelistfile: "%1$s/zone.list"
              username: ""
              server-count: 1
              rrl-ratelimit: 0
              rrl-whitelist-ratelimit: 0
              ipv4-edns-size: 1232
              nsid: "ascii_differential"
              answer-cookie: no
              minimal-responses: no
              refuse-any: no
              hide-version: no
              version: "differential"
              identity: "differential"
          remote-control:
              control-enable: no
          """
              .formatted(folder, address, port);
      return List.of(
          program,
          "-d",
          "-c",
          write(
              folder,
              "nsd.conf",
              configuration,
              zones,
              "zone:\n    name: \"%1$s\"\n    zonefile: \"%3$s\"\n"));
    }
  },

  /// On an address of an interface: it listens on no others, though all of 127.0.0.0/8 would do.
  BIND("127.0.0.1", "named") {
    @Override
    List<String> command(String program, Path folder, int port, List<ServedZone> zones)
        throws IOException {
      String configuration =
          """
          options {
              directory "%1$s";
              pid-file none;
              session-keyfile none;
              listen-on port %3$d { %2$s; };
              listen-on-v6 { none; };
              recursion no;
              dnssec-validation no;
              empty-zones-enable no;
              minimal-responses no-auth;
              minimal-any no;
              answer-cookie no;
              check-integrity no;
              check-names primary ignore;
              check-mx ignore;
              check-mx-cname ignore;
              check-srv-cname ignore;
              notify no;
              edns-udp-size 1232;
              max-udp-size 1232;
              nocookie-udp-size 1232;
              allow-transfer { none; };
              rrset-order { order none; };
              version "differential";
              hostname "differential";
              server-id "differential";
          };
          controls { };
          """
              .formatted(folder, address, port);
      return List.of(
          program,
          "-g",
          "-n",
          "1",
          "-c",
          write(
              folder,
              "named.conf",
              configuration,
              zones,
              "zone \"%1$s\" { type primary; file \"%3$s\"; };\n"));
    }
  };

  final String address;
  private final String program;

  PeerKind(String address, String program) {
    this.address = address;
    this.program = program;
  }

  /// Its path; where it is absent, the test is skipped, and fails in CI.
  String require() {
    return Peers.require(program);
  }

  /// What starts it in the foreground; its configuration is written into the folder, where the
  /// zones lie.
  abstract List<String> command(String program, Path folder, int port, List<ServedZone> zones)
      throws IOException;

  private static String write(
      Path folder, String file, String head, List<ServedZone> zones, String zoneForm)
      throws IOException {
    String declared =
        zones.stream()
            .map(zone -> zoneForm.formatted(zone.origin(), folder, zone.file()))
            .collect(Collectors.joining());
    return Files.writeString(folder.resolve(file), head + declared).toString();
  }
}
