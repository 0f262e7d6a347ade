package detour.server.probe.application;

import detour.server.probe.ProbeRun;
import detour.server.probe.application.MysqlPackets.Packet;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Talks to MySQL or MariaDB: answers its greeting, logs in, pings or asks, says goodbye.
final class MysqlDialogue implements Dialogue {
  private static final int QUIT = 1;
  private static final int QUERY = 3;
  private static final int PING = 14;

  /// Needs no privilege, unlike the state of replication; and whoever sets super_read_only on MySQL
  /// sets this too.
  private static final String ROLE_QUERY = "SELECT @@global.read_only";

  private static final int FAST_PATH_DONE = 3;
  private static final int FULL_PATH = 4;

  private enum Phase {
    GREETING,
    LOGIN,
    PING,
    ROLE,
    QUERY
  }

  /// How far a result set has come in.
  private enum Rows {
    BEGINNING,
    COLUMNS,
    ROWS
  }

  private final MysqlSettings settings;
  private final Conversation conversation;
  private final ProbeRun run;
  private Phase phase = Phase.GREETING;
  private Rows rows = Rows.BEGINNING;
  private @Nullable MysqlGreeting greeting;
  private String plugin = MysqlLogin.NATIVE;
  private String found = "";
  private boolean answered;
  private @Nullable String value;

  MysqlDialogue(MysqlSettings settings, Conversation conversation) {
    this.settings = settings;
    this.conversation = conversation;
    this.run = conversation.run();
  }

  @Override
  public String protocol() {
    return "MySQL";
  }

  @Override
  public void opened() {
    run.enter("first byte", "waiting for the greeting");
  }

  @Override
  public void secured() {
    if (greeting != null) {
      logIn(greeting, 2);
    }
  }

  @Override
  public boolean read(ByteBuf in) {
    Packet packet =
        MysqlPackets.read(
            in,
            phase == Phase.GREETING
                ? MysqlPackets.GREETING_OCTETS_MAX
                : MysqlPackets.BODY_OCTETS_MAX);
    if (packet == null) {
      return false;
    }
    // A row may begin like an error only where it is longer than any that is taken.
    if (packet.kind() == MysqlPackets.ERROR) {
      run.fail(MysqlPackets.error(packet.body()));
      return true;
    }
    switch (phase) {
      case GREETING -> greeted(packet);
      case LOGIN -> whileLoggingIn(packet);
      case PING -> pinged(packet);
      case ROLE, QUERY -> whileAsking(packet);
    }
    return true;
  }

  private void greeted(Packet packet) {
    MysqlGreeting read = MysqlGreeting.read(packet.body());
    greeting = read;
    found = read.version();
    phase = Phase.LOGIN;
    if (settings.tls() == null) {
      logIn(read, 1);
    } else if (read.offers(MysqlLogin.TLS)) {
      conversation.send(MysqlPackets.packet(1, MysqlLogin.request(settings)));
      conversation.beginTls();
    } else {
      run.fail("the server does not offer TLS");
    }
  }

  private void logIn(MysqlGreeting read, int sequence) {
    run.enter("login", "logging in");
    // Where the server's own choice is not known here, the user may have another: it will say so.
    byte[] proof = MysqlLogin.proof(read.plugin(), settings.password(), read.challenge());
    plugin = proof == null ? MysqlLogin.NATIVE : read.plugin();
    byte[] sent = proof == null ? new byte[0] : proof;
    conversation.send(MysqlPackets.packet(sequence, MysqlLogin.response(settings, plugin, sent)));
  }

  private void whileLoggingIn(Packet packet) {
    switch (packet.kind()) {
      case MysqlPackets.OK -> {
        run.farewell(new byte[] {1, 0, 0, 0, QUIT});
        ask();
      }
      case MysqlPackets.END -> switchPlugin(packet);
      case MysqlPackets.MORE_DATA -> more(packet);
      default -> throw new MalformedReply("a packet out of turn");
    }
  }

