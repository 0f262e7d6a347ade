package detour.server.config;

import detour.failover.model.Share;
import detour.server.options.Option;
import detour.server.options.OptionType;
import detour.server.options.Placed;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One item of `pools`.
///
/// @param name null for `pool1`, `pool2`, ... by position
/// @param check null for that of the service
record PoolDeclaration(
    @Nullable String name,
    Share minHealthy,
    @Nullable CheckDeclaration check,
    List<Placed<EndpointDeclaration>> endpoints) {

  static OptionType<PoolDeclaration> type(OptionType<CheckDeclaration> checkType) {
    Option<String> name =
        Option.optional(
            "name",
            TextForms.name(),
            "What commands and reports call it; unique within its service. Default: `pool1`,"
                + " `pool2`, ... by position.");
    Option<Share> minHealthy =
        Option.withDefault(
            "min_healthy",
            TextForms.share(),
            Share.count(1),
            "The pool is available while at least so many of its endpoints, or this percentage of"
                + " their weight, are healthy.");
    Option<CheckDeclaration> check =
        Option.optional(
            "check", checkType, "How its endpoints are tested, instead of the service's check.");
    Option<List<Placed<EndpointDeclaration>>> endpoints =
        Option.required(
            "endpoints",
            new OptionType.Many<>(new OptionType.Located<>(EndpointDeclaration.type(checkType))),
            "Where clients are sent: addresses or host names, alone or with name and weight.");
    return new OptionType.Section<>(
        List.of(name, minHealthy, check, endpoints),
        values ->
            new PoolDeclaration(
                values.orNull(name),
                values.of(minHealthy),
                values.orNull(check),
                values.of(endpoints)));
  }
}
