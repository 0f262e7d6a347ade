package detour.server.pem;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Private keys in PEM files (RFC 7468 section 10). Its errors tell nothing of a key.
public final class PemKey {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z ]*PRIVATE KEY)-----([^-]*)-----END");
  private static final List<String> ALGORITHMS = List.of("EC", "RSA", "EdDSA");

  private PemKey() {}

  /// @throws PemProblem when the file cannot be read or holds no key that will do
  public static PrivateKey read(Path file) {
    Matcher block = BLOCK.matcher(text(file));
    if (!block.find()) {
      throw new PemProblem("holds no PEM private key", null);
    }
    if (!block.group(1).equals("PRIVATE KEY")) {
      throw new PemProblem(
          "holds an '%s', not a 'PRIVATE KEY': convert it by 'openssl pkcs8 -topk8 -nodes'"
              .formatted(block.group(1)),
          null);
    }
    try {
      return key(Base64.getMimeDecoder().decode(block.group(2)));
    } catch (IllegalArgumentException e) {
      throw new PemProblem("holds no good PEM private key", e);
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new PemProblem("cannot be read: " + e.getMessage(), e);
    }
  }

  /// PKCS #8 says which algorithm its key is for, but the Java runtime wants to be told.
  private static PrivateKey key(byte[] pkcs8) {
    for (String algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
      } catch (InvalidKeySpecException e) {
        // A key for another algorithm.
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every Java runtime has " + algorithm, e);
      }
    }
    throw new IllegalArgumentException("a key for none of " + ALGORITHMS);
  }
}
