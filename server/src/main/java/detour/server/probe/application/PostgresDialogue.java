package detour.server.probe.application;

import detour.server.probe.ProbeRun;
import detour.server.probe.application.PostgresMessages.Message;
import detour.server.probe.application.PostgresSettings.Role;
import io.netty.buffer.ByteBuf;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Talks to PostgreSQL: asks for TLS, logs in, asks for the role and runs the query, says goodbye.
final class PostgresDialogue implements Dialogue {
  private static final String ROLE_QUERY = "SELECT pg_is_in_recovery()";

  private enum Phase {
    ASKING_FOR_TLS,
    LOGGING_IN,
    ASKING_ROLE,
    RUNNING_QUERY
  }

  private final PostgresSettings settings;
  private final Conversation conversation;
  private final ProbeRun run;
  private final PostgresLogin login;
  private Phase phase = Phase.LOGGING_IN;
  private boolean letIn;
  private String found = "PostgreSQL";
  private boolean answered;
  private @Nullable String value;

  PostgresDialogue(PostgresSettings settings, Conversation conversation, ScramKeys keys) {
    this.settings = settings;
    this.conversation = conversation;
    this.run = conversation.run();
    this.login = new PostgresLogin(settings, conversation, keys);
  }

  @Override
  public String protocol() {
    return "PostgreSQL";
  }

  @Override
  public void opened() {
    if (settings.tls() == null) {
      logIn();
    } else {
      phase = Phase.ASKING_FOR_TLS;
      run.enter("first byte", "waiting for the answer to the request for TLS");
      conversation.send(PostgresMessages.sslRequest());
    }
  }

  @Override
  public void secured() {
    logIn();
  }

  private void logIn() {
    phase = Phase.LOGGING_IN;
    run.enter("login", "logging in");
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("user", settings.user());
    parameters.put("database", settings.database());
    parameters.put("application_name", "detour");
    parameters.put("client_encoding", "UTF8");
    conversation.send(PostgresMessages.startup(parameters));
  }

  @Override
  public boolean read(ByteBuf in) {
    if (phase == Phase.ASKING_FOR_TLS && in.getByte(in.readerIndex()) != 'E') {
      answerToTls(in.readByte());
      return true;
    }
    Message message = PostgresMessages.read(in);
    if (message == null) {
      return false;
    }
    switch (message.type()) {
      case 'E' -> run.fail(PostgresMessages.error(message.body()));
      case 'N', 'A' -> {
        // Notices and notifications: nothing that was asked for.
      }
      case 'S' -> parameter(message.body());
      default -> {
        if (phase == Phase.LOGGING_IN) {
          whileLoggingIn(message);
        } else {
          whileAsking(message);
        }
      }
    }
    return true;
  }

  private void answerToTls(byte answer) {
    switch (answer) {
      case 'S' -> conversation.beginTls();
      case 'N' -> run.fail("the server does not offer TLS");
      default -> throw new MalformedReply("it answers the request for TLS by neither S nor N");
    }
  }

  private void parameter(ByteBuf body) {
    String name = ReplyText.untilZero(body);
    String text = ReplyText.untilZero(body);
    if (name.equals("server_version")) {
      // As "15.14 (Debian 15.14-0+deb12u1)".
      int end = text.indexOf(' ');
      found = "PostgreSQL " + (end < 0 ? text : text.substring(0, end));
    }
  }

  private void whileLoggingIn(Message message) {
    switch (message.type()) {
      case 'R' -> {
        if (letIn) {
          throw new MalformedReply("it asks who this is after letting it in");
        }
        letIn = login.answer(message.body());
        if (letIn) {
          run.farewell(PostgresMessages.terminate());
        }
      }
      case 'K' -> {
        // What would cancel a query.
      }
      case 'Z' -> {
        if (!letIn) {
          throw new MalformedReply("it is ready for queries without having let anybody in");
        }
        ask();
      }
      default -> throw unexpected(message);
    }
  }

  private void ask() {
    if (settings.role() != Role.ANY || settings.query() == null) {
      phase = Phase.ASKING_ROLE;
      run.enter("role", "asking for the role");
      conversation.send(PostgresMessages.query(ROLE_QUERY));
    } else {
      runQuery(settings.query());
    }
  }

  private void runQuery(Query query) {
    phase = Phase.RUNNING_QUERY;
    answered = false;
    value = null;
    run.enter("query", "waiting for the query's answer");
    conversation.send(PostgresMessages.query(query.sql()));
  }

  private void whileAsking(Message message) {
    switch (message.type()) {
      case 'T', 'C', 'I' -> {
        // What the rows look like, that they are over, or that there was nothing to do.
      }
      case 'D' -> {
        if (!answered) {
          answered = true;
          value = PostgresMessages.firstColumn(message.body());
        }
      }
      case 'Z' -> judge();
      case 'G', 'H', 'W' -> run.fail("the query begins a COPY, which this check cannot do");
      default -> throw unexpected(message);
    }
  }

  private void judge() {
    Query query = settings.query();
    if (phase == Phase.ASKING_ROLE) {
      judgeRole();
      if (query != null && !run.ended()) {
        runQuery(query);
      } else {
        run.pass(found);
      }
    } else if (query != null) {
      query.judge(run, found, answered, value);
    }
  }

  private void judgeRole() {
    Role role =
        switch (value) {
          case "t" -> Role.STANDBY;
          case "f" -> Role.PRIMARY;
          case null, default -> throw new MalformedReply("pg_is_in_recovery() is neither t nor f");
        };
    if (settings.role() != Role.ANY && settings.role() != role) {
      run.fail(
          role == Role.STANDBY
              ? "the server is a standby in recovery, expected a primary"
              : "the server is a primary, expected a standby");
    }
    found += role == Role.STANDBY ? ", standby" : ", primary";
  }

  private static MalformedReply unexpected(Message message) {
    return new MalformedReply("a message '" + message.type() + "' out of turn");
  }
}
