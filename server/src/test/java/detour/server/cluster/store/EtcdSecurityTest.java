package detour.server.cluster.store;

import static detour.server.cluster.store.FollowedEtcd.PATIENCE;
import static detour.server.cluster.store.FollowedEtcd.failureOf;
import static org.assertj.core.api.Assertions.assertThat;

import detour.server.cluster.store.StoreFailure.Reason;
import detour.server.metrics.Metrics;
import detour.server.probe.Certificates;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who may talk to a real etcd, and what those are told who may not.
class EtcdSecurityTest {
  @TempDir private Path folder;

  private static EtcdSettings settings(
      URI endpoint,
      @Nullable Path caFile,
      Certificates.@Nullable Pair own,
      @Nullable String user,
      @Nullable Path passwordFile) {
    return new EtcdSettings(
        List.of(endpoint),
        caFile,
        own == null ? null : own.pem(),
        own == null ? null : own.key(),
        user,
        passwordFile,
        Duration.ofSeconds(2),
        Duration.ofSeconds(2));
  }

  private static EtcdStore store(EtcdSettings settings) {
    return new EtcdStore(settings, System::nanoTime, new Random(1), new Metrics());
  }

  private static StoreFailure failureWith(EtcdSettings settings) {
    try (EtcdStore store = store(settings)) {
      return failureOf(store.list("/detour/"));
    }
  }

  @Test
  void shouldUseTlsWithACertificateOfItsOwn() throws Exception {
    Certificates certificates = new Certificates(folder);
    Certificates.Pair authority = certificates.authority("etcd authority");
    Certificates.Pair server = certificates.signed(authority, "etcd", "ip:127.0.0.1", "-1d", 30);
    Certificates.Pair client = certificates.signed(authority, "ams1", "dns:ams1", "-1d", 30);
    Certificates.Pair stranger = certificates.selfSigned("ams1", "dns:ams1", "-1d", 30);
    try (EtcdMember etcd = secured(authority, server)) {
      FollowedEtcd node =
          new FollowedEtcd(settings(etcd.endpoint(), authority.pem(), client, null, null));
      try (node) {
        node.putPatiently("a", "over TLS");
        node.awaitHeard("a", "over TLS");
      }

      StoreFailure nameless =
          failureWith(settings(etcd.endpoint(), authority.pem(), null, null, null));
      assertThat(nameless.getMessage()).contains(etcd.endpoint().toString());

      StoreFailure unknown =
          failureWith(settings(etcd.endpoint(), authority.pem(), stranger, null, null));
      assertThat(unknown.getMessage()).contains(etcd.endpoint().toString());

      // On a busy machine a handshake can take longer than the call may.
      Awaitility.await()
          .atMost(PATIENCE)
          .untilAsserted(() -> {
            StoreFailure untrusted =
                failureWith(settings(etcd.endpoint(), stranger.pem(), client, null, null));
            assertThat(untrusted.reason()).isEqualTo(Reason.FORBIDDEN);
            assertThat(untrusted.getMessage())
                .contains("TLS failed")
                .contains("Check the certificates");
          });
    }
  }

  private EtcdMember secured(Certificates.Pair authority, Certificates.Pair server)
      throws Exception {
    return EtcdMember.secured(
        folder,
        "--cert-file",
        server.pem().toString(),
        "--key-file",
        server.key().toString(),
        "--trusted-ca-file",
        authority.pem().toString(),
        "--client-cert-auth");
  }

  @Test
  void shouldUseACertificateThatWasReplacedOnDisk() throws Exception {
    Certificates certificates = new Certificates(folder);
    Certificates.Pair authority = certificates.authority("etcd authority");
    Certificates.Pair server = certificates.signed(authority, "etcd", "ip:127.0.0.1", "-1d", 30);
    Certificates.Pair expired = certificates.signed(authority, "ams1", "dns:ams1", "-9d", 1);
    Certificates.Pair renewed = certificates.signed(authority, "ams1", "dns:ams1", "-1d", 30);
    AtomicLong extraNanos = new AtomicLong();
    try (EtcdMember etcd = secured(authority, server);
        EtcdStore store =
            new EtcdStore(
                settings(etcd.endpoint(), authority.pem(), expired, null, null),
                () -> System.nanoTime() + extraNanos.get(),
                new Random(1),
                new Metrics())) {
      assertThat(failureOf(store.list("/")).getMessage()).contains(etcd.endpoint().toString());

      Files.copy(renewed.pem(), expired.pem(), StandardCopyOption.REPLACE_EXISTING);
      Files.copy(renewed.key(), expired.key(), StandardCopyOption.REPLACE_EXISTING);
      Files.setLastModifiedTime(expired.pem(), FileTime.from(Instant.now().plusSeconds(60)));
      extraNanos.set(Duration.ofMinutes(1).toNanos());

      Awaitility.await()
          .atMost(PATIENCE)
          .ignoreExceptions()
          .until(() -> store.list("/").join() != null);
    }
  }

