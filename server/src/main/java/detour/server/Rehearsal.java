package detour.server;

import detour.server.cli.CommandLineInterface;
import detour.server.cli.ExitCode;
import detour.server.cli.Terminal;
import detour.server.config.Configuration;
import detour.server.config.ConfigurationReader;
import detour.server.probe.kinds.ProbeKinds;
import detour.server.publish.Version;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/// A short life of the whole server on loopback: what the start-up cache of a package learns from.
///
/// It starts the server, asks it over UDP, TCP and HTTP, runs the reading commands against it, and
/// stops it; so the classes that every start needs are in the cache, and the query path's profile
/// with them.
final class Rehearsal {
  /// The hidden command's name.
  static final String COMMAND = "rehearse";

  private static final int UDP_QUERIES = 20_000;
  private static final int TIMEOUT_MILLIS = 2_000;
  private static final List<String> NAMES =
      List.of("www.example.com.", "WWW.example.com.", "ns1.example.com.", "nothing.example.com.");

  private Rehearsal() {}

  /// @return 0 when the server lived and answered
  static int run() {
    LogSetup.install(LogSetup.Form.JSON, false);
    try {
      Path folder = Files.createTempDirectory("detour-rehearsal");
      try {
        return live(folder);
      } finally {
        delete(folder);
      }
    } catch (IOException e) {
      System.err.println("the rehearsal failed: " + e.getMessage());
      return ExitCode.NO;
    }
  }

  private static int live(Path folder) throws IOException {
    Path file = folder.resolve("detour.yaml");
    Files.writeString(folder.resolve("example.com.zone"), zone());
    Files.writeString(file, configuration(folder));
    if (!(ConfigurationReader.read(file, ProbeKinds.ALL)
        instanceof ConfigurationReader.Result.Valid(Configuration valid, var _))) {
      throw new IOException("its own configuration is not valid");
    }
    try (Wiring server = new Wiring(valid)) {
      askOverUdp(server.dnsAddresses().getFirst());
      askOverTcp(server.dnsAddresses().getFirst());
      String url = "http://127.0.0.1:" + server.apiAddress().getPort();
      command("status", "--server", url);
      command("status", "--json", "--server", url);
      command("explain", "www.example.com", "--server", url);
      command("history", "--server", url);
      command("validate", "-c", file.toString());
      command(
          "query", "www.example.com", "@127.0.0.1:" + server.dnsAddresses().getFirst().getPort());
    }
    return ExitCode.DONE;
  }

  private static void askOverUdp(InetSocketAddress server) throws IOException {
    byte[][] queries = queries();
    byte[] buffer = new byte[4_096];
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      for (int i = 0; i < UDP_QUERIES; i++) {
        byte[] query = queries[i % queries.length];
        socket.send(new DatagramPacket(query, query.length, server));
        socket.receive(new DatagramPacket(buffer, buffer.length));
      }
    } catch (SocketTimeoutException e) {
      throw new IOException("no answer over UDP", e);
    }
  }

  private static void askOverTcp(InetSocketAddress server) throws IOException {
    try (Socket socket = new Socket(server.getAddress(), server.getPort())) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      DataInputStream in = new DataInputStream(socket.getInputStream());
      for (byte[] query : queries()) {
        out.writeShort(query.length);
        out.write(query);
        out.flush();
        in.readNBytes(in.readUnsignedShort());
      }
    }
  }

  private static byte[][] queries() throws IOException {
    byte[][] queries = new byte[NAMES.size() * 2][];
    for (int i = 0; i < queries.length; i++) {
      Name name = Name.fromString(NAMES.get(i / 2));
      Message query =
          Message.newQuery(Record.newRecord(name, i % 2 == 0 ? Type.A : Type.AAAA, DClass.IN));
      if (i % 2 == 0) {
        query.addRecord(new OPTRecord(1232, 0, 0), Section.ADDITIONAL);
      }
      queries[i] = query.toWire();
    }
    return queries;
  }

  private static void command(String... arguments) {
    PrintStream out = System.out;
    System.setOut(new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
    try {
      int _ =
          CommandLineInterface.run(
              arguments,
              Version.NUMBER,
              new LocalCommands(System.out, System.err),
              Terminal.ofSystem());
    } finally {
      System.setOut(out);
    }
  }

  private static String zone() {
    return """
    $TTL 300
    @    IN SOA ns1 hostmaster 1 3600 600 86400 30
         IN NS  ns1
         IN MX  10 mail
    ns1  IN A   192.0.2.1
    mail IN A   192.0.2.2
         IN TXT "v=spf1 -all"
    """;
  }

  private static String configuration(Path folder) {
    return """
    node: { name: rehearsal, data_dir: %s }
    listen: { dns: ["127.0.0.1:0"], http: "127.0.0.1:0" }
    checks:
      web: { type: http, port: 9, path: /, interval: 1s, timeout: 200ms }
      safe: { type: https, port: 9, path: /, interval: 1s, timeout: 200ms }
    zones:
      - { name: example.com, file: example.com.zone }
      - { name: example.net, ns: [ns1.example.com] }
    services:
      - name: www.example.com
        check: web
        pools:
          - { name: primary, endpoints: [{ name: a, address: 127.0.0.1, weight: 2 }, 127.0.0.2] }
          - { name: standby, endpoints: [127.0.0.3] }
      - name: safe.example.com
        check: safe
        failback: manual
        answer: 2
        when_all_down: last
        pools:
          - { name: primary, min_healthy: 50%%, endpoints: [127.0.0.1, "::1"] }
    """
        .formatted(folder.resolve("data"));
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
