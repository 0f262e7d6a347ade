package detour.server.probe.application;

import detour.failover.model.CheckSettings;
import detour.server.options.Option;
import detour.server.options.OptionType;
import detour.server.options.Values;
import detour.server.probe.ProbeKind;
import detour.server.probe.ProbeRun;
import detour.server.probe.application.PostgresSettings.Role;
import detour.server.probe.tls.TlsOptions;
import java.util.ArrayList;
import java.util.List;

/// Passes when PostgreSQL lets a user in, answers a query, and has the expected role.
public final class PostgresCheck implements ProbeKind {
  private static final Option<Integer> PORT =
      Option.withDefault("port", new OptionType.Whole(1, 65535), 5432, "The port to connect to.");
  private static final Option<String> USER =
      Credentials.user("detour", "Who logs in. It needs no privilege but to connect.");
  private static final Option<String> DATABASE =
      Credentials.database("postgres", "The database to connect to.");
  private static final Option<Boolean> ALLOW_CLEARTEXT =
      Option.withDefault(
          "allow_cleartext",
          new OptionType.Flag(),
          false,
          "Whether a server that asks for the password in the clear gets it without TLS.");
  private static final Option<Role> ROLE =
      Option.withDefault(
          "role",
          new OptionType.Choice<>(Role.class),
          Role.ANY,
          "What the server must be, by pg_is_in_recovery().");

  private final ScramKeys keys = new ScramKeys();

  @Override
  public String name() {
    return "postgres";
  }

  @Override
  public String doc() {
    return "Passes when PostgreSQL lets a user in, answers a query, and is primary or standby as"
        + " asked.";
  }

  @Override
  public List<Option<?>> options() {
    List<Option<?>> all = new ArrayList<>(List.of(PORT, TlsOptions.WHERE_ASKED, USER, DATABASE));
    all.addAll(Credentials.password());
    all.addAll(List.of(ALLOW_CLEARTEXT, ROLE));
    all.addAll(Query.options());
    return List.copyOf(all);
  }

  @Override
  public CheckSettings settings(Values values) {
    Query query = Query.of(values);
    return new PostgresSettings(
        values.of(PORT),
        values.of(TlsOptions.WHERE_ASKED).orElse(null),
        values.of(USER),
        values.of(DATABASE),
        Credentials.password(values),
        values.of(ALLOW_CLEARTEXT),
        values.of(ROLE),
        query);
  }

  @Override
  public void start(CheckSettings settings, ProbeRun run) {
    PostgresSettings asked = (PostgresSettings) settings;
    Conversation.startUpgradable(
        run,
        asked.port(),
        asked.tls(),
        conversation -> new PostgresDialogue(asked, conversation, keys));
  }
}
