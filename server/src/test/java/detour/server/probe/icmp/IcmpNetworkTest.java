package detour.server.probe.icmp;

import static org.assertj.core.api.Assertions.assertThat;

import detour.server.probe.RealPeer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// In a network namespace of the test's own, where packets are lost and late by rule, and probes
/// may or may not be made.
class IcmpNetworkTest {
  private static final String NAMESPACE = "detour-icmp-" + ProcessHandle.current().pid();
  private static final String ADDRESS = "198.18.77.2";
  private static final String EVERYBODY = "0 2147483647";
  private static final String NO_GROUP = "1 0";

  @BeforeEach
  void makeNamespace() throws Exception {
    if (!"root".equals(System.getProperty("user.name"))) {
      RealPeer.skip("not root: what needs a network namespace is not tested");
    }
    RealPeer.require("nft");
    RealPeer.run(RealPeer.require("ip"), "netns", "add", NAMESPACE);
    inside("ip", "link", "set", "lo", "up");
    inside("ip", "address", "add", ADDRESS + "/24", "dev", "lo");
    inside("ip", "address", "add", "198.18.77.3/24", "dev", "lo");
  }

  @AfterEach
  void removeNamespace() throws Exception {
    if ("root".equals(System.getProperty("user.name"))) {
      RealPeer.run("/bin/sh", "-c", "ip netns del " + NAMESPACE + " 2>/dev/null || true");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {ADDRESS, "::1"})
  void shouldNeedNoPrivilegeWhereTheSystemLetsItsGroup(String address) throws Exception {
    allow(EVERYBODY);

    assertThat(pingUnprivileged(address, "3", "0", "")).startsWith("PASSED 3 of 3 answered");
  }

  @Test
  void shouldSayWhatIsMissingAndBlameNobody() throws Exception {
    allow(NO_GROUP);

    assertThat(pingUnprivileged(ADDRESS, "3", "0", ""))
        .isEqualTo(
            "NOT_STARTED this process may not send ICMP: let net.ipv4.ping_group_range contain its"
                + " group (sysctl -w net.ipv4.ping_group_range='0 2147483647'), or give it"
                + " CAP_NET_RAW");
  }

  @ParameterizedTest
  @ValueSource(strings = {EVERYBODY, NO_GROUP})
  void shouldBearTheLossThatIsAllowedAndNoMore(String groups) throws Exception {
    allow(groups);
    // Every third reply, counted and not drawn.
    lose("icmp type echo-reply numgen inc mod 3 == 1 drop");

    assertThat(ping(ADDRESS, "3", "34", "")).startsWith("PASSED 2 of 3 answered");
    assertThat(ping(ADDRESS, "3", "33", ""))
        .isEqualTo(
            "FAILED timed out after 3 s while waiting for echo replies (2 of 3 came, 3 needed)");
  }

  @Test
  void shouldBearTheLossOfIpv6Too() throws Exception {
    lose("icmpv6 type echo-reply numgen inc mod 3 == 1 drop");

    assertThat(ping("::1", "3", "50", "")).startsWith("PASSED 2 of 3 answered");
  }

  @Test
  void shouldFailWhenNothingIsAnswered() throws Exception {
    lose("icmp type echo-reply drop");

    assertThat(ping(ADDRESS, "3", "99", ""))
        .isEqualTo("FAILED timed out after 3 s while waiting for echo replies");
  }

  @Test
  void shouldFailAtOnceWhereThereIsNoWay() throws Exception {
    assertThat(ping("198.19.0.1", "3", "0", "")).isEqualTo("FAILED network unreachable");
  }

  @ParameterizedTest
  @ValueSource(strings = {EVERYBODY, NO_GROUP})
  void shouldLeaveFromItsSource(String groups) throws Exception {
    allow(groups);
    lose("icmp type echo-request ip saddr 198.18.77.3 drop");

    assertThat(ping(ADDRESS, "1", "0", "198.18.77.2")).startsWith("PASSED");
    assertThat(ping(ADDRESS, "1", "0", "198.18.77.3")).startsWith("FAILED");
    assertThat(ping(ADDRESS, "1", "0", "198.18.99.1"))
        .isEqualTo("NOT_STARTED the source is no address of this machine");
  }

  private static void allow(String groups) throws IOException, InterruptedException {
    inside("sh", "-c", "echo '" + groups + "' > /proc/sys/net/ipv4/ping_group_range");
  }

  private static void lose(String rule) throws IOException, InterruptedException {
    inside("nft", "add", "table", "inet", "lossy");
    inside("nft", "add chain inet lossy input { type filter hook input priority 0 ; }");
    inside("nft", "add rule inet lossy input " + rule);
  }

  private static void inside(String... command) throws IOException, InterruptedException {
    run(List.of(command));
  }

  private static String run(List<String> command) throws IOException, InterruptedException {
    List<String> whole =
        new ArrayList<>(List.of(RealPeer.require("ip"), "netns", "exec", NAMESPACE));
    whole.addAll(command);
    return RealPeer.run(whole.toArray(String[]::new));
  }

  private static String ping(String... arguments) throws IOException, InterruptedException {
    return lastLine(run(java(arguments)));
  }

  private static String lastLine(String printed) {
    return printed.lines().reduce("", (before, line) -> line);
  }

  /// As a process that has no privilege of root's, though it may read what root may.
  private static String pingUnprivileged(String... arguments)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(RealPeer.require("setpriv"), "--bounding-set=-all", "--inh-caps=-all"));
    command.addAll(java(arguments));
    return lastLine(run(command));
  }

  private static List<String> java(String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xlog:disable",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                PingOnce.class.getName()));
    command.addAll(Arrays.asList(arguments));
    return command;
  }
}
