package detour.server.probe.application;

import detour.failover.model.CheckSettings;
import detour.server.options.Option;
import detour.server.options.OptionType;
import detour.server.options.Values;
import detour.server.probe.ProbeKind;
import detour.server.probe.ProbeRun;
import detour.server.probe.tls.TlsOptions;
import java.util.ArrayList;
import java.util.List;

/// Passes when MySQL or MariaDB lets a user in, answers, and has the expected role.
public final class MysqlCheck implements ProbeKind {
  private static final Option<Integer> PORT =
      Option.withDefault("port", new OptionType.Whole(1, 65535), 3306, "The port to connect to.");
  private static final Option<String> USER =
      Credentials.user("detour", "Who logs in. It needs no privilege but to connect.");
  private static final Option<String> DATABASE =
      Credentials.optionalDatabase("The database to use, for a query that needs one.");
  private static final Option<Role> ROLE =
      Option.withDefault(
          "role",
          new OptionType.Choice<>(Role.class),
          Role.ANY,
          "What the server must be: a primary has @@global.read_only off, a replica has it on.");

  @Override
  public String name() {
    return "mysql";
  }

  @Override
  public String doc() {
    return "Passes when MySQL or MariaDB lets a user in, answers, and is primary or replica as"
        + " asked.";
  }

  @Override
  public List<Option<?>> options() {
    List<Option<?>> all = new ArrayList<>(List.of(PORT, TlsOptions.WHERE_ASKED, USER, DATABASE));
    all.addAll(Credentials.password());
    all.add(ROLE);
    all.addAll(Query.options());
    return List.copyOf(all);
  }

  @Override
  public CheckSettings settings(Values values) {
    return new MysqlSettings(
        values.of(PORT),
        values.of(TlsOptions.WHERE_ASKED).orElse(null),
        values.of(USER),
        values.orNull(DATABASE),
        Credentials.password(values),
        values.of(ROLE),
        Query.of(values));
  }

  @Override
  public void start(CheckSettings settings, ProbeRun run) {
    MysqlSettings asked = (MysqlSettings) settings;
    Conversation.startUpgradable(
        run, asked.port(), asked.tls(), conversation -> new MysqlDialogue(asked, conversation));
  }
}
