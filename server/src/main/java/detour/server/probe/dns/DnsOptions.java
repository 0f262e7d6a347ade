package detour.server.probe.dns;

import detour.server.options.Option;
import detour.server.options.OptionType;
import detour.server.options.Values;
import detour.server.probe.dns.DnsSettings.Expected;
import detour.server.probe.dns.DnsSettings.ExpectedData;
import detour.server.probe.dns.DnsSettings.Transport;
import detour.server.probe.dns.DnsSettings.Truncated;
import detour.server.probe.tls.TlsOptions;
import detour.server.probe.tls.TlsSettings;
import java.io.IOException;
import java.net.URI;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/// The keys of a `dns` check.
final class DnsOptions {
  private static final int DNS_PORT = 53;

  /// RFC 7858 section 3.1.
  private static final int TLS_PORT = 853;

  private static final int ANSWERS_MAX = 64;

  private static final OptionType<String> NAME_TYPE =
      new OptionType.Text<>("a domain name", DnsOptions::name, "^\\S+$");
  private static final OptionType<Integer> RECORD_TYPE =
      new OptionType.Text<>(
          "a record type, as A, SOA or TYPE65280",
          DnsOptions::recordType,
          "^[A-Za-z][A-Za-z0-9-]*$");
  private static final OptionType<Integer> RCODE_TYPE =
      new OptionType.Text<>(
          "a response code, as noerror, nxdomain or refused", DnsOptions::rcode, "^[A-Za-z]+$");

  private static final Option<Integer> PORT =
      Option.optional(
          "port", new OptionType.Whole(1, 65535), "The port to ask. Default: 53, with tls 853.");
  private static final Option<Transport> TRANSPORT =
      Option.withDefault(
          "transport", new OptionType.Choice<>(Transport.class), Transport.UDP, "What carries it.");
  private static final Option<String> NAME = Option.required("name", NAME_TYPE, "What to ask for.");
  private static final Option<Integer> TYPE =
      Option.withDefault("record_type", RECORD_TYPE, Type.A, "The type of record to ask for.");
  private static final Option<Boolean> RECURSION =
      Option.withDefault(
          "recursion_desired",
          new OptionType.Flag(),
          false,
          "Whether the query asks for recursion, as one to a resolver does.");

  private static final Option<List<Integer>> RCODES =
      Option.withDefault(
          "rcode",
          new OptionType.Many<>(RCODE_TYPE),
          List.of(Rcode.NOERROR),
          "The response codes that pass.");
  private static final Option<List<String>> ANSWERS =
      Option.optional(
          "answers",
          new OptionType.Many<>(OptionType.Text.any("the data of a record, as in a zone file")),
          "Data that the answers of the type asked for must have, as in a zone file.");
  private static final Option<Boolean> EXACT =
      Option.withDefault(
          "exact",
          new OptionType.Flag(),
          false,
          "Whether `answers` are all that there may be; else others may stand beside them.");
  private static final Option<Integer> ANSWERS_LEAST =
      Option.withDefault(
          "min_answers",
          new OptionType.Whole(0, 1000),
          1,
          "How many records of the type asked for a NOERROR answer must have at least. 0 accepts"
              + " that there are none.");
  private static final Option<Boolean> AUTHORITATIVE =
      Option.withDefault(
          "authoritative",
          new OptionType.Flag(),
          false,
          "Whether the answer must be authoritative (AA).");
  private static final Option<Truncated> TRUNCATED =
      Option.withDefault(
          "truncated",
          new OptionType.Choice<>(Truncated.class),
          Truncated.DEGRADED,
          "What an answer over UDP is worth that was cut to fit (TC); it is not searched for"
              + " `answers`.");
  private static final Option<Wanted> EXPECT =
      Option.withDefault(
          "expect",
          new OptionType.Section<>(
              List.of(RCODES, ANSWERS, EXACT, ANSWERS_LEAST, AUTHORITATIVE, TRUNCATED),
              DnsOptions::wanted),
          new Wanted(List.of(Rcode.NOERROR), List.of(), false, 1, false, Truncated.DEGRADED),
          "What the answer must be.");

  private DnsOptions() {}

