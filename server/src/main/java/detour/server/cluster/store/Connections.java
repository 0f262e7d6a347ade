package detour.server.cluster.store;

import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The HTTP client that talks to etcd, made anew when a certificate or key file has changed. Any
/// thread.
final class Connections implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Connections.class);
  private static final long LOOK_AGAIN_NANOS = 5_000_000_000L;

  private final EtcdSettings settings;
  private final List<Path> files;
  private final LongSupplier nanos;
  private final Executor executor;
  private @Nullable HttpClient client;
  private List<FileTime> stamps = List.of();
  private long lookedNanos;

  Connections(EtcdSettings settings, Executor executor, LongSupplier nanos) {
    this.settings = settings;
    this.executor = executor;
    this.nanos = nanos;
    List<@Nullable Path> named = new ArrayList<>();
    named.add(settings.caFile());
    named.add(settings.certificate());
    named.add(settings.key());
    this.files = named.stream().filter(Objects::nonNull).map(Path.class::cast).toList();
  }

  /// @throws TlsFiles.Unusable when there is no client yet for want of a file
  synchronized HttpClient client() throws TlsFiles.Unusable {
    HttpClient present = client;
    if (present == null) {
      stamps = stamps();
      lookedNanos = nanos.getAsLong();
      present = build();
      client = present;
      return present;
    }
    if (!files.isEmpty() && nanos.getAsLong() - lookedNanos >= LOOK_AGAIN_NANOS) {
      lookedNanos = nanos.getAsLong();
      List<FileTime> found = stamps();
      if (!found.equals(stamps)) {
        stamps = found;
        present = rebuilt(present);
        client = present;
      }
    }
    return present;
  }

  private HttpClient rebuilt(HttpClient former) {
    try {
      HttpClient next = build();
      LOG.info("The certificates for etcd have changed and are in use");
      former.shutdown();
      return next;
    } catch (TlsFiles.Unusable e) {
      LOG.warn("The certificates for etcd have changed and cannot be used, {}", e.getMessage());
      return former;
    }
  }

  /// HTTP/1.1 gives each request under way a connection of its own, so that a watch whose
  /// connection hangs does not take with it the reads that are to find that out.
  private HttpClient build() throws TlsFiles.Unusable {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .proxy(HttpClient.Builder.NO_PROXY)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(settings.connectTimeout())
            .executor(executor);
    if ("https".equals(settings.endpoints().getFirst().getScheme())) {
      builder.sslContext(TlsFiles.context(settings));
    }
    return builder.build();
  }

  private List<FileTime> stamps() {
    List<FileTime> times = new ArrayList<>();
    for (Path file : files) {
      try {
        times.add(Files.getLastModifiedTime(file));
      } catch (IOException e) {
        times.add(FileTime.fromMillis(0));
      }
    }
    return times;
  }

  @Override
  public synchronized void close() {
    if (client != null) {
      client.shutdownNow();
    }
  }
}
