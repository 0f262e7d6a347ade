package detour.server.probe.application;

import detour.failover.model.CheckSettings;
import detour.server.options.Option;
import detour.server.options.OptionType;
import detour.server.options.Values;
import detour.server.probe.ProbeKind;
import detour.server.probe.ProbeRun;
import detour.server.probe.tls.TlsOptions;
import java.util.List;
import java.util.OptionalInt;

/// Passes when a gRPC server's health service says that it, or a service of it, is SERVING.
public final class GrpcCheck implements ProbeKind {
  private static final Option<Integer> PORT =
      Option.required("port", new OptionType.Whole(1, 65535), "The port to connect to.");
  private static final Option<String> SERVICE =
      Option.withDefault(
          "service",
          new OptionType.Text<>(
              "the name of a service",
              text -> matching(text, "[\\x21-\\x7e]{0,255}"),
              "^[!-~]{0,255}$"),
          "",
          "The service to ask about. By default the server as a whole.");
  private static final Option<String> HOST =
      Option.optional(
          "host",
          new OptionType.Text<>(
              "a host name or address, with a port or without",
              text ->
                  matching(
                      text,
                      "[A-Za-z0-9._-]*[A-Za-z0-9_-](:[0-9]{1,5})?|\\[[0-9A-Fa-f:.]+](:[0-9]{1,5})?"),
              "^[A-Za-z0-9.:_\\[\\]-]+$"),
          "What the request calls the server (:authority), and with tls the name for SNI and the"
              + " certificate. By default the endpoint's host name or address.");

  @Override
  public String name() {
    return "grpc";
  }

  @Override
  public String doc() {
    return "Passes when a gRPC server's health service (grpc.health.v1) says SERVING.";
  }

  @Override
  public List<Option<?>> options() {
    return List.of(PORT, TlsOptions.WHERE_ASKED, SERVICE, HOST);
  }

  @Override
  public CheckSettings settings(Values values) {
    return new GrpcSettings(
        values.of(PORT),
        values.of(TlsOptions.WHERE_ASKED).orElse(null),
        values.of(SERVICE),
        values.orNull(HOST));
  }

  @Override
  public OptionalInt portToHold(CheckSettings settings) {
    return OptionalInt.of(((GrpcSettings) settings).port());
  }

  @Override
  public void start(CheckSettings settings, ProbeRun run) {
    GrpcProbe.start((GrpcSettings) settings, run);
  }

  private static String matching(String text, String pattern) {
    if (!text.matches(pattern)) {
      throw new IllegalArgumentException("it has characters that do not belong there");
    }
    return text;
  }
}
