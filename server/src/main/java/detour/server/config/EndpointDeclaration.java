package detour.server.config;

import detour.failover.model.CarriedRecord;
import detour.failover.model.Destination;
import detour.server.options.Option;
import detour.server.options.OptionType;
import detour.server.options.Values;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One item of `endpoints`.
///
/// @param name null for the text of the destination
/// @param check null for that of the pool or the service
/// @param records none for an endpoint that only has an address
record EndpointDeclaration(
    @Nullable String name,
    Destination destination,
    String text,
    int weight,
    @Nullable CheckDeclaration check,
    List<CarriedRecord> records) {
  private static final int DEFAULT_WEIGHT = 1;

  private static final Option<String> NAME =
      Option.optional(
          "name",
          TextForms.name(),
          "What commands and reports call it; unique within its pool. Default: the address.");
  private static final Option<Written> ADDRESS =
      Option.required(
          "address",
          written(),
          "An IPv4 or IPv6 address, or a host name, which is answered as CNAME or, where none may"
              + " stand, by its addresses.");
  private static final Option<Integer> WEIGHT =
      Option.withDefault(
          "weight",
          new OptionType.Whole(0, 65_535),
          DEFAULT_WEIGHT,
          "Its share of the traffic relative to the pool's other endpoints.");
  private static final Option<List<CarriedRecord>> RECORDS =
      Option.optional(
          "records",
          new OptionType.Many<>(CarriedRecordText.type()),
          "Records that stand at the service's name while this endpoint is answered: each a type"
              + " and data as in a zone file, names in full, as `MX 10 mx1.example.com`.");

  static OptionType<EndpointDeclaration> type(OptionType<CheckDeclaration> checkType) {
    Option<CheckDeclaration> check =
        Option.optional("check", checkType, "How this endpoint is tested, instead of its pool's.");
    return new OptionType.Either<>(
        List.of(
            new OptionType.Made<>(
                written(),
                address ->
                    new EndpointDeclaration(
                        null,
                        address.destination(),
                        address.text(),
                        DEFAULT_WEIGHT,
                        null,
                        List.of())),
            new OptionType.Section<>(
                List.of(NAME, ADDRESS, WEIGHT, check, RECORDS), values -> of(values, check))));
  }

  private static EndpointDeclaration of(Values values, Option<CheckDeclaration> check) {
    Written address = values.of(ADDRESS);
    return new EndpointDeclaration(
        values.orNull(NAME),
        address.destination(),
        address.text(),
        values.of(WEIGHT),
        values.orNull(check),
        Objects.requireNonNullElse(values.orNull(RECORDS), List.of()));
  }

  private static OptionType.Text<Written> written() {
    OptionType.Text<Destination> destination = TextForms.destination();
    return new OptionType.Text<>(
        destination.expected(),
        text -> new Written(destination.read().apply(text), text),
        destination.jsonPattern());
  }

  /// A destination and how the operator wrote it, which is shorter for IPv6.
  private record Written(Destination destination, String text) {}
}
