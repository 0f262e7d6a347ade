package detour.server.probe.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import detour.server.probe.application.Scram.Challenge;
import detour.server.probe.application.Scram.Proof;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScramTest {
  private static final String NONCE = "rOprNGfwEbeRWgbNEkqO";

  /// RFC 7677 section 3.
  @Test
  void shouldComputeTheExampleOfTheRfc() {
    Scram scram = new Scram("user", NONCE);
    assertThat(scram.clientFirst()).isEqualTo("n,,n=user,r=" + NONCE);
    Challenge challenge =
        scram.challenge(
            "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096");
    Proof proof =
        scram.proof(
            challenge, Scram.keys(new Secret("pencil"), challenge.salt(), challenge.iterations()));

    assertThat(proof.clientFinal())
        .isEqualTo(
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                + "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
    assertThat(proof.serverFinal()).isEqualTo("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          r=rOprNGfwEbeRWgbNEkqO,s=W22Z,i=4096         | nonce
          r=another,s=W22Z,i=4096                      | nonce
          r=rOprNGfwEbeRWgbNEkqOx,s=W22Z               | lacks
          r=rOprNGfwEbeRWgbNEkqOx,s=W22Z,i=0           | iterations
          r=rOprNGfwEbeRWgbNEkqOx,s=W22Z,i=1000001     | iterations
          r=rOprNGfwEbeRWgbNEkqOx,s=W22Z,i=99999999999 | iterations
          r=rOprNGfwEbeRWgbNEkqOx,s=W22Z,i=-1          | iterations
          m=must,r=rOprNGfwEbeRWgbNEkqOx,s=W22Z,i=1    | lacks
          ''                                           | lacks
          """)
  void shouldRefuseWhatIsNoChallenge(String text, String reason) {
    assertThatThrownBy(() -> new Scram("", NONCE).challenge(text))
        .isInstanceOf(MalformedReply.class)
        .hasMessageContaining(reason);
  }

  @ParameterizedTest
  @CsvSource({"''", "***", "W"})
  void shouldRefuseASaltThatIsNone(String salt) {
    assertThatThrownBy(() -> Scram.keys(new Secret("x"), salt, 1))
        .isInstanceOf(MalformedReply.class);
  }

  @Test
  void shouldTakeAPasswordHoweverItsLettersAreComposed() {
    Scram scram = new Scram("", "n");
    Challenge challenge = scram.challenge("r=nx,s=W22Z,i=16");

    assertThat(scram.proof(challenge, Scram.keys(new Secret("u\u0308\u00a0x"), "W22Z", 16)))
        .isEqualTo(scram.proof(challenge, Scram.keys(new Secret("\u00fc x"), "W22Z", 16)));
  }
}