  @Test
  void shouldNameTheFileThatCannotBeUsed() throws Exception {
    Certificates.Pair pair = new Certificates(folder).selfSigned("a", "dns:a", "-1d", 30);
    Certificates.Pair other =
        new Certificates(Files.createDirectory(folder.resolve("other")))
            .selfSigned("a", "dns:a", "-1d", 30);
    Path none = folder.resolve("none.pem");
    URI endpoint = URI.create("https://127.0.0.1:1");

    assertThat(failureWith(settings(endpoint, none, null, null, null)))
        .hasMessageContaining(none + ": cannot be read")
        .extracting(StoreFailure::reason)
        .isEqualTo(Reason.FORBIDDEN);
    assertThat(
            failureWith(
                settings(
                    endpoint,
                    null,
                    new Certificates.Pair(pair.keyStore(), pair.pem(), other.key()),
                    null,
                    null)))
        .hasMessageContaining(other.key() + ": is not the key of " + pair.pem());
    assertThat(
            failureWith(
                settings(
                    URI.create("http://127.0.0.1:1"), null, null, "detour", folder.resolve("no"))))
        .hasMessageContaining("the password file " + folder.resolve("no") + " cannot be read");
  }

  @Test
  void shouldAskForANewTokenWhenTheOldOneRanOut() throws Exception {
    Path password = Files.writeString(folder.resolve("password"), "s3cret\n");
    try (EtcdMember etcd = EtcdMember.alone(folder, "--auth-token-ttl", "1")) {
      protect(etcd);
      try (FollowedEtcd node =
          new FollowedEtcd(settings(etcd.endpoint(), null, null, "detour", password))) {
        node.putPatiently("a", "with a password");
        node.awaitHeard("a", "with a password");

        // Restarted, etcd knows no token of before; and each one lasts a second.
        etcd.kill();
        etcd.start();
        node.putPatiently("a", "with another token");
        node.awaitHeard("a", "with another token");
      }
      idleUntilItsTokenRanOut(etcd, password);
    }
  }

  private static void idleUntilItsTokenRanOut(EtcdMember etcd, Path password) {
    try (EtcdStore store = store(settings(etcd.endpoint(), null, null, "detour", password))) {
      store.list("/detour/").join();
      Awaitility.await()
          .pollDelay(Duration.ofSeconds(4))
          .atMost(PATIENCE)
          .until(() -> store.list("/detour/").join() != null);
    }
  }

  @Test
  void shouldSayWhatIsWrongWithUserAndPassword() throws Exception {
    Path good = Files.writeString(folder.resolve("good"), "s3cret\n");
    Path bad = Files.writeString(folder.resolve("bad"), "guess\n");
    try (EtcdMember etcd = EtcdMember.alone(folder)) {
      // A user where etcd asks for none is let in.
      try (EtcdStore store = store(settings(etcd.endpoint(), null, null, "detour", good))) {
        assertThat(store.list("/detour/").join().entries()).isEmpty();
        protect(etcd);
        assertThat(store.list("/detour/").join().entries()).isEmpty();
      }

      assertThat(failureWith(settings(etcd.endpoint(), null, null, "detour", bad)))
          .hasMessageContaining("check the user and the password file")
          .hasMessageContaining("detour")
          .extracting(StoreFailure::reason)
          .isEqualTo(Reason.FORBIDDEN);
      assertThat(failureWith(settings(etcd.endpoint(), null, null, null, null)))
          .hasMessageContaining("etcd asks for a user: give one with its password file")
          .extracting(StoreFailure::reason)
          .isEqualTo(Reason.FORBIDDEN);
      try (EtcdStore store = store(settings(etcd.endpoint(), null, null, "detour", good))) {
        StoreFailure failure = failureOf(store.list("/elsewhere/"));
        assertThat(failure.reason()).isEqualTo(Reason.FORBIDDEN);
        assertThat(failure).hasMessageContaining("permission denied");
        SharedStoreContract.Told told = new SharedStoreContract.Told();
        store.watch("/elsewhere/", 1, told);
        Awaitility.await().atMost(PATIENCE).until(() -> !told.ends().isEmpty());
        assertThat(told.ends().getFirst().reason()).isEqualTo(Reason.FORBIDDEN);
      }
    }
  }

  /// A root user, as etcd demands, and one who may use what is below `/detour/`.
  private static void protect(EtcdMember etcd) {
    etcd.post("auth/user/add", "{\"name\":\"root\",\"password\":\"r00t\"}");
    etcd.post("auth/role/add", "{\"name\":\"root\"}");
    etcd.post("auth/user/grant", "{\"user\":\"root\",\"role\":\"root\"}");
    etcd.post("auth/user/add", "{\"name\":\"detour\",\"password\":\"s3cret\"}");
    etcd.post("auth/role/add", "{\"name\":\"detour\"}");
    etcd.post(
        "auth/role/grant",
        "{\"name\":\"detour\",\"perm\":{\"permType\":\"READWRITE\",\"key\":\"%s\",\"range_end\":\"%s\"}}"
            .formatted(base64("/detour/"), base64("/detour0")));
    etcd.post("auth/user/grant", "{\"user\":\"detour\",\"role\":\"detour\"}");
    etcd.post("auth/enable", "{}");
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