  static List<Option<?>> all() {
    return List.of(PORT, TRANSPORT, NAME, TYPE, RECURSION, EXPECT, TlsOptions.WHERE_ASKED);
  }

  static DnsSettings settings(Values values) {
    Transport transport = values.of(TRANSPORT);
    Optional<TlsSettings> tls = values.of(TlsOptions.WHERE_ASKED);
    if (tls.isPresent() && transport != Transport.TLS) {
      throw new IllegalArgumentException("tls has no effect without transport: tls");
    }
    Integer port = values.orNull(PORT);
    int type = values.of(TYPE);
    int defaultPort = transport == Transport.TLS ? TLS_PORT : DNS_PORT;
    return new DnsSettings(
        port == null ? defaultPort : port,
        transport,
        values.of(NAME),
        type,
        values.of(RECURSION),
        values.of(EXPECT).of(type),
        tls.orElse(TlsSettings.DEFAULT));
  }

  static Map<String, Object> fromUrl(URI url) {
    String name = url.getPath() == null ? "" : url.getPath().replaceFirst("^/", "");
    if (name.isEmpty()) {
      throw new IllegalArgumentException(
          "the URL must say what to ask for, as dns://192.0.2.53/www.example.com?type=AAAA");
    }
    String query = url.getQuery();
    if (query == null) {
      return Map.of(NAME.key(), name(name));
    }
    if (!query.matches("(?i)type=.+")) {
      throw new IllegalArgumentException("'?" + query + "' is not understood: expected ?type=AAAA");
    }
    int type = recordType(query.substring("type=".length()));
    return Map.of(NAME.key(), name(name), TYPE.key(), type);
  }

  /// What is expected before it is known of which type its data are.
  private record Wanted(
      List<Integer> rcodes,
      List<String> answers,
      boolean exact,
      int answersMin,
      boolean authoritative,
      Truncated truncated) {
    Expected of(int type) {
      return new Expected(
          rcodes,
          answers.stream().map(text -> data(type, text)).distinct().toList(),
          exact,
          answersMin,
          authoritative,
          truncated);
    }
  }

  private static Wanted wanted(Values values) {
    List<String> answers = Optional.ofNullable(values.orNull(ANSWERS)).orElse(List.of());
    if (answers.isEmpty() && values.of(EXACT)) {
      throw new IllegalArgumentException("exact has no effect without answers");
    }
    if (!answers.isEmpty() && !values.of(RCODES).equals(List.of(Rcode.NOERROR))) {
      throw new IllegalArgumentException("answers can be expected of noerror alone");
    }
    if (answers.size() > ANSWERS_MAX) {
      throw new IllegalArgumentException("at most " + ANSWERS_MAX + " answers");
    }
    return new Wanted(
        values.of(RCODES),
        answers,
        values.of(EXACT),
        values.of(ANSWERS_LEAST),
        values.of(AUTHORITATIVE),
        values.of(TRUNCATED));
  }

  private static ExpectedData data(int type, String text) {
    try {
      Record record = Record.fromString(Name.root, type, DClass.IN, 0, text, Name.root);
      return new ExpectedData(text, canonical(record));
    } catch (IOException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "'%s' is no data of a record of type %s: %s"
              .formatted(text, Type.string(type), e.getMessage()),
          e);
    }
  }

  static String canonical(Record record) {
    return HexFormat.of().formatHex(record.rdataToWireCanonical());
  }

  private static String name(String text) {
    try {
      return Name.fromString(text.toLowerCase(Locale.ROOT), Name.root).toString();
    } catch (TextParseException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private static int recordType(String text) {
    int type = Type.value(text.toUpperCase(Locale.ROOT));
    if (type < 0) {
      throw new IllegalArgumentException("there is no such type");
    }
    if (type == Type.AXFR || type == Type.IXFR || type == Type.OPT) {
      throw new IllegalArgumentException("a query for it is no check");
    }
    return type;
  }

  private static int rcode(String text) {
    int rcode = Rcode.value(text.toUpperCase(Locale.ROOT));
    if (rcode < 0) {
      throw new IllegalArgumentException("there is no such code");
    }
    return rcode;
  }
}
