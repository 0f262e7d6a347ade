package detour.server.probe.application;

import detour.server.probe.ProbeRun;
import detour.server.probe.application.Scram.Challenge;
import detour.server.probe.application.Scram.Proof;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/// How a `postgres` check proves who it is: by nothing, the password, its MD5, or SCRAM-SHA-256.
final class PostgresLogin {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int NONCE_OCTETS = 18;
  private static final int MD5_SALT_OCTETS = 4;

  private final PostgresSettings settings;
  private final Conversation conversation;
  private final ScramKeys keys;
  private final ProbeRun run;
  private @Nullable Scram scram;
  private @Nullable Proof proof;
  private boolean computing;
  private boolean serverProved;

  PostgresLogin(PostgresSettings settings, Conversation conversation, ScramKeys keys) {
    this.settings = settings;
    this.conversation = conversation;
    this.keys = keys;
    this.run = conversation.run();
  }

  /// Answers an authentication request.
  ///
  /// @return whether the user is let in
  boolean answer(ByteBuf request) {
    if (computing) {
      throw new MalformedReply("it goes on before it is answered");
    }
    int method = PostgresMessages.number(request);
    switch (method) {
      case 0 -> {
        return letIn();
      }
      case 3 -> cleartext();
      case 5 -> md5(request);
      case 10 -> beginScram(request);
      case 11 -> continueScram(ReplyText.rest(request));
      case 12 -> finishScram(ReplyText.rest(request));
      default -> run.fail("the server asks for " + name(method) + ", which this check cannot do");
    }
    return false;
  }

  private boolean letIn() {
    if (scram != null && !serverProved) {
      run.fail("the server did not prove that it knows the password");
      return false;
    }
    return true;
  }

  private void cleartext() {
    if (settings.tls() == null && !settings.cleartextAllowed()) {
      run.fail("the server asks for the password in the clear: set tls, or allow_cleartext");
      return;
    }
    Secret password = password();
    if (password != null) {
      conversation.send(PostgresMessages.password(password.text()));
    }
  }

  private void md5(ByteBuf request) {
    if (request.readableBytes() != MD5_SALT_OCTETS) {
      throw new MalformedReply("an MD5 salt is not 4 octets long");
    }
    byte[] salt = new byte[MD5_SALT_OCTETS];
    request.readBytes(salt);
    Secret password = password();
    if (password != null) {
      String digest = PostgresMessages.md5(settings.user(), password, salt);
      conversation.send(PostgresMessages.password(digest));
    }
  }

  private void beginScram(ByteBuf request) {
    boolean offered = false;
    for (String mechanism = ReplyText.untilZero(request);
        !mechanism.isEmpty();
        mechanism = ReplyText.untilZero(request)) {
      offered |= mechanism.equals(Scram.MECHANISM);
    }
    if (!offered) {
      run.fail("the server offers no SASL mechanism but such as this check cannot do");
      return;
    }
    if (password() == null) {
      return;
    }
    if (scram != null) {
      throw new MalformedReply("it begins SCRAM twice");
    }
    byte[] nonce = new byte[NONCE_OCTETS];
    RANDOM.nextBytes(nonce);
    scram = new Scram("", Base64.getEncoder().encodeToString(nonce));
    conversation.send(PostgresMessages.saslInitial(Scram.MECHANISM, scram.clientFirst()));
  }

  private void continueScram(String serverFirst) {
    Scram begun = scram;
    Secret password = settings.password();
    if (begun == null || password == null || proof != null) {
      throw new MalformedReply("a SCRAM message out of turn");
    }
    Challenge challenge = begun.challenge(serverFirst);
    computing = true;
    conversation.whenComputed(
        keys.of(password, challenge),
        computed -> {
          computing = false;
          proof = begun.proof(challenge, computed);
          conversation.send(PostgresMessages.sasl(proof.clientFinal()));
        });
  }

  private void finishScram(String serverFinal) {
    if (proof == null) {
      throw new MalformedReply("a SCRAM message out of turn");
    }
    // RFC 5802 section 5: the client "MUST verify" the server's signature.
    serverProved =
        MessageDigest.isEqual(
            serverFinal.getBytes(StandardCharsets.UTF_8),
            proof.serverFinal().getBytes(StandardCharsets.UTF_8));
    if (!serverProved) {
      run.fail("the server did not prove that it knows the password");
    }
  }

  /// Null when there is none, which ends the run.
  private @Nullable Secret password() {
    if (settings.password() == null) {
      run.fail(
          "the server asks user '" + settings.user() + "' for a password, and the check has none");
    }
    return settings.password();
  }

  private static String name(int method) {
    return switch (method) {
      case 2 -> "Kerberos V5";
      case 7, 8 -> "GSSAPI";
      case 9 -> "SSPI";
      default -> "authentication method " + method;
    };
  }
}
