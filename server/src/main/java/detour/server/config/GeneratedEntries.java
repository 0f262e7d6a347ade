package detour.server.config;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The entries that a `$GENERATE` directive stands for, as BIND defines it: `$` is the number,
/// `${offset,width,base}` a formatted one, `$$` or `\$` the sign itself.
final class GeneratedEntries {
  static final int MOST = 65_536;

  private static final Pattern RANGE = Pattern.compile("(\\d{1,9})-(\\d{1,9})(?:/(\\d{1,9}))?");
  private static final Pattern MODIFIER =
      Pattern.compile("\\$\\{(-?\\d{1,9})(?:,(\\d{1,2})(?:,([doxX]))?)?\\}");

  private GeneratedEntries() {}

  /// @param entry the directive
  static List<String> of(ZoneEntries entry) throws EntryException {
    Matcher range = RANGE.matcher(entry.text(1));
    if (!range.matches()) {
      throw new EntryException(
          entry.start(1),
          "expected a range as 1-100 or 0-100/2, found " + Wording.quoted(entry.text(1)));
    }
    long from = Long.parseLong(range.group(1));
    long to = Long.parseLong(range.group(2));
    long step = range.group(3) == null ? 1 : Long.parseLong(range.group(3));
    if (to < from || step == 0 || (to - from) / step >= MOST) {
      throw new EntryException(
          entry.start(1), "a range goes upwards and has at most " + MOST + " numbers");
    }
    String template = template(entry);
    List<String> entries = new ArrayList<>();
    for (long number = from; number <= to; number += step) {
      entries.add(expand(template, number, entry.start(2)));
    }
    return entries;
  }

  private static String template(ZoneEntries entry) {
    StringBuilder template = new StringBuilder();
    for (int i = 2; i < entry.size(); i++) {
      String quote = entry.quoted(i) ? "\"" : "";
      String raw =
          new String(
              entry.bytes(),
              entry.start(i),
              entry.end(i) - entry.start(i),
              StandardCharsets.ISO_8859_1);
      template.append(i == 2 ? "" : " ").append(quote).append(raw).append(quote);
    }
    return template.toString();
  }

  private static String expand(String template, long number, int place) throws EntryException {
    StringBuilder text = new StringBuilder();
    int at = 0;
    while (at < template.length()) {
      char c = template.charAt(at);
      if (c == '\\' && at + 1 < template.length()) {
        text.append(template, at, at + 2);
        at += 2;
      } else if (template.startsWith("$$", at)) {
        text.append("\\$");
        at += 2;
      } else if (template.startsWith("${", at)) {
        Matcher modifier = MODIFIER.matcher(template).region(at, template.length());
        if (!modifier.lookingAt()) {
          throw new EntryException(place, "expected ${offset,width,base} with base d, o, x or X");
        }
        text.append(format(modifier, number, place));
        at = modifier.end();
      } else {
        text.append(c == '$' ? Long.toString(number) : String.valueOf(c));
        at++;
      }
    }
    return text.toString();
  }

  private static String format(Matcher modifier, long number, int place) throws EntryException {
    long value = number + Long.parseLong(modifier.group(1));
    if (value < 0) {
      throw new EntryException(place, "the offset makes a negative number");
    }
    String base = modifier.group(3) == null ? "d" : modifier.group(3);
    String digits =
        switch (base) {
          case "o" -> Long.toOctalString(value);
          case "x" -> Long.toHexString(value);
          case "X" -> Long.toHexString(value).toUpperCase(Locale.ROOT);
          default -> Long.toString(value);
        };
    int width = modifier.group(2) == null ? 0 : Integer.parseInt(modifier.group(2));
    return "0".repeat(Math.max(0, width - digits.length())) + digits;
  }
}
