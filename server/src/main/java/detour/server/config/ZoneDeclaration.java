package detour.server.config;

import detour.server.options.Option;
import detour.server.options.OptionType;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One item of `zones`.
sealed interface ZoneDeclaration {
  /// In lower case, without the final dot.
  String name();

  /// A zone whose fixed records stand in a zone file.
  record FromFile(String name, String file) implements ZoneDeclaration {}

  /// A zone whose SOA and NS records are made.
  ///
  /// @param admin an RFC 1035 mailbox as a domain name; null for hostmaster below the zone
  record Made(String name, List<String> nameServers, @Nullable String admin, Duration ttl)
      implements ZoneDeclaration {}

  Option<String> NAME =
      Option.required(
          "name",
          TextForms.domain("a domain name, as example.com"),
          "The zone this server is authoritative for.");
  Option<String> FILE =
      Option.required(
          "file",
          TextForms.path("the path of a zone file"),
          "An RFC 1035 zone file; relative paths start at the configuration's folder. Excludes"
              + " `ns`.");
  Option<List<String>> NS =
      Option.required(
          "ns",
          new OptionType.Many<>(TextForms.domain("the host name of a name server")),
          "The host names of the zone's name servers, for a zone without a file: its SOA and NS"
              + " records are made from them. Excludes `file`.");
  Option<String> ADMIN =
      Option.optional(
          "admin",
          new OptionType.Text<>(
              "a mail address, as hostmaster@example.com",
              ZoneDeclaration::mailbox,
              "^[^@\\s]+@[^@\\s]+$"),
          "The mail address in the SOA record. Default: hostmaster at the zone.");
  Option<Duration> TTL =
      Option.withDefault(
          "ttl",
          new OptionType.Seconds(Duration.ofSeconds(1), Duration.ofDays(7)),
          Duration.ofHours(1),
          "The TTL of the SOA and NS records.");

  static OptionType<ZoneDeclaration> type() {
    Map<String, OptionType<? extends ZoneDeclaration>> forms = new LinkedHashMap<>();
    forms.put(
        "file",
        new OptionType.Section<>(
            List.of(NAME, FILE), values -> new FromFile(values.of(NAME), values.of(FILE))));
    forms.put(
        "ns",
        new OptionType.Section<>(
            List.of(NAME, NS, ADMIN, TTL),
            values ->
                new Made(values.of(NAME), values.of(NS), values.orNull(ADMIN), values.of(TTL))));
    return new OptionType.ByKey<>(forms);
  }

  /// RFC 1035 section 8: the mailbox as a domain name, dots before the at sign escaped.
  private static String mailbox(String address) {
    int at = address.indexOf('@');
    if (!address.matches("[A-Za-z0-9._+-]{1,60}@[A-Za-z0-9.-]{1,180}")) {
      throw new IllegalArgumentException();
    }
    return address.substring(0, at).replace(".", "\\.") + "." + address.substring(at + 1);
  }
}
