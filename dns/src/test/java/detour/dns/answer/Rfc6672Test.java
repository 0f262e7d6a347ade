package detour.dns.answer;

import static detour.dns.answer.Server.answers;
import static detour.dns.answer.Server.status;
import static org.assertj.core.api.Assertions.assertThat;

import detour.dns.zone.ZoneTexts;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.Message;
import org.xbill.DNS.Type;

/// RFC 6672: redirection of whole subtrees.
class Rfc6672Test {
  private final Server server =
      Server.of(
          ZoneTexts.zone(
              "example.com",
              """
              old      DNAME new
              old      TXT   own
              www.old  A     192.0.2.99
              www.new  A     192.0.2.1
              away     DNAME example.org.
              long     DNAME %s.example.net.
              via      CNAME www.old
              """
                  .formatted("a".repeat(60) + "." + "b".repeat(60) + "." + "c".repeat(60))));

  /// Sections 2.2 and 3.1.
  @Test
  void shouldSendDnameAndSynthesisedCnameAndFollowIt() {
    Message response = server.ask("www.old.example.com", Type.A);
    assertThat(status(response)).isEqualTo("NOERROR aa");
    assertThat(answers(response))
        .containsExactly(
            "old.example.com. 3600 DNAME new.example.com.",
            "www.old.example.com. 3600 CNAME www.new.example.com.",
            "www.new.example.com. 3600 A 192.0.2.1");
  }

  @Test
  void shouldSubstituteSeveralLabelsAndKeepTheirCase() {
    assertThat(answers(server.ask("A.b.C.away.example.com", Type.A)))
        .containsExactly(
            "away.example.com. 3600 DNAME example.org.",
            "A.b.C.away.example.com. 3600 CNAME A.b.C.example.org.");
  }

  /// Section 2.3.
  @Test
  void shouldNotRedirectTheOwner() {
    assertThat(answers(server.ask("old.example.com", Type.TXT)))
        .containsExactly("old.example.com. 3600 TXT own");
    assertThat(answers(server.ask("old.example.com", Type.DNAME))).hasSize(1);
    Message none = server.ask("old.example.com", Type.A);
    assertThat(status(none)).isEqualTo("NOERROR aa");
    assertThat(answers(none)).isEmpty();
  }

  /// Section 2.2.
  @Test
  void shouldSayWhenTheNewNameIsTooLong() {
    Message response = server.ask("d".repeat(60) + ".long.example.com", Type.A);
    assertThat(status(response)).isEqualTo("YXDOMAIN aa");
    assertThat(answers(response)).hasSize(1).first().asString().contains(" DNAME ");
  }

  @Test
  void shouldRedirectTargetsOfAliases() {
    assertThat(answers(server.ask("via.example.com", Type.A))).hasSize(4);
  }

  @Test
  void shouldStopAtTheSynthesisedCnameWhenAskedForIt() {
    assertThat(answers(server.ask("www.old.example.com", Type.CNAME))).hasSize(2);
  }

  @Test
  void shouldEndRedirectionLoops() {
    Server loop = Server.of("a DNAME b\nb DNAME a\nself DNAME x.self\n");
    assertThat(answers(loop.ask("x.a.example.com", Type.A))).hasSize(4);
    Message grown = loop.ask("x.self.example.com", Type.A);
    assertThat(grown.getSection(1).size()).isLessThanOrEqualTo(32);
  }

  /// Section 3.2 with a target below its owner: found with random zones, where Knot, NSD and BIND
  /// each end elsewhere.
  @Test
  void shouldSendTheDnameOnceWhereItLeadsBelowItself() {
    List<String> answers =
        answers(Server.of("grow DNAME a.grow\n").askTcp("x.grow.example.com", Type.A));
    assertThat(answers).doesNotHaveDuplicates().hasSize(1 + 16);
    assertThat(answers.getFirst()).contains(" DNAME ");
    assertThat(answers.subList(1, answers.size())).allMatch(answer -> answer.contains(" CNAME "));
  }
}
