package detour.server.probe;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/// Certificates made for a test by the running Java's own keytool.
public final class Certificates {
  private static final String PASSWORD = "changeit";

  private final Path folder;
  private int made;

  public Certificates(Path folder) {
    this.folder = folder;
  }

  /// A self-signed certificate with its key.
  public record Pair(Path keyStore, Path pem) {
    public SSLContext serverContext() throws GeneralSecurityException, IOException {
      KeyStore keys = KeyStore.getInstance("PKCS12");
      try (InputStream in = Files.newInputStream(keyStore)) {
        keys.load(in, PASSWORD.toCharArray());
      }
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(keys, PASSWORD.toCharArray());
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(factory.getKeyManagers(), null, null);
      return context;
    }

    /// Writes certificate and key in PEM, as servers that are not Java read them.
    public void writeAsPem(Path certificateFile, Path keyFile) throws IOException {
      try (InputStream in = Files.newInputStream(keyStore)) {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(in, PASSWORD.toCharArray());
        byte[] key = keys.getKey("key", PASSWORD.toCharArray()).getEncoded();
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key);
        Files.copy(pem, certificateFile);
        Files.writeString(
            keyFile, "-----BEGIN PRIVATE KEY-----\n" + text + "\n-----END PRIVATE KEY-----\n");
      } catch (GeneralSecurityException e) {
        throw new IOException(e);
      }
    }
  }

  /// @param alternatives as keytool takes them, `dns:a.example,ip:127.0.0.1`
  /// @param start as keytool takes it, `-10d`
  public Pair selfSigned(String commonName, String alternatives, String start, int days)
      throws IOException, InterruptedException {
    made++;
    Path store = folder.resolve(made + ".p12");
    Path pem = folder.resolve(made + ".pem");
    keytool(
        List.of(
            "-genkeypair",
            "-alias",
            "key",
            "-keyalg",
            "EC",
            "-groupname",
            "secp256r1",
            "-dname",
            "CN=" + commonName,
            "-ext",
            "san=" + alternatives,
            "-startdate",
            start,
            "-validity",
            Integer.toString(days),
            "-storetype",
            "PKCS12",
            "-keystore",
            store.toString(),
            "-storepass",
            PASSWORD));
    keytool(
        List.of(
            "-exportcert",
            "-rfc",
            "-alias",
            "key",
            "-file",
            pem.toString(),
            "-keystore",
            store.toString(),
            "-storepass",
            PASSWORD));
    return new Pair(store, pem);
  }

  private static void keytool(List<String> arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(arguments);
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new IOException("keytool failed: " + command);
    }
  }
}
