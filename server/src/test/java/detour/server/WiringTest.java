package detour.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import detour.server.config.Configuration;
import detour.server.config.ConfigurationReader;
import detour.server.listen.ListenException;
import detour.server.probe.kinds.ProbeKinds;
import detour.server.publish.Command;
import detour.server.publish.CommandRefused;
import detour.server.store.StoreException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;

/// The whole server on ports that the system chooses.
@Timeout(60)
class WiringTest {
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void write() throws IOException {
    file = folder.resolve("detour.yaml");
    write("127.0.0.1:0", "127.0.0.1:0", "192.0.2.10");
  }

  private void write(String dns, String http, String address) throws IOException {
    Files.writeString(
        file,
        """
        node: { name: here, data_dir: %s }
        listen: { dns: ["%s"], http: "%s", api: { without_token: configure } }
        zones:
          - { name: example.com, ns: [ns1.example.net] }
        services:
          - name: www.example.com
            check: none
            pools:
              - endpoints: [%s]
        """
            .formatted(folder.resolve("data"), dns, http, address));
  }

  private Configuration configuration() {
    return switch (ConfigurationReader.read(file, ProbeKinds.ALL)) {
      case ConfigurationReader.Result.Valid(var valid, var _) -> valid;
      case ConfigurationReader.Result.Invalid(var problems, var _) ->
          throw new AssertionError(problems);
    };
  }

  private static String answer(Wiring server) throws IOException {
    SimpleResolver resolver = new SimpleResolver(server.dnsAddresses().getFirst());
    Message response =
        resolver.send(
            Message.newQuery(
                Record.newRecord(Name.fromString("www.example.com."), Type.A, DClass.IN)));
    return response.getSection(Section.ANSWER).getFirst().rdataToString();
  }

  private static String get(Wiring server, String path) throws IOException, InterruptedException {
    InetSocketAddress api = server.apiAddress();
    URI uri = URI.create("http://127.0.0.1:" + api.getPort() + path);
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
          .body();
    }
  }

  @Test
  void shouldAnswerOnceBuiltAndEndWhenClosed() throws Exception {
    InetSocketAddress dns;
    try (Wiring server = new Wiring(configuration())) {
      dns = server.dnsAddresses().getFirst();
      assertThat(answer(server)).isEqualTo("192.0.2.10");
      assertThat(get(server, "/metrics"))
          .contains("detour_pool_selected{family=\"joint\",pool=\"pool1\"");
    }

    new ServerSocket(dns.getPort(), 1, LOOPBACK).close();
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .doesNotContain("publish", "store");
  }

  @Test
  void shouldStartAgainWhereItWasClosed() throws Exception {
    new Wiring(configuration()).close();

    startAndAnswer();
  }

  private void startAndAnswer() throws IOException {
    try (Wiring server = new Wiring(configuration())) {
      assertThat(answer(server)).isEqualTo("192.0.2.10");
    }
  }

  @Test
  void shouldApplyAReloadAndRefuseABadOne() throws Exception {
    try (Wiring server = new Wiring(configuration())) {
      write("127.0.0.1:0", "127.0.0.1:0", "192.0.2.11");
      server.inbox().command(new Command.Reload("a test")).get(20, TimeUnit.SECONDS);
      assertThat(answer(server)).isEqualTo("192.0.2.11");

      Files.writeString(file, "services: [\n");
      assertThatThrownBy(
              () -> server.inbox().command(new Command.Reload("a test")).get(20, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .cause()
          .isInstanceOf(CommandRefused.class)
          .hasMessageContaining("detour.yaml:");
      assertThat(answer(server)).isEqualTo("192.0.2.11");
    }
  }

  @Test
  void shouldSayWhatAReloadCannotChange() throws Exception {
    FileConfiguration source = new FileConfiguration(configuration());
    assertThat(source.load().warnings()).isEmpty();

    write("127.0.0.2:0", "127.0.0.1:0", "192.0.2.10");

    assertThat(source.load().warnings())
        .singleElement()
        .asString()
        .endsWith("what changed in listen takes effect at the next start");
  }

  @Test
  void shouldRefuseASecondServerOnTheSameData() throws Exception {
    try (Wiring first = new Wiring(configuration())) {
      assertThatThrownBy(() -> new Wiring(configuration()).close())
          .isInstanceOf(StoreException.class)
          .hasMessageContaining(folder.resolve("data").toString());

      assertThat(answer(first)).isEqualTo("192.0.2.10");
    }
  }

  @Test
  void shouldLeaveNothingOpenWhenTheDnsPortIsTaken() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, LOOPBACK)) {
      write("127.0.0.1:" + taken.getLocalPort(), "127.0.0.1:0", "192.0.2.10");

      assertThatThrownBy(() -> new Wiring(configuration()).close())
          .isInstanceOf(ListenException.class)
          .hasMessageContaining("127.0.0.1:" + taken.getLocalPort())
          .hasMessageContaining("another server is on it");
    }
    write();
    startAndAnswer();
  }

  @Test
  void shouldLeaveNothingOpenWhenTheApiPortIsTaken() throws Exception {
    int dns = FreePort.next();
    try (ServerSocket taken = new ServerSocket(0, 1, LOOPBACK)) {
      write("127.0.0.1:" + dns, "127.0.0.1:" + taken.getLocalPort(), "192.0.2.10");

      assertThatThrownBy(() -> new Wiring(configuration()).close())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("127.0.0.1:" + taken.getLocalPort());
      new ServerSocket(dns, 1, LOOPBACK).close();
    }
    await()
        .untilAsserted(() ->
            assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .doesNotContain("publish", "store"));
    write();
    startAndAnswer();
  }
}
