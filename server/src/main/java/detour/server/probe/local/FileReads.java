package detour.server.probe.local;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Reads the beginnings of files on threads of its own, since a file system may hang. Reads of one
/// file at one time are one read, so a hanging one holds one thread and no more. Any thread.
final class FileReads {
  static final int BYTES_MAX = 4096;
  private static final int THREADS_MAX = 16;

  /// What was seen of one file.
  ///
  /// @param text its first [#BYTES_MAX] bytes
  /// @param problem why it could not be read; null when it could
  record Seen(String text, Duration age, @Nullable String problem) {
    static Seen problem(String problem) {
      return new Seen("", Duration.ZERO, problem);
    }
  }

  private final Map<Path, CompletableFuture<Seen>> underway = new ConcurrentHashMap<>();
  private final ThreadPoolExecutor threads;

  FileReads() {
    threads =
        new ThreadPoolExecutor(
            THREADS_MAX,
            THREADS_MAX,
            30,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().name("file-", 0).daemon().factory());
    threads.allowCoreThreadTimeOut(true);
  }

  CompletableFuture<Seen> read(Path file) {
    CompletableFuture<Seen> shared =
        underway.computeIfAbsent(
            file, path -> CompletableFuture.supplyAsync(() -> see(path), threads));
    var _ = shared.whenComplete((seen, error) -> underway.remove(file, shared));
    return shared;
  }

  private static Seen see(Path file) {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      if (!attributes.isRegularFile()) {
        // Opening a pipe would wait for its writer, perhaps for ever.
        return Seen.problem(attributes.isDirectory() ? "it is a directory" : "it is no plain file");
      }
      Duration age = Duration.between(attributes.lastModifiedTime().toInstant(), Instant.now());
      try (InputStream in = Files.newInputStream(file)) {
        String text = new String(in.readNBytes(BYTES_MAX), StandardCharsets.UTF_8);
        return new Seen(text, age, null);
      }
    } catch (NoSuchFileException | FileNotFoundException e) {
      return Seen.problem("the file does not exist");
    } catch (AccessDeniedException e) {
      return Seen.problem("the file may not be read by this user");
    } catch (IOException e) {
      return Seen.problem("the file cannot be read: " + e.getMessage());
    }
  }
}
