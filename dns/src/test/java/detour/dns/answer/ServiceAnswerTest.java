package detour.dns.answer;

import static detour.dns.answer.Server.NOW_MILLIS;
import static detour.dns.answer.Server.addresses;
import static detour.dns.answer.Server.alias;
import static detour.dns.answer.Server.answers;
import static detour.dns.answer.Server.authorities;
import static detour.dns.answer.Server.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.ExtendedErrorCodeOption;
import org.xbill.DNS.Message;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

class ServiceAnswerTest {
  private static final PreparedAnswer NONE = PreparedAnswer.noData();

  private static Server www(PreparedAnswer ipv4, PreparedAnswer ipv6) {
    return www("", ipv4, ipv6, null);
  }

  private static Server www(
      String records,
      PreparedAnswer ipv4,
      PreparedAnswer ipv6,
      @org.jspecify.annotations.Nullable String error) {
    return Server.of(records, List.of("www.example.com"), new ServiceAnswer(ipv4, ipv6, error));
  }

  @Test
  void shouldAnswerEachFamilyWithItsOwnRecords() {
    Server server = www(addresses("192.0.2.1"), addresses("2001:db8::1"));
    assertThat(answers(server.ask("www.example.com", Type.A)))
        .containsExactly("www.example.com. 30 A 192.0.2.1");
    assertThat(answers(server.ask("www.example.com", Type.AAAA)))
        .containsExactly("www.example.com. 30 AAAA 2001:db8:0:0:0:0:0:1");
  }

  @Test
  void shouldAnswerNoDataForFamilyWithoutMembersAndForOtherTypes() {
    Server server = www(addresses("192.0.2.1"), NONE);
    for (int type : new int[] {Type.AAAA, Type.MX, Type.CNAME}) {
      Message response = server.ask("www.example.com", type);
      assertThat(status(response)).isEqualTo("NOERROR aa");
      assertThat(answers(response)).isEmpty();
      assertThat(authorities(response)).containsExactly(Server.SOA);
    }
  }

  @Test
  void shouldAnswerOtherTypesFromTheZone() {
    Server server = www("www TXT beside\n", addresses("192.0.2.1"), NONE, null);
    assertThat(answers(server.ask("www.example.com", Type.TXT)))
        .containsExactly("www.example.com. 3600 TXT beside");
  }