  private void switchPlugin(Packet packet) {
    ByteBuf body = packet.body().skipBytes(1);
    plugin = body.isReadable() ? ReplyText.untilZero(body) : "mysql_old_password";
    byte[] challenge = new byte[Math.min(body.readableBytes(), MysqlGreeting.CHALLENGE_OCTETS)];
    body.readBytes(challenge);
    byte[] proof = MysqlLogin.proof(plugin, settings.password(), challenge);
    if (proof == null) {
      run.fail("the server asks for " + plugin + ", which this check cannot do");
    } else {
      conversation.send(MysqlPackets.packet(packet.sequence() + 1, proof));
    }
  }

  /// Of caching_sha2_password alone: whether the server remembers the password's digest.
  private void more(Packet packet) {
    ByteBuf body = packet.body().skipBytes(1);
    if (!plugin.equals(MysqlLogin.CACHING_SHA2) || body.readableBytes() != 1) {
      throw new MalformedReply("a packet out of turn");
    }
    switch (body.readByte()) {
      case FAST_PATH_DONE -> run.doing("waiting to be let in");
      case FULL_PATH -> sendWhole(packet.sequence() + 1);
      default -> throw new MalformedReply("an unknown state of caching_sha2_password");
    }
  }

  private void sendWhole(int sequence) {
    Secret password = settings.password();
    if (password == null) {
      run.fail("the server asks for a password, and the check has none");
    } else if (settings.tls() == null) {
      run.fail(
          "the server does not remember the password (caching_sha2_password) and asks for it in the"
              + " clear: set tls");
    } else {
      byte[] octets = password.octets();
      conversation.send(MysqlPackets.packet(sequence, Arrays.copyOf(octets, octets.length + 1)));
    }
  }

  private void ask() {
    if (settings.role() != Role.ANY) {
      ask(Phase.ROLE, "role", "asking for the role", ROLE_QUERY);
    } else if (settings.query() != null) {
      askQuery(settings.query());
    } else {
      phase = Phase.PING;
      run.enter("ping", "waiting for the answer to a ping");
      conversation.send(MysqlPackets.command(PING, ""));
    }
  }

  private void askQuery(Query query) {
    ask(Phase.QUERY, "query", "waiting for the query's answer", query.sql());
  }

  private void ask(Phase next, String step, String activity, String sql) {
    phase = next;
    rows = Rows.BEGINNING;
    answered = false;
    value = null;
    run.enter(step, activity);
    conversation.send(MysqlPackets.command(QUERY, sql));
  }

  private void pinged(Packet packet) {
    if (packet.kind() != MysqlPackets.OK) {
      throw new MalformedReply("a packet out of turn");
    }
    run.pass(found);
  }

  /// A text result set: the number of columns, their descriptions, an end, the rows, an end.
  private void whileAsking(Packet packet) {
    switch (rows) {
      case BEGINNING -> {
        switch (packet.kind()) {
          case MysqlPackets.OK -> judge();
          case MysqlPackets.LOCAL_INFILE ->
              run.fail("the query asks for a file of this machine, which this check does not send");
          default -> rows = Rows.COLUMNS;
        }
      }
      case COLUMNS -> {
        if (packet.isEnd()) {
          rows = Rows.ROWS;
        }
      }
      case ROWS -> {
        if (packet.isEnd()) {
          judge();
        } else if (!answered) {
          answered = true;
          value = MysqlPackets.firstColumn(packet.body());
        }
      }
    }
  }

  private void judge() {
    Query query = settings.query();
    if (phase == Phase.ROLE) {
      judgeRole();
      if (query != null && !run.ended()) {
        askQuery(query);
      } else {
        run.pass(found);
      }
    } else if (query != null) {
      query.judge(run, found, answered, value);
    }
  }

  private void judgeRole() {
    if (value == null) {
      throw new MalformedReply("@@global.read_only has no value");
    }
    // Where it is no flag, it is OFF or one of several degrees of ON.
    boolean writable = value.equals("0") || value.toUpperCase(Locale.ROOT).equals("OFF");
    if (!settings.role().accepts(writable ? Role.PRIMARY : Role.REPLICA)) {
      run.fail(
          writable
              ? "the server takes writes (read_only is off), expected a replica"
              : "the server is read-only, expected a primary");
    }
    found += writable ? ", primary" : ", replica";
  }
}
