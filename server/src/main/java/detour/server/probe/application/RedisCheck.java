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
import org.jspecify.annotations.Nullable;

/// Passes when Redis or Valkey answers a PING and has the expected role.
public final class RedisCheck implements ProbeKind {
  private static final Option<Integer> PORT =
      Option.withDefault("port", new OptionType.Whole(1, 65535), 6379, "The port to connect to.");
  private static final Option<String> USER =
      Credentials.optionalUser("Who logs in, where the server knows users (since Redis 6).");
  private static final Option<Role> ROLE =
      Option.withDefault(
          "role",
          new OptionType.Choice<>(Role.class),
          Role.ANY,
          "What the server must be, by ROLE, or INFO where ROLE may not be used.");

  @Override
  public String name() {
    return "redis";
  }

  @Override
  public String doc() {
    return "Passes when Redis or Valkey answers a PING, and is primary or replica as asked.";
  }

  @Override
  public List<Option<?>> options() {
    List<Option<?>> all = new ArrayList<>(List.of(PORT, TlsOptions.WHERE_ASKED, USER));
    all.addAll(Credentials.password());
    all.add(ROLE);
    return List.copyOf(all);
  }

  @Override
  public CheckSettings settings(Values values) {
    String user = values.orNull(USER);
    Secret password = Credentials.password(values);
    requirePassword(user, password);
    return new RedisSettings(
        values.of(PORT),
        values.of(TlsOptions.WHERE_ASKED).orElse(null),
        user,
        password,
        values.of(ROLE));
  }

  private static void requirePassword(@Nullable String user, @Nullable Secret password) {
    if (user != null && password == null) {
      throw new IllegalArgumentException("user has no effect without password or password_file");
    }
  }

  @Override
  public void start(CheckSettings settings, ProbeRun run) {
    RedisSettings asked = (RedisSettings) settings;
    Conversation.start(
        run, asked.port(), asked.tls(), conversation -> new RedisDialogue(asked, conversation));
  }
}
