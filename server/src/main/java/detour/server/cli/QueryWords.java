package detour.server.cli;

import detour.server.query.Question;
import java.util.ArrayList;
import java.util.List;

/// The words of `detour query` that are no options: a name, and perhaps a type, a class and a
/// server, in the order that dig takes too.
///
/// @param server without its at sign; empty when none is named
record QueryWords(String name, String type, String dclass, String server) {

  /// @param reverse an address whose name is asked for; empty when the words have a name
  /// @param dclass from its option; empty for none
  /// @throws IllegalArgumentException with what was expected
  static QueryWords of(List<String> words, String reverse, String dclass) {
    List<String> plain = new ArrayList<>();
    String server = "";
    for (String word : words) {
      if (!word.startsWith("@")) {
        plain.add(word);
      } else if (word.length() == 1) {
        throw new IllegalArgumentException("'@' is no server: expected one as @192.0.2.1");
      } else if (server.isEmpty()) {
        server = word.substring(1);
      } else {
        throw new IllegalArgumentException(
            "two servers, @" + server + " and " + word + ": expected one");
      }
    }
    String name = name(plain, reverse);
    String type = "";
    String classWord = dclass;
    for (String word : plain) {
      if (type.isEmpty() && Question.isType(word)) {
        type = word;
      } else if (classWord.isEmpty() && Question.isClass(word)) {
        classWord = word;
      } else {
        throw new IllegalArgumentException(
            "'" + word + "' is no record type: expected NAME [TYPE] [CLASS] [@SERVER]");
      }
    }
    String usual = reverse.isEmpty() ? "A" : "PTR";
    return new QueryWords(
        name, type.isEmpty() ? usual : type, classWord.isEmpty() ? "IN" : classWord, server);
  }

  /// Takes the name out of the words.
  private static String name(List<String> plain, String reverse) {
    if (!reverse.isEmpty()) {
      return Question.reverseName(reverse);
    }
    if (plain.isEmpty()) {
      throw new IllegalArgumentException("which name? Expected NAME [TYPE] [@SERVER]");
    }
    // dig takes the type first as well.
    boolean typeFirst =
        plain.size() > 1 && Question.isType(plain.getFirst()) && !Question.isType(plain.get(1));
    return plain.remove(typeFirst ? 1 : 0);
  }
}
