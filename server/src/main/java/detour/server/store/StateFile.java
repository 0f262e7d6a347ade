package detour.server.store;

import detour.server.publish.Journal.Saved;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// The file `state.db` and its connections: what may be opened, and what is set aside.
///
/// A file that is not ours is recognised by its header alone, before SQLite touches it.
final class StateFile {
  private static final Logger LOG = LoggerFactory.getLogger(StateFile.class);
  private static final byte[] MAGIC = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);
  private static final int HEADER_BYTES = 100;
  private static final int APPLICATION_ID_OFFSET = 68;
  private static final DateTimeFormatter TIMESTAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS'Z'").withZone(ZoneOffset.UTC);

  private final Path path;
  private final Limits limits;
  private final InstantSource clock;
  private final List<String> warnings;

  /// @param warnings gets a message for each file that is set aside
  StateFile(Path path, Limits limits, InstantSource clock, List<String> warnings) {
    this.path = path;
    this.limits = limits;
    this.clock = clock;
    this.warnings = warnings;
  }

  /// An open file.
  ///
  /// @param fresh the file was created, so it holds nothing
  /// @param identity see [#identity()]
  record Opened(Connection connection, Rows rows, Saved saved, boolean fresh, Object identity) {}

  Path path() {
    return path;
  }

  /// Opens for writing and reads all but the history; sets aside what cannot be used.
  ///
  /// @throws StoreException when the file is of a newer version, or cannot be read, written or
  ///   created
  Opened open() {
    try {
      create();
      String damage = damageOfHeader();
      if (damage == null) {
        try {
          return connect();
        } catch (SQLException e) {
          if (!isDamage(e)) {
            throw e;
          }
          damage = "it is damaged (" + e.getMessage() + ")";
        }
      }
      setAside(damage, "selections, overrides and history of the refused file are not in it");
      create();
      return connect();
    } catch (IOException e) {
      throw cannotOpen(DirectoryLock.reason(e), e);
    } catch (SQLException e) {
      throw cannotOpen(String.valueOf(e.getMessage()), e);
    }
  }

  /// Equal for as long as the path leads to the same file.
  Object identity() {
    try {
      Object key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
      return key == null ? path : key;
    } catch (IOException e) {
      return e;
    }
  }

  /// A connection that can only read.
  Connection openForReading() throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setReadOnly(true);
    config.setBusyTimeout((int) limits.busyTimeout().toMillis());
    return config.createConnection(url());
  }

  /// Moves the file and what belongs to it out of the way, and says so.
  ///
  /// @param damage why, a sentence without its end
  /// @param loss what the new file lacks, the same
  void setAside(String damage, String loss) throws IOException {
    Path target = unusedName();
    // The write-ahead log goes first: one that were left behind would be replayed into the new
    // file.
    for (String suffix : List.of("-wal", "-shm", "-journal", "")) {
      Path part = path.resolveSibling(path.getFileName() + suffix);
      if (Files.exists(part)) {
        Path moved = target.resolveSibling(target.getFileName() + suffix);
        Files.move(part, moved, StandardCopyOption.ATOMIC_MOVE);
      }
    }
    String message =
        path
            + " was not used: "
            + damage
            + ". It was set aside as "
            + target.getFileName()
            + " and a new file was begun; "
            + loss;
    warnings.add(message);
    LOG.warn(message);
  }

  /// Whether the failure says that the content of the file is broken, and not that the disk is full
  /// or busy.
  static boolean isDamage(Throwable failure) {
    return failure instanceof SQLiteException e
        && switch (primary(e)) {
          case SQLITE_CORRUPT, SQLITE_NOTADB -> true;
          // A table or column that is missing though the version is right.
          case SQLITE_ERROR -> String.valueOf(e.getMessage()).contains("no such ");
          default -> false;
        };
  }

  static SQLiteErrorCode primary(SQLiteException e) {
    return SQLiteErrorCode.getErrorCode(e.getResultCode().code & 0xff);
  }

  private Path unusedName() {
    String name = path.getFileName() + ".refused-" + TIMESTAMP.format(clock.instant());
    Path target = path.resolveSibling(name);
    for (int i = 2; Files.exists(target); i++) {
      target = path.resolveSibling(name + "-" + i);
    }
    return target;
  }

  private void create() throws IOException {
    if (!Files.exists(path)) {
      Files.createFile(path, DirectoryLock.ownerOnly(path, "rw-------"));
    }
  }

  /// Why the file is not one of ours; null when it may be, or when it is empty.
  private @Nullable String damageOfHeader() throws IOException {
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      if (channel.size() == 0) {
        return null;
      }
      while (header.hasRemaining() && channel.read(header) > 0) {}
    }
    if (header.hasRemaining()
        || header.slice(0, MAGIC.length).mismatch(ByteBuffer.wrap(MAGIC)) >= 0) {
      return "it is no SQLite file";
    }
    int id = header.getInt(APPLICATION_ID_OFFSET);
    return id == Schema.APPLICATION_ID
        ? null
        : "it is the SQLite file of another program (application_id 0x%08x)".formatted(id);
  }

  private Opened connect() throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setBusyTimeout((int) limits.busyTimeout().toMillis());
    config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
    Connection connection = config.createConnection(url());
    try {
      int version = Schema.version(connection);
      if (version > Schema.VERSION) {
        throw new StoreException(
            path
                + " was written by a newer version of Detour (schema "
                + version
                + ", this one knows "
                + Schema.VERSION
                + "); run that version, or set node.data_dir to another directory");
      }
      // The tables come before the write-ahead log, so that the header on disk always says whose
      // file it is.
      Schema.migrate(connection, version);
      try (Statement statement = connection.createStatement()) {
        statement.execute("PRAGMA journal_mode = WAL");
        statement.execute("PRAGMA synchronous = FULL");
        statement.execute("PRAGMA fullfsync = ON");
        statement.execute("PRAGMA journal_size_limit = 4194304");
        statement.execute("PRAGMA max_page_count = " + limits.filePages());
      }
      Saved saved = Rows.load(connection);
      Rows rows = new Rows(connection);
      return new Opened(connection, rows, saved, version == 0, identity());
    } catch (SQLException | RuntimeException e) {
      try (connection) {
        throw e;
      }
    }
  }

  private String url() {
    return "jdbc:sqlite:" + path.toAbsolutePath();
  }

  private StoreException cannotOpen(String reason, Exception cause) {
    return new StoreException(
        path.toAbsolutePath()
            + " cannot be opened: "
            + reason
            + "; this user must be able to write it and its directory",
        cause);
  }
}
