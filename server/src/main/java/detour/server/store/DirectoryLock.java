package detour.server.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The data directory, held by one server at a time: a lock on its file `lock`, which names the
/// holder's process.
final class DirectoryLock implements AutoCloseable {
  /// POSIX drops all of a process's locks on a file when any of its descriptors is closed, so a
  /// second attempt within this process must not even open the file.
  private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

  private final Path directory;
  private final FileChannel channel;

  private DirectoryLock(Path directory, FileChannel channel) {
    this.directory = directory;
    this.channel = channel;
  }

  /// Creates the directory if need be, readable by its owner only, and takes the lock.
  ///
  /// @throws StoreException when it cannot be created or written, or another server holds it
  static DirectoryLock acquire(Path dataDirectory) {
    try {
      Path directory = create(dataDirectory);
      if (!HELD_HERE.add(directory)) {
        throw held(dataDirectory, Long.toString(ProcessHandle.current().pid()));
      }
      try {
        return new DirectoryLock(directory, lock(directory.resolve("lock"), dataDirectory));
      } catch (IOException | RuntimeException e) {
        HELD_HERE.remove(directory);
        throw e;
      }
    } catch (IOException e) {
      throw new StoreException(
          "the data directory "
              + dataDirectory.toAbsolutePath()
              + " cannot be used: "
              + reason(e)
              + "; make it a directory that this user can write, or set node.data_dir to one",
          e);
    }
  }

  private static Path create(Path dataDirectory) throws IOException {
    if (!Files.isDirectory(dataDirectory)) {
      Files.createDirectories(dataDirectory, ownerOnly(dataDirectory, "rwx------"));
    }
    return dataDirectory.toRealPath();
  }

  private static FileChannel lock(Path file, Path dataDirectory) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
            ownerOnly(file, "rw-------"));
    try {
      if (channel.tryLock() == null) {
        throw held(dataDirectory, read(channel));
      }
      channel.truncate(0);
      String pid = ProcessHandle.current().pid() + "\n";
      channel.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)), 0);
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static StoreException held(Path dataDirectory, String pid) {
    return new StoreException(
        "the data directory "
            + dataDirectory.toAbsolutePath()
            + " is in use by another server"
            + (pid.isEmpty() ? "" : ", process " + pid)
            + "; stop that one, or set node.data_dir to another directory");
  }

  private static String read(FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(32);
    channel.read(bytes, 0);
    return new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII).strip();
  }

  /// Why a file operation failed, without the path that some messages begin with.
  static String reason(IOException e) {
    return switch (e) {
      case java.nio.file.AccessDeniedException _ -> "permission denied";
      case java.nio.file.FileAlreadyExistsException exists -> exists.getFile() + " is a file";
      case java.nio.file.NoSuchFileException missing ->
          missing.getFile() + " cannot be created there";
      case FileSystemException f when f.getReason() != null -> f.getReason();
      default -> String.valueOf(e.getMessage());
    };
  }

  /// Permissions to create a file with; none where the file system has no such permissions.
  static FileAttribute<?>[] ownerOnly(Path path, String permissions) {
    if (!path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      return new FileAttribute<?>[0];
    }
    Set<PosixFilePermission> set = PosixFilePermissions.fromString(permissions);
    return new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(set)};
  }

  @Override
  public void close() {
    if (!channel.isOpen()) {
      return;
    }
    try {
      channel.close();
    } catch (IOException _) {
      // The lock ends with the process at the latest.
    } finally {
      HELD_HERE.remove(directory);
    }
  }
}
