package detour.server.probe.application;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.text.Normalizer;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/// One SCRAM-SHA-256 authentication as the client sees it (RFC 5802, RFC 7677), without channel
/// binding.
final class Scram {
  static final String MECHANISM = "SCRAM-SHA-256";

  /// Far beyond what servers use; more is refused rather than computed.
  static final int ITERATIONS_MAX = 1_000_000;

  private static final String HMAC = "HmacSHA256";
  private static final int KEY_BITS = 256;

  /// "n": this client does not support channel binding.
  private static final String GS2_HEADER = "n,,";

  private final String clientNonce;
  private final String clientFirstBare;

  /// @param user without commas and equals signs; empty for PostgreSQL, which knows it already
  Scram(String user, String clientNonce) {
    this.clientNonce = clientNonce;
    this.clientFirstBare = "n=" + user + ",r=" + clientNonce;
  }

  /// What a server asks for.
  ///
  /// @param text its message, whole
  /// @param nonce the client's and the server's
  /// @param salt in base64, as it came
  record Challenge(String text, String nonce, String salt, int iterations) {}

  /// What is computed of password, salt and iterations, at some cost.
  static final class Keys {
    private final byte[] clientKey;
    private final byte[] serverKey;

    private Keys(byte[] clientKey, byte[] serverKey) {
      this.clientKey = clientKey;
      this.serverKey = serverKey;
    }
  }

  /// What a client answers, and how the server must confirm it.
  record Proof(String clientFinal, String serverFinal) {}

  String clientFirst() {
    return GS2_HEADER + clientFirstBare;
  }

  /// RFC 5802 section 7: server-first-message.
  ///
  /// @throws MalformedReply when it is none, or an answer to somebody else
  Challenge challenge(String serverFirst) {
    String[] parts = serverFirst.split(",", -1);
    if (parts.length < 3
        || !parts[0].startsWith("r=")
        || !parts[1].startsWith("s=")
        || !parts[2].startsWith("i=")) {
      throw new MalformedReply("a SCRAM message lacks nonce, salt or iterations");
    }
    String nonce = parts[0].substring(2);
    // RFC 5802 section 5.1: "The client MUST verify that the initial part of the nonce used in
    // subsequent messages is the same as the nonce it initially specified."
    if (!nonce.startsWith(clientNonce) || nonce.length() == clientNonce.length()) {
      throw new MalformedReply("a SCRAM nonce is not an answer to this client's");
    }
    return new Challenge(serverFirst, nonce, parts[1].substring(2), iterations(parts[2]));
  }

  private static int iterations(String part) {
    String digits = part.substring(2);
    if (!digits.matches("[1-9][0-9]{0,8}") || Integer.parseInt(digits) > ITERATIONS_MAX) {
      throw new MalformedReply("SCRAM iterations are not between 1 and " + ITERATIONS_MAX);
    }
    return Integer.parseInt(digits);
  }

  /// Takes milliseconds for the thousands of iterations that are usual, and a second at most.
  ///
  /// @param salt in base64
  /// @throws MalformedReply when the salt is no base64
  static Keys keys(Secret password, String salt, int iterations) {
    try {
      PBEKeySpec input =
          new PBEKeySpec(
              prepared(password.text()).toCharArray(), decoded(salt), iterations, KEY_BITS);
      byte[] salted =
          SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(input).getEncoded();
      return new Keys(hmac(salted, "Client Key"), hmac(salted, "Server Key"));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java runtime has PBKDF2", e);
    }
  }

  /// RFC 5802 section 3: the proof, and the signature by which the server shows that it knows the
  /// password too.
  Proof proof(Challenge challenge, Keys keys) {
    String withoutProof = "c=" + encoded(octets(GS2_HEADER)) + ",r=" + challenge.nonce();
    String signed = clientFirstBare + "," + challenge.text() + "," + withoutProof;
    byte[] proof = keys.clientKey.clone();
    byte[] signature = hmac(sha256(keys.clientKey), signed);
    for (int i = 0; i < proof.length; i++) {
      proof[i] ^= signature[i];
    }
    return new Proof(
        withoutProof + ",p=" + encoded(proof), "v=" + encoded(hmac(keys.serverKey, signed)));
  }

  /// What matters of SASLprep (RFC 4013) for passwords that people type: other spaces become a
  /// space, and the form is normalized. ASCII stays as it is.
  private static String prepared(String password) {
    if (password.chars().allMatch(c -> c < 0x80)) {
      return password;
    }
    StringBuilder spaced = new StringBuilder(password.length());
    password
        .codePoints()
        .map(c -> Character.getType(c) == Character.SPACE_SEPARATOR ? ' ' : c)
        .forEach(spaced::appendCodePoint);
    return Normalizer.normalize(spaced, Normalizer.Form.NFKC);
  }

  private static byte[] decoded(String base64) {
    try {
      byte[] octets = Base64.getDecoder().decode(base64);
      if (octets.length > 0) {
        return octets;
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw new MalformedReply("a SCRAM salt is not in base64");
  }

  private static String encoded(byte[] octets) {
    return Base64.getEncoder().encodeToString(octets);
  }

  private static byte[] hmac(byte[] key, String text) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(key, HMAC));
      return mac.doFinal(octets(text));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java runtime has " + HMAC, e);
    }
  }

  private static byte[] sha256(byte[] octets) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(octets);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }

  private static byte[] octets(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
