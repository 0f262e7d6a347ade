package detour.server.config;

import detour.dns.answer.AddressPrefix;
import detour.dns.answer.RateLimits;
import detour.failover.model.Quorum;
import detour.server.options.CheckKind;
import detour.server.options.Option;
import detour.server.options.OptionType;
import detour.server.options.Placed;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The reference page of the configuration, in Markdown: one table for each mapping.
public final class ConfigurationReference {
  private static final String INTRODUCTION =
      """
      # Configuration reference

      One YAML 1.2 file, UTF-8. Keys are in snake_case, durations are written `500ms`, `5s`, `2m`, `1h` or `1d`.
      Unknown keys are errors; `detour validate` reports every problem with file, line and column.
      Where a list is expected, a single value stands for a list of one, except for `zones`, `services` and `pools`.
      Editors complete and check the file by `docs/detour.schema.json`.

      This page is generated from the description that the reader uses; a test holds it to that.
      """;

  private final StringBuilder page = new StringBuilder(INTRODUCTION);

  private ConfigurationReference() {}

  /// The page, ending in a line feed.
  public static String markdown(List<? extends CheckKind> kinds) {
    ConfigurationReference reference = new ConfigurationReference();
    ConfigurationFormat format = ConfigurationFormat.of(kinds);
    reference.table("The file", "", format.options());
    reference.mappings("node", format.node().type());
    reference.mappings("listen", format.listen().type());
    reference.mappings("guard", format.guard().type());
    reference.mappings("cluster", format.cluster().type());
    reference.mappings("failover", format.failover().type());
    reference.mappings("dnstap", format.dnstap().type());
    reference.mappings("telemetry", format.telemetry().type());
    reference.mappings("convergence", format.convergence().type());
    reference.checks(kinds);
    reference.mappings("zones[]", format.zones().type());
    reference.mappings("services[]", format.services().type());
    return reference.page.toString();
  }

  private void checks(List<? extends CheckKind> kinds) {
    table(
        "Every check",
        "A check is a mapping with `type` and these keys, beside those of its type. It stands under"
            + " a name in `checks`, or directly where it is used.",
        CheckOptions.common());
    for (CheckKind kind : kinds) {
      table("Check of type " + kind.name(), kind.doc(), kind.options());
      for (Option<?> option : kind.options()) {
        mappings("check." + option.key(), option.type());
      }
    }
    table(
        "Use of checks",
        "A `check` key takes the name of one of `checks`, a check written there, a list of both"
            + " (all must be up), `none`, or a mapping with these keys.",
        checkUseOptions(kinds));
  }

  private static List<Option<?>> checkUseOptions(List<? extends CheckKind> kinds) {
    Map<String, Option<?>> options = new LinkedHashMap<>();
    collect(CheckDeclaration.type(CheckOptions.type(kinds)), options);
    return List.copyOf(options.values());
  }

  private static void collect(OptionType<?> type, Map<String, Option<?>> options) {
    switch (type) {
      case OptionType.Either<?> either -> either.forms().forEach(form -> collect(form, options));
      case OptionType.ByKey<?> byKey ->
          byKey.forms().values().forEach(form -> collect(form, options));
      case OptionType.Section<?> section ->
          section.options().forEach(option -> options.putIfAbsent(option.key(), option));
      default -> {}
    }
  }

  /// The tables of the mappings that a value may hold.
  private void mappings(String path, OptionType<?> type) {
    switch (type) {
      case OptionType.Section<?> section -> {
        table("`" + path + "`", "", section.options());
        section.options().forEach(option -> mappings(path + "." + option.key(), option.type()));
      }
      case OptionType.Items<?> items ->
          mappings(path.endsWith("[]") ? path : path + "[]", items.item());
      case OptionType.Many<?> many -> mappings(path + "[]", many.item());
      case OptionType.Located<?> located -> mappings(path, located.item());
      case OptionType.Made<?, ?> made -> mappings(path, made.from());
      case OptionType.Either<?> either -> {
        if (!path.endsWith(".check")) {
          either.forms().forEach(form -> mappings(path, form));
        }
      }
      case OptionType.ByKey<?> byKey -> {
        Map<String, Option<?>> options = new LinkedHashMap<>();
        collect(byKey, options);
        table("`" + path + "`", "", options.values());
      }
      default -> {}
    }
  }

  private void table(String title, String introduction, Collection<Option<?>> options) {
    page.append("\n## ").append(title).append("\n\n");
    if (!introduction.isEmpty()) {
      page.append(introduction).append("\n\n");
    }
    page.append("| key | value | default | meaning |\n|---|---|---|---|\n");
    for (Option<?> option : options) {
      page.append("| `")
          .append(option.key())
          .append("` | ")
          .append(cell(Wording.expected(option.type())))
          .append(" | ")
          .append(option.required() ? "required" : cell(fallback(option)))
          .append(" | ")
          .append(cell(option.doc()))
          .append(" |\n");
    }
  }

  private static String fallback(Option<?> option) {
    return isMapping(option.type()) ? "" : text(option.fallback());
  }

  /// Whether the defaults stand in a table of their own.
  private static boolean isMapping(OptionType<?> type) {
    return switch (type) {
      case OptionType.Section<?> _ -> true;
      case OptionType.Made<?, ?> made -> isMapping(made.from());
      default -> false;
    };
  }

  private static String text(@Nullable Object value) {
    return switch (value) {
      case null -> "";
      case Duration duration -> "`" + Durations.text(duration) + "`";
      case Quorum.Majority _ -> "`majority`";
      case Placed<?> placed -> text(placed.value());
      // What is asked for by `true` or by a mapping, and otherwise is not there.
      case Optional<?> asked when asked.isEmpty() -> "`false`";
      case Enum<?> constant -> "`" + constant.name().toLowerCase(Locale.ROOT) + "`";
      case Map<?, ?> map -> map.isEmpty() ? "none" : "`" + map + "`";
      case List<?> list ->
          list.isEmpty()
              ? "none"
              : list.stream().map(ConfigurationReference::text).collect(Collectors.joining(", "));
      case RateLimits limits -> text(limits.mode());
      case AddressPrefix prefix -> "`" + TextForms.text(prefix) + "`";
      case InetSocketAddress address -> "`" + TextForms.text(address) + "`";
      default -> "`" + value + "`";
    };
  }

  private static String cell(String text) {
    return text.replace("|", "\\|");
  }
}
