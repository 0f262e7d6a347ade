package detour.server.probe.application;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/// How a client of MySQL says what it can, and proves that it knows a password.
final class MysqlLogin {
  static final String NATIVE = "mysql_native_password";
  static final String CACHING_SHA2 = "caching_sha2_password";

  static final int CONNECT_WITH_DATABASE = 1 << 3;
  static final int TLS = 1 << 11;
  static final int PLUGIN_AUTH = 1 << 19;
  private static final int LONG_PASSWORD = 1;
  private static final int PROTOCOL_41 = 1 << 9;
  private static final int TRANSACTIONS = 1 << 13;
  private static final int SECURE_CONNECTION = 1 << 15;

  /// What a packet may hold that this client sends or takes.
  private static final int PACKET_OCTETS_MAX = 1 << 24;

  /// utf8mb4_general_ci, which MySQL and MariaDB both know.
  private static final int CHARACTER_SET = 45;

  private static final int RESERVED_OCTETS = 23;

  private MysqlLogin() {}

  /// The first octets of the answer to a greeting; alone they are the request for TLS.
  static byte[] request(MysqlSettings settings) {
    return ByteBufUtil.getBytes(head(settings));
  }

  /// The answer to a greeting: HandshakeResponse41.
  static byte[] response(MysqlSettings settings, String plugin, byte[] proof) {
    ByteBuf response = head(settings);
    writeText(response, settings.user());
    response.writeByte(proof.length).writeBytes(proof);
    if (settings.database() != null) {
      writeText(response, settings.database());
    }
    writeText(response, plugin);
    return ByteBufUtil.getBytes(response);
  }

  private static ByteBuf head(MysqlSettings settings) {
    int abilities = LONG_PASSWORD | PROTOCOL_41 | TRANSACTIONS | SECURE_CONNECTION | PLUGIN_AUTH;
    if (settings.database() != null) {
      abilities |= CONNECT_WITH_DATABASE;
    }
    if (settings.tls() != null) {
      abilities |= TLS;
    }
    return Unpooled.buffer()
        .writeIntLE(abilities)
        .writeIntLE(PACKET_OCTETS_MAX)
        .writeByte(CHARACTER_SET)
        .writeZero(RESERVED_OCTETS);
  }

  /// What a plugin asks to be sent for a challenge; empty without a password, null for a plugin
  /// that is not known.
  static byte @Nullable [] proof(String plugin, @Nullable Secret password, byte[] challenge) {
    boolean known = plugin.equals(NATIVE) || plugin.equals(CACHING_SHA2);
    if (!known) {
      return null;
    }
    if (password == null) {
      return new byte[0];
    }
    return plugin.equals(NATIVE)
        ? nativeProof(password.octets(), challenge)
        : cachingSha2Proof(password.octets(), challenge);
  }

  /// SHA1(password) xor SHA1(challenge, SHA1(SHA1(password))).
  private static byte[] nativeProof(byte[] password, byte[] challenge) {
    byte[] once = digest("SHA-1", password);
    return xor(once, digest("SHA-1", challenge, digest("SHA-1", once)));
  }

  /// SHA256(password) xor SHA256(SHA256(SHA256(password)), challenge).
  private static byte[] cachingSha2Proof(byte[] password, byte[] challenge) {
    byte[] once = digest("SHA-256", password);
    return xor(once, digest("SHA-256", digest("SHA-256", once), challenge));
  }

  private static byte[] xor(byte[] a, byte[] b) {
    byte[] both = a.clone();
    for (int i = 0; i < both.length; i++) {
      both[i] ^= b[i];
    }
    return both;
  }

  private static byte[] digest(String algorithm, byte[]... parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance(algorithm);
      for (byte[] part : parts) {
        digest.update(part);
      }
      return digest.digest();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java runtime has " + algorithm, e);
    }
  }

  private static void writeText(ByteBuf message, String text) {
    message.writeBytes(text.getBytes(StandardCharsets.UTF_8)).writeByte(0);
  }
}
