package detour.server.probe.application;

import detour.server.probe.ProbeRun;
import detour.server.probe.text.OneLine;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Talks to Redis: logs in where it must, pings, asks for the role where one is expected.
final class RedisDialogue implements Dialogue {
  private static final String ONLINE = "connected";

  private enum Phase {
    LOGIN,
    PING,
    ROLE,
    INFO
  }

  private final RedisSettings settings;
  private final Conversation conversation;
  private final ProbeRun run;
  private Phase phase = Phase.PING;

  RedisDialogue(RedisSettings settings, Conversation conversation) {
    this.settings = settings;
    this.conversation = conversation;
    this.run = conversation.run();
  }

  @Override
  public String protocol() {
    return "Redis";
  }

  @Override
  public void opened() {
    Secret password = settings.password();
    if (password == null) {
      ping();
    } else if (settings.user() == null) {
      ask(Phase.LOGIN, "login", "logging in", "AUTH", password.text());
    } else {
      ask(Phase.LOGIN, "login", "logging in", "AUTH", settings.user(), password.text());
    }
  }

  private void ping() {
    ask(Phase.PING, "ping", "waiting for the answer to PING", "PING");
  }

  private void ask(Phase next, String step, String activity, String... words) {
    phase = next;
    run.enter(step, activity);
    conversation.send(command(words));
  }

  @Override
  public boolean read(ByteBuf in) {
    RedisReply reply = RedisReply.read(in);
    if (reply == null) {
      return false;
    }
    switch (reply) {
      case RedisReply.Failure(String text) when phase == Phase.ROLE && mayNot(text) ->
          ask(Phase.INFO, "role", "asking for the role", "INFO", "replication");
      case RedisReply.Failure(String text) -> run.fail(explained(text));
      default -> answered(reply);
    }
    return true;
  }

  private void answered(RedisReply reply) {
    switch (phase) {
      case LOGIN -> ping();
      case PING -> ponged(reply);
      case ROLE -> byRole(reply);
      case INFO -> byInfo(reply);
    }
  }

  private void ponged(RedisReply reply) {
    if (!(reply instanceof RedisReply.Status(String text)) || !text.equals("PONG")) {
      throw new MalformedReply("PING is not answered by PONG");
    }
    if (settings.role() == Role.ANY) {
      run.pass("PONG");
    } else {
      ask(Phase.ROLE, "role", "asking for the role", "ROLE");
    }
  }

  /// Whether the command is missing or forbidden.
  private static boolean mayNot(String error) {
    return error.startsWith("NOPERM") || error.startsWith("ERR unknown command");
  }

  private void byRole(RedisReply reply) {
    List<RedisReply> items = reply instanceof RedisReply.Items(var all) ? all : List.of();
    String state = items.size() > 3 ? text(items.get(3)) : null;
    judge(items.isEmpty() ? null : text(items.getFirst()), state == null ? "" : state);
  }

  /// Lines as `role:slave` and `master_link_status:up`.
  private void byInfo(RedisReply reply) {
    String role = null;
    String link = "";
    String info = text(reply);
    for (String line : info == null ? new String[0] : info.split("\r\n", -1)) {
      if (line.startsWith("role:")) {
        role = line.substring("role:".length());
      } else if (line.startsWith("master_link_status:")) {
        link = line.substring("master_link_status:".length());
      }
    }
    judge(role, link.equals("up") ? ONLINE : link);
  }

  /// @param link how a replica is connected to its primary; [#ONLINE] when well
  private void judge(@Nullable String name, String link) {
    Role found =
        switch (name) {
          case "master" -> Role.PRIMARY;
          case "slave" -> Role.REPLICA;
          case null, default -> null;
        };
    if (found == null) {
      run.fail(
          "its role is '"
              + OneLine.of(String.valueOf(name), 40)
              + "', expected a"
              + settings.role().suffix());
    } else if (!settings.role().accepts(found)) {
      run.fail(
          found == Role.PRIMARY
              ? "the server is a primary, expected a replica"
              : "the server is a replica, expected a primary");
    } else if (found == Role.PRIMARY) {
      run.pass("PONG, primary");
    } else if (link.equals(ONLINE)) {
      run.pass("PONG, replica");
    } else {
      run.passDegraded(
          "a replica without its primary (link: "
              + OneLine.of(link, 40)
              + "): its data may be old");
    }
  }

  /// What an error means for the endpoint, before its own words.
  private String explained(String error) {
    int space = error.indexOf(' ');
    String meaning =
        switch (space < 0 ? error : error.substring(0, space)) {
          case "LOADING" -> "the server is still loading its data";
          case "MASTERDOWN" -> "a replica that has lost its primary and serves nothing";
          case "NOAUTH" -> "the server asks for a password, and the check has none";
          case "WRONGPASS" -> "the password or the user is wrong";
          case "NOPERM" -> "the user lacks a permission";
          case "DENIED" -> "the server takes connections from its own machine only";
          case "BUSY" -> "the server is busy with a script";
          case "MISCONF" -> "the server cannot save its data";
          default -> "the server says";
        };
    return meaning + ": " + error;
  }

  private static @Nullable String text(RedisReply reply) {
    return switch (reply) {
      case RedisReply.Status(String text) -> text;
      case RedisReply.Text(String text) -> text;
      default -> null;
    };
  }

  private static ByteBuf command(String... words) {
    ByteBuf command = Unpooled.buffer();
    writeLine(command, "*" + words.length);
    for (String word : words) {
      byte[] octets = word.getBytes(StandardCharsets.UTF_8);
      writeLine(command, "$" + octets.length);
      command.writeBytes(octets);
      writeLine(command, "");
    }
    return command;
  }

  private static void writeLine(ByteBuf command, String line) {
    command.writeBytes((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
  }
}
