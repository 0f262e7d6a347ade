package detour.server.probe.application;

import io.netty.buffer.ByteBuf;

/// The first packet of a server: HandshakeV10.
final class MysqlGreeting {
  static final int CHALLENGE_OCTETS = 20;
  private static final int PROTOCOL_VERSION = 10;
  private static final int THREAD_ID_OCTETS = 4;
  private static final int FIRST_PART_OCTETS = 8;
  private static final int RESERVED_OCTETS = 10;

  /// What MariaDB puts before its own version, for the sake of replicas that are old.
  private static final String REPLICATION_PREFIX = "5.5.5-";

  private final String version;
  private final int abilities;
  private final String plugin;
  private final byte[] challenge;

  private MysqlGreeting(String version, int abilities, String plugin, byte[] challenge) {
    this.version = version;
    this.abilities = abilities;
    this.plugin = plugin;
    this.challenge = challenge;
  }

  /// @throws MalformedReply when it is no such packet
  static MysqlGreeting read(ByteBuf body) {
    int protocol = body.readUnsignedByte();
    if (protocol != PROTOCOL_VERSION) {
      throw new MalformedReply("a greeting of protocol version " + protocol + ", expected 10");
    }
    String version = ReplyText.untilZero(body);
    MysqlPackets.require(body, THREAD_ID_OCTETS + FIRST_PART_OCTETS + 1 + 2);
    body.skipBytes(THREAD_ID_OCTETS);
    byte[] challenge = new byte[CHALLENGE_OCTETS];
    body.readBytes(challenge, 0, FIRST_PART_OCTETS);
    body.skipBytes(1);
    int abilities = body.readUnsignedShortLE();
    MysqlPackets.require(body, 1 + 2 + 2 + 1 + RESERVED_OCTETS);
    body.skipBytes(1 + 2); // character set, status
    abilities |= body.readUnsignedShortLE() << 16;
    body.skipBytes(1 + RESERVED_OCTETS); // the challenge's length, which is known
    int left = CHALLENGE_OCTETS - FIRST_PART_OCTETS;
    MysqlPackets.require(body, left);
    body.readBytes(challenge, FIRST_PART_OCTETS, left);
    if (body.isReadable()) {
      body.skipBytes(1); // the zero that ends the challenge
    }
    String plugin =
        (abilities & MysqlLogin.PLUGIN_AUTH) == 0 || !body.isReadable()
            ? MysqlLogin.NATIVE
            : ReplyText.untilZero(body);
    return new MysqlGreeting(shown(version), abilities, plugin, challenge);
  }

  /// As `MariaDB 10.11.14` or `MySQL 8.4.3`.
  private static String shown(String version) {
    String own =
        version.startsWith(REPLICATION_PREFIX)
            ? version.substring(REPLICATION_PREFIX.length())
            : version;
    int dash = own.indexOf('-');
    String number = dash < 0 ? own : own.substring(0, dash);
    return (own.contains("MariaDB") ? "MariaDB " : "MySQL ") + number;
  }

  /// As `MariaDB 10.11.14`.
  String version() {
    return version;
  }

  /// @param ability a flag of [MysqlLogin]
  boolean offers(int ability) {
    return (abilities & ability) != 0;
  }

  /// How the server would have the user prove who it is.
  String plugin() {
    return plugin;
  }

  /// What the proof is computed with; 20 octets.
  byte[] challenge() {
    return challenge.clone();
  }
}
