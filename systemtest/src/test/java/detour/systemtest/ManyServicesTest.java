package detour.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import detour.systemtest.ScriptedBackend.Behaviour;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/// Ten thousand services of which every endpoint flips while they are asked for.
///
/// A service stands at a row and a column: its primary pool has the row's address of the group P
/// and the column's of Q, its standby pool likewise of R and S. The pair of either pool belongs to
/// that service alone, so an answer shows whose it is, though four hundred backends are enough.
class ManyServicesTest {
  @RegisterExtension final Stage stage = Stage.forEachTest();

  private static final int SIDE = 100;

  private final List<ScriptedBackend> backends = new ArrayList<>();
  private final Set<String> problems = ConcurrentHashMap.newKeySet();
  private final AtomicLong answers = new AtomicLong();

  /// The four groups of addresses.
  private enum Group {
    P,
    Q,
    R,
    S
  }

  @Test
  void shouldNeverGiveAMalformedOrMixedAnswer() throws Exception {
    for (int host = 1; host <= 4 * SIDE; host++) {
      backends.add(stage.backend(host));
    }
    DetourServer server = stage.server(configuration());
    awaitEverywhere(server, Group.P, Group.Q);

    AtomicBoolean done = new AtomicBoolean();
    List<Thread> load = new ArrayList<>();
    for (int seed = 0; seed < 2; seed++) {
      int start = seed * SIDE * SIDE / 2;
      load.add(Thread.ofPlatform().start(() -> ask(server, start, done)));
    }
    try {
      fail(Group.P);
      awaitEverywhere(server, Group.Q);
      fail(Group.Q);
      awaitEverywhere(server, Group.R, Group.S);
      fail(Group.R);
      awaitEverywhere(server, Group.S);
      recover(Group.P);
      awaitEverywhere(server, Group.P);
      recover(Group.Q);
      recover(Group.R);
      awaitEverywhere(server, Group.P, Group.Q);
      fail(Group.S);
      fail(Group.P);
      fail(Group.Q);
      awaitEverywhere(server, Group.R);
    } finally {
      done.set(true);
      for (Thread thread : load) {
        thread.join();
      }
    }

    assertThat(problems).isEmpty();
    assertThat(answers.get()).isGreaterThan(SIDE * SIDE);
  }

  private void fail(Group group) {
    behave(group, Behaviour.RESET);
  }

  private void recover(Group group) {
    behave(group, Behaviour.OK);
  }

  private void behave(Group group, Behaviour behaviour) {
    for (int i = 0; i < SIDE; i++) {
      backends.get(group.ordinal() * SIDE + i).behave(behaviour);
    }
  }

  private void ask(DetourServer server, int start, AtomicBoolean done) {
    DnsClient dns = server.dns();
    for (int n = start; !done.get(); n = (n + 1) % (SIDE * SIDE)) {
      Set<String> found = asked(dns, n);
      if (found.isEmpty()
          || !(pool(n, Group.P).containsAll(found) || pool(n, Group.R).containsAll(found))) {
        problems.add(name(n) + " was answered " + found);
      }
      answers.incrementAndGet();
    }
  }

  /// Dnsjava refuses what is malformed with an exception, which becomes a problem here.
  private Set<String> asked(DnsClient dns, int n) {
    try {
      Message query = DnsClient.query(name(n), Type.A);
      Message answer = new Message(dns.exchange(query.toWire()));
      boolean sound =
          answer.getRcode() == Rcode.NOERROR
              && answer.getHeader().getID() == query.getHeader().getID()
              && query.getQuestion().equals(answer.getQuestion())
              && answer.getSection(Section.ANSWER).stream()
                  .allMatch(record -> record.getName().equals(query.getQuestion().getName()));
      if (!sound) {
        problems.add(name(n) + ": " + answer);
      }
      List<String> addresses = DnsClient.addresses(answer);
      Set<String> distinct = new HashSet<>(addresses);
      if (distinct.size() != addresses.size()) {
        problems.add(name(n) + ": the same address twice: " + addresses);
      }
      return distinct;
    } catch (IOException | RuntimeException e) {
      problems.add(name(n) + ": " + e);
      return Set.of();
    }
  }

  /// Waits until every service answers exactly its addresses of these groups.
  private void awaitEverywhere(DetourServer server, Group... groups) {
    DnsClient dns = server.dns();
    int[] next = {0};
    Awaitility.await("every service to answer " + List.of(groups))
        .atMost(DetourServer.PATIENCE.multipliedBy(2))
        .pollInterval(Duration.ofMillis(20))
        .untilAsserted(() -> {
          while (next[0] < SIDE * SIDE) {
            Set<String> wanted = new TreeSet<>();
            for (Group group : groups) {
              wanted.add(address(next[0], group));
            }
            assertThat(new TreeSet<>(asked(dns, next[0]))).as(name(next[0])).isEqualTo(wanted);
            next[0]++;
          }
        });
  }

  private Set<String> pool(int n, Group first) {
    return Set.of(address(n, first), address(n, Group.values()[first.ordinal() + 1]));
  }

  private String address(int n, Group group) {
    int index =
        switch (group) {
          case P, R -> n / SIDE;
          case Q, S -> n % SIDE;
        };
    return stage.address(1 + group.ordinal() * SIDE + index);
  }

  private static String name(int n) {
    return "s" + n + ".example.com";
  }

  private String configuration() {
    StringBuilder text =
        new StringBuilder(
            """
            checks:
              web: { type: http, port: %d, path: /, interval: 1s, timeout: 900ms, fall: 2,
                     fast_interval: 100ms, flap_window: 0s }
            zones: [ { name: example.com, ns: [ns1.example.net] } ]
            services:
            """
                .formatted(stage.port()));
    for (int n = 0; n < SIDE * SIDE; n++) {
      text.append(
          """
            - { name: %s, check: web, failback_after: 100ms, pools: [ { endpoints: [%s, %s] }, { endpoints: [%s, %s] } ] }
          """
              .formatted(
                  name(n),
                  address(n, Group.P),
                  address(n, Group.Q),
                  address(n, Group.R),
                  address(n, Group.S)));
    }
    return text.toString();
  }
}
