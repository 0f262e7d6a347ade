package detour.server.probe;

import detour.server.probe.text.FailureText;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Resolves as the operating system does, on threads of its own.
///
/// Those are few and of the platform: the system's resolver blocks in native code, where a virtual
/// thread would hold its carrier, and a handful of dead name servers would then stop every virtual
/// thread of the process. Lookups of one name at one time are one lookup.
public final class SystemResolver implements HostResolver {
  private static final int THREADS_MAX = 8;
  private static final long IDLE_SECONDS = 30;

  private final ExecutorService threads;
  private final Duration timeout;
  private final Map<String, CompletableFuture<List<InetAddress>>> underway =
      new ConcurrentHashMap<>();

  /// @param timeout how long a caller waits at most
  public SystemResolver(Duration timeout) {
    this.timeout = timeout;
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            THREADS_MAX,
            THREADS_MAX,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().name("resolve-", 0).daemon().factory());
    pool.allowCoreThreadTimeOut(true);
    threads = pool;
  }

  @Override
  public CompletableFuture<List<InetAddress>> resolve(String hostName) {
    CompletableFuture<List<InetAddress>> shared =
        underway.computeIfAbsent(hostName, this::startLookup);
    var _ = shared.whenComplete((addresses, error) -> underway.remove(hostName, shared));
    return shared
        .copy()
        .orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS)
        .exceptionallyCompose(error -> CompletableFuture.failedFuture(explained(error)));
  }

  private CompletableFuture<List<InetAddress>> startLookup(String hostName) {
    return CompletableFuture.supplyAsync(() -> lookUp(hostName), threads);
  }

  private static List<InetAddress> lookUp(String hostName) {
    try {
      return List.of(InetAddress.getAllByName(hostName));
    } catch (UnknownHostException e) {
      throw new ResolutionException("no such host, or its name servers do not answer", e);
    }
  }

  private Throwable explained(Throwable error) {
    if (error instanceof TimeoutException) {
      return new ResolutionException("no answer within " + FailureText.span(timeout), error);
    }
    return error;
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }

  private static final class ResolutionException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ResolutionException(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
