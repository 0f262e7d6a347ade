package detour.server.probe;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
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

  /// A certificate with its key.
  ///
  /// @param pem the certificate, and the one of its authority where that is another
  /// @param key PKCS #8 in PEM
  public record Pair(Path keyStore, Path pem, Path key) {
    public SSLContext serverContext() throws GeneralSecurityException, IOException {
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(load(keyStore), PASSWORD.toCharArray());
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
      throws Exception {
    return pair(newStore(), commonName, "san=" + alternatives, start, days, List.of());
  }

  /// One that may sign others.
  public Pair authority(String commonName) throws Exception {
    return pair(newStore(), commonName, "bc:c", "-1d", 3650, List.of());
  }

  /// @param authority what [#authority] made
  public Pair signed(Pair authority, String commonName, String alternatives, String start, int days)
      throws Exception {
    // keytool signs with a key of the same store only.
    Path store = Files.copy(authority.keyStore(), newStore());
    return pair(
        store,
        commonName,
        "san=" + alternatives,
        start,
        days,
        List.of("-signer", "key", "-alias", "signed"));
  }

  private Path newStore() {
    made++;
    return folder.resolve(made + ".p12");
  }

  private static Pair pair(
      Path store, String commonName, String extension, String start, int days, List<String> more)
      throws Exception {
    String alias = more.isEmpty() ? "key" : "signed";
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=" + commonName,
                "-ext",
                extension,
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
    command.addAll(more.isEmpty() ? List.of("-alias", alias) : more);
    run(command);
    KeyStore keys = load(store);
    if (!more.isEmpty()) {
      keys.deleteEntry("key");
      try (var out = Files.newOutputStream(store)) {
        keys.store(out, PASSWORD.toCharArray());
      }
    }
    StringBuilder chain = new StringBuilder();
    for (Certificate certificate : keys.getCertificateChain(alias)) {
      chain.append(pem("CERTIFICATE", certificate.getEncoded()));
    }
    String key = pem("PRIVATE KEY", keys.getKey(alias, PASSWORD.toCharArray()).getEncoded());
    return new Pair(
        store,
        Files.writeString(Path.of(store + ".pem"), chain),
        Files.writeString(Path.of(store + ".key"), key));
  }

  private static KeyStore load(Path store) throws GeneralSecurityException, IOException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    return keys;
  }

  private static String pem(String kind, byte[] content) {
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    return "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n";
  }

  private static void run(List<String> command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new IOException("failed: " + command);
    }
  }
}
