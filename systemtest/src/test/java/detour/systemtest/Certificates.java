package detour.systemtest;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// A certificate authority of this test's own, and certificates that it signs: good and bad.
final class Certificates {
  private static final String PASSWORD = "not-a-secret";

  private final Path directory;
  private final Path keyStore;

  /// PEM files of one certificate, its chain, and its key.
  record Pair(Path certificate, Path key) {}

  Certificates(Path directory) {
    this.directory = directory;
    keyStore = directory.resolve("certificates.p12");
    keytool("-alias", "ca", "-dname", "CN=Detour system test CA", "-ext", "bc:c");
  }

  /// The authority's certificate, to be trusted.
  Path authority() {
    return write("ca.pem", pem("CERTIFICATE", encoded(entry("ca"))));
  }

  /// In force from yesterday on.
  Pair validFor(String name) {
    return signed(name, "dns:" + name, "-1d", 30);
  }

  /// In force from yesterday on, for an IP address.
  Pair validForAddress(String address) {
    return signed(address, "ip:" + address, "-1d", 30);
  }

  /// Valid until five days ago.
  Pair expiredFor(String name) {
    return signed(name, "dns:" + name, "-10d", 5);
  }

  /// Trusts what the authority signed, and nothing else.
  SSLContext trusting() {
    try {
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      trusted.setCertificateEntry("ca", entry("ca").getCertificate());
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private Pair signed(String name, String alternative, String start, int days) {
    String alias = name + start;
    keytool(
        "-alias",
        alias,
        "-signer",
        "ca",
        "-dname",
        "CN=" + name,
        "-ext",
        "san=" + alternative,
        "-startdate",
        start,
        "-validity",
        Integer.toString(days));
    KeyStore.PrivateKeyEntry entry = entry(alias);
    StringBuilder chain = new StringBuilder();
    for (Certificate certificate : entry.getCertificateChain()) {
      chain.append(pem("CERTIFICATE", encoded(certificate)));
    }
    return new Pair(
        write(alias + ".pem", chain.toString()),
        write(alias + ".key", pem("PRIVATE KEY", entry.getPrivateKey().getEncoded())));
  }

  private void keytool(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(
        List.of("-genkeypair", "-keyalg", "EC", "-storetype", "PKCS12", "-storepass", PASSWORD));
    command.addAll(List.of("-keystore", keyStore.toString()));
    command.addAll(Arrays.asList(arguments));
    Command.run(command).requireSuccess();
  }

  private KeyStore.PrivateKeyEntry entry(String alias) {
    try (InputStream in = Files.newInputStream(keyStore)) {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(in, PASSWORD.toCharArray());
      return (KeyStore.PrivateKeyEntry)
          store.getEntry(alias, new KeyStore.PasswordProtection(PASSWORD.toCharArray()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] encoded(KeyStore.PrivateKeyEntry entry) {
    return encoded(entry.getCertificate());
  }

  private static byte[] encoded(Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String pem(String kind, byte[] content) {
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    return "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n";
  }

  private Path write(String name, String content) {
    try {
      return Files.writeString(directory.resolve(name), content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