  @Test
  void shouldRotateAllAddressesSoThatEachComesFirst() {
    Server server = www(addresses("192.0.2.1", "192.0.2.2", "192.0.2.3"), NONE);
    Set<String> first = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      List<String> answers = answers(server.ask("www.example.com", Type.A));
      assertThat(answers).hasSize(3).doesNotHaveDuplicates();
      first.add(answers.getFirst());
    }
    assertThat(first).hasSize(3);
  }

  @Test
  void shouldDrawByWeight() {
    Server server =
        www(addresses(1, new int[] {3, 1, 0}, "192.0.2.1", "192.0.2.2", "192.0.2.3"), NONE);
    Map<String, Integer> drawn = new HashMap<>();
    for (int i = 0; i < 4000; i++) {
      drawn.merge(answers(server.ask("www.example.com", Type.A)).getFirst(), 1, Integer::sum);
    }
    assertThat(drawn)
        .containsOnlyKeys("www.example.com. 30 A 192.0.2.1", "www.example.com. 30 A 192.0.2.2");
    assertThat(drawn.get("www.example.com. 30 A 192.0.2.1")).isBetween(2800, 3200);
  }

  @Test
  void shouldDrawSeveralWithoutRepetition() {
    Server server =
        www(addresses(2, new int[] {5, 1, 1}, "192.0.2.1", "192.0.2.2", "192.0.2.3"), NONE);
    Set<List<String>> drawn = new HashSet<>();
    for (int i = 0; i < 300; i++) {
      List<String> answers = answers(server.ask("www.example.com", Type.A));
      assertThat(answers).hasSize(2).doesNotHaveDuplicates();
      drawn.add(answers);
    }
    assertThat(drawn).hasSize(6);
  }

  @Test
  void shouldCountEachRecordThatIsHandedOut() {
    PreparedAnswer drawn = addresses(2, new int[] {5, 1, 1}, "192.0.2.1", "192.0.2.2", "192.0.2.3");
    PreparedAnswer all = addresses("2001:db8::1", "2001:db8::2");
    Server server = www(drawn, all);
    for (int i = 0; i < 30; i++) {
      server.ask("www.example.com", Type.A);
    }
    server.ask("www.example.com", Type.AAAA);

    assertThat(drawn.timesHandedOut(0) + drawn.timesHandedOut(1) + drawn.timesHandedOut(2))
        .isEqualTo(60);
    assertThat(drawn.timesHandedOut(0)).isBetween(15L, 30L);
    assertThat(drawn.answers()).isEqualTo(30);
    assertThat(all.timesHandedOut(0)).isOne();
    assertThat(all.timesHandedOut(1)).isOne();
    assertThat(all.answers()).isOne();
    assertThat(NONE.answers()).isZero();
  }

  @Test
  void shouldCountRightWhereSeveralRespondersAnswerAtOnce() throws InterruptedException {
    PreparedAnswer counted = addresses("192.0.2.1");
    Thread[] threads = new Thread[3 * PreparedAnswer.LANES];
    for (int i = 0; i < threads.length; i++) {
      int lane = i % PreparedAnswer.LANES;
      threads[i] =
          Thread.ofPlatform()
              .start(() -> {
                for (int times = 0; times < 10_000; times++) {
                  counted.handOut(0, lane, NOW_MILLIS);
                }
              });
    }
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(counted.timesHandedOut(0)).isEqualTo(10_000L * threads.length);
  }

  @Test
  void shouldAnswerNoMoreThanHaveWeight() {
    Server server =
        www(addresses(3, new int[] {5, 0, 1}, "192.0.2.1", "192.0.2.2", "192.0.2.3"), NONE);
    assertThat(answers(server.ask("www.example.com", Type.A)))
        .containsExactlyInAnyOrder(
            "www.example.com. 30 A 192.0.2.1", "www.example.com. 30 A 192.0.2.3");
  }

  @Test
  void shouldDrawEvenlyWhenAllWeightsAreZero() {
    Server server = www(addresses(1, new int[] {0, 0}, "192.0.2.1", "192.0.2.2"), NONE);
    Set<List<String>> drawn = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      drawn.add(answers(server.ask("www.example.com", Type.A)));
    }
    assertThat(drawn).hasSize(2);
  }

  @Test
  void shouldAnswerAliasForEveryTypeAndFollowItWithinTheZones() {
    PreparedAnswer target = alias("target.example.com");
    Server server = www("target TXT there\ntarget A 192.0.2.7\n", target, target, null);
    assertThat(answers(server.ask("www.example.com", Type.A)))
        .containsExactly(
            "www.example.com. 30 CNAME target.example.com.",
            "target.example.com. 3600 A 192.0.2.7");
    assertThat(answers(server.ask("www.example.com", Type.TXT)))
        .containsExactly(
            "www.example.com. 30 CNAME target.example.com.", "target.example.com. 3600 TXT there");
    assertThat(answers(server.ask("www.example.com", Type.CNAME)))
        .containsExactly("www.example.com. 30 CNAME target.example.com.");
  }

  @Test
  void shouldAnswerAliasToTheOutsideAlone() {
    PreparedAnswer target = alias("cdn.example.net");
    Message response = www(target, target).ask("www.example.com", Type.AAAA);
    assertThat(status(response)).isEqualTo("NOERROR aa");
    assertThat(answers(response)).containsExactly("www.example.com. 30 CNAME cdn.example.net.");
  }

  @Test
  void shouldDrawOneOfSeveralAliases() {
    PreparedAnswer targets = alias("a.example.net", "b.example.net");
    Server server = www(targets, targets);
    Set<List<String>> drawn = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      drawn.add(answers(server.ask("www.example.com", Type.A)));
    }
    assertThat(drawn).hasSize(2).allMatch(answers -> answers.size() == 1);
  }

  @Test
  void shouldFailWhenTheServiceSaysSo() {
    Message response =
        www(PreparedAnswer.servFail(), PreparedAnswer.servFail()).ask("www.example.com", Type.A);
    assertThat(status(response)).isEqualTo("SERVFAIL");
    assertThat(answers(response)).isEmpty();
    assertThat(authorities(response)).isEmpty();
  }

  @Test
  void shouldAnswerServicesBehindAliasesWildcardsAndMailExchanges() {
    Server server =
        Server.of(
            "alias CNAME x.wild\nmail MX 1 y.wild\n",
            List.of("*.wild.example.com"),
            new ServiceAnswer(addresses("192.0.2.1"), NONE, null));
    assertThat(answers(server.ask("z.wild.example.com", Type.A)))
        .containsExactly("z.wild.example.com. 30 A 192.0.2.1");
    assertThat(answers(server.ask("alias.example.com", Type.A)))
        .containsExactly(
            "alias.example.com. 3600 CNAME x.wild.example.com.",
            "x.wild.example.com. 30 A 192.0.2.1");
    assertThat(Server.additionals(server.ask("mail.example.com", Type.MX)))
        .containsExactly("y.wild.example.com. 30 A 192.0.2.1");
    assertThat(status(server.ask("wild.example.com", Type.A))).isEqualTo("NOERROR aa");
  }

  @Test
  void shouldAnswerServiceAtTheApex() {
    Server server =
        Server.of(
            "", List.of("example.com"), new ServiceAnswer(addresses("192.0.2.1"), NONE, null));
    assertThat(answers(server.ask("example.com", Type.A)))
        .containsExactly("example.com. 30 A 192.0.2.1");
    assertThat(answers(server.ask("example.com", Type.SOA))).hasSize(1);
    assertThat(answers(server.ask("example.com", Type.NS))).hasSize(1);
  }

  @Test
  void shouldNoteWhatWasHandedOutAndNothingElse() {
    PreparedAnswer prepared = addresses(1, new int[] {1, 0}, "192.0.2.1", "192.0.2.2");
    Server server = www(prepared, NONE);
    assertThat(prepared.lastHandedOutMillis(0)).isZero();
    server.ask("www.example.com", Type.A);
    assertThat(prepared.lastHandedOutMillis(0)).isEqualTo(NOW_MILLIS);
    assertThat(prepared.lastHandedOutMillis(1)).isZero();
  }

  @Test
  void shouldNoteEveryRecordOfARotatedAnswer() {
    PreparedAnswer prepared = addresses("2001:db8::1", "2001:db8::2", "2001:db8::3");
    www(NONE, prepared).ask("www.example.com", Type.AAAA);
    for (int position = 0; position < prepared.size(); position++) {
      assertThat(prepared.lastHandedOutMillis(position)).isEqualTo(NOW_MILLIS);
    }
  }

  @Test
  void shouldKeepTheOrderWithinARotation() {
    Server server =
        www(NONE, addresses("2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8::4"));
    Set<String> orders = new HashSet<>();
    for (int i = 0; i < 200; i++) {
      StringBuilder order = new StringBuilder();
      for (String answer : answers(server.ask("www.example.com", Type.AAAA))) {
        order.append(answer.charAt(answer.length() - 1));
      }
      orders.add(order.toString());
    }
    assertThat(orders).containsExactlyInAnyOrder("1234", "2341", "3412", "4123");
  }

  @Test
  void shouldTellOnlyTheExtendedErrorOfTheServiceAsked() {
    Server server =
        Server.of(
            "",
            List.of("a.example.com", "b.example.com"),
            new ServiceAnswer(addresses("192.0.2.1"), NONE, "a is down"),
            new ServiceAnswer(addresses("192.0.2.2"), NONE, null));
    assertThat(server.askEdns("a.example.com", Type.A, 1232, false).getOPT().getOptions(15))
        .hasSize(1);
    assertThat(server.askEdns("b.example.com", Type.A, 1232, false).getOPT().getOptions(15))
        .isEmpty();
  }

  @Test
  void shouldTellOnlyTheExtendedErrorOfTheServiceThatHasTheType() {
    byte[] exchange = {0, 10, 1, 'm', 0};
    PreparedAnswer records = PreparedAnswer.records(Type.MX, List.of(exchange), 30);
    var mx = new ServiceAnswer.TypeAnswer(Type.MX, records);
    var caa = new ServiceAnswer.TypeAnswer(Type.CAA, PreparedAnswer.servFail());
    PreparedAnswer zone = PreparedAnswer.ofZone();
    ServiceAnswer together =
        ServiceAnswer.together(
            List.of(
                new ServiceAnswer(zone, zone, "mail is down", List.of(mx)),
                new ServiceAnswer(addresses("192.0.2.1"), NONE, null),
                new ServiceAnswer(zone, zone, null, List.of(caa))));
    Server server = Server.of("", List.of("a.example.com"), together);
    for (int type : new int[] {Type.MX, Type.A, Type.AAAA, Type.CAA}) {
      Message response = server.askEdns("a.example.com", type, 1232, false);
      assertThat(response.getOPT().getOptions(15)).hasSize(type == Type.MX ? 1 : 0);
      assertThat(status(response)).isEqualTo(type == Type.CAA ? "SERVFAIL" : "NOERROR aa");
      assertThat(answers(response)).hasSize(type == Type.MX || type == Type.A ? 1 : 0);
    }
  }

  @Test
  void shouldNoteAgainOnlyAfterFiftyMilliseconds() {
    PreparedAnswer prepared = addresses("192.0.2.1");
    Server server = www(prepared, NONE);
    byte[] query = Server.query("www.example.com", Type.A).toWire();
    server.responder.answer(server.table, query, Transport.UDP, NOW_MILLIS);
    server.responder.answer(server.table, query, Transport.UDP, NOW_MILLIS + 49);
    assertThat(prepared.lastHandedOutMillis(0)).isEqualTo(NOW_MILLIS);
    server.responder.answer(server.table, query, Transport.UDP, NOW_MILLIS + 50);
    assertThat(prepared.lastHandedOutMillis(0)).isEqualTo(NOW_MILLIS + 50);
  }

  @Test
  void shouldNotNoteWhatDidNotFit() {
    String[] many = new String[60];
    for (int i = 0; i < many.length; i++) {
      many[i] = "192.0.2." + i;
    }
    PreparedAnswer prepared = addresses(many);
    Message response = www(prepared, NONE).ask("www.example.com", Type.A);
    assertThat(status(response)).isEqualTo("NOERROR aa tc");
    assertThat(answers(response)).isEmpty();
    assertThat(prepared.lastHandedOutMillis(0)).isZero();
  }

  /// RFC 8914 section 2.
  @Test
  void shouldSendExtendedErrorToThoseThatKnowEdns() {
    Server server = www("", addresses("192.0.2.1"), NONE, "all endpoints are down");
    Message response = server.askEdns("www.example.com", Type.A, 1232, false);
    List<EDNSOption> options = response.getOPT().getOptions(15);
    assertThat(options).hasSize(1);
    ExtendedErrorCodeOption option = (ExtendedErrorCodeOption) options.getFirst();
    assertThat(option.getErrorCode()).isZero();
    assertThat(option.getText()).isEqualTo("all endpoints are down");
    assertThat(server.ask("www.example.com", Type.A).getSection(Section.ADDITIONAL)).isEmpty();
    assertThat(server.askEdns("www.example.com", Type.TXT, 1232, false).getOPT().getOptions(15))
        .isEmpty();
  }

  @Test
  void shouldOmitExtendedErrorThatDoesNotFit() {
    Server server = www("", addresses("192.0.2.1"), NONE, "x".repeat(500));
    Message response = server.askEdns("www.example.com", Type.A, 512, false);
    assertThat(response.getOPT().getOptions()).isEmpty();
    assertThat(answers(response)).hasSize(1);
  }

  @Test
  void shouldServeChangedAnswersOfTheSameZones() {
    Server server = www(addresses("192.0.2.1"), NONE);
    server.table =
        server.table.withServices(
            Map.of(0, new ServiceAnswer(addresses("192.0.2.2"), NONE, "moved")));
    Message response = server.askEdns("www.example.com", Type.A, 1232, false);
    assertThat(answers(response)).containsExactly("www.example.com. 30 A 192.0.2.2");
    assertThat(response.getOPT().getOptions(15)).hasSize(1);
  }

  @Test
  void shouldRefuseAnswersThatCannotBePrepared() {
    assertThatThrownBy(() -> addresses("192.0.2.1", "2001:db8::1"))
        .hasMessageContaining("two families");
    assertThatThrownBy(() -> addresses(0, new int[] {1}, "192.0.2.1", "192.0.2.2"))
        .hasMessageContaining("2 records, 1 weights");
    assertThatThrownBy(() -> addresses(0, new int[] {65536}, "192.0.2.1"))
        .hasMessageContaining("0 to 65535");
    assertThatThrownBy(() -> PreparedAnswer.alias(List.of(new byte[] {1}), new int[] {1}, 30))
        .hasMessageContaining("uncompressed name");
  }
}
