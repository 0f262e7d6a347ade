package detour.server.api;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Entity tags and the header If-Match (RFC 9110 sections 8.8.3 and 13.1.1).
final class EntityTags {
  private static final Pattern TAG =
      Pattern.compile("\\G[ \\t]*(W/)?\"([\\x21\\x23-\\x7e]*)\"[ \\t]*(?:,|$)");

  private EntityTags() {}

  static String of(String version) {
    return '"' + version + '"';
  }

  /// The versions that a change may find; empty where it may find any.
  ///
  /// @param header the value of If-Match; null when it is missing
  /// @throws BadRequest when it is no list of entity tags
  static Optional<Set<String>> expected(@Nullable String header) {
    if (header == null || header.strip().equals("*")) {
      return Optional.empty();
    }
    Set<String> versions = new HashSet<>();
    Matcher tag = TAG.matcher(header);
    int end = 0;
    while (end < header.length() && tag.find()) {
      // Compared strongly: a weak one equals nothing.
      if (tag.group(1) == null) {
        versions.add(tag.group(2));
      }
      end = tag.end();
    }
    if (end == 0 || end < header.length()) {
      throw new BadRequest("If-Match", "expected an ETag in quotes, as the service was shown with");
    }
    return Optional.of(versions);
  }
}
