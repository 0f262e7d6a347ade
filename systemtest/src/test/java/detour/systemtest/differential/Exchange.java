package detour.systemtest.differential;

import detour.systemtest.differential.NormalForm.Part;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// A question, and what the four servers answered.
record Exchange(
    Question question, List<ServedZone> zones, NormalForm detour, Map<PeerKind, NormalForm> peers) {

  /// The parts in which this server says what none of the others says. Where those agree, that is
  /// every part in which it differs from them.
  List<Part> alone() {
    List<Part> alone = new ArrayList<>();
    for (Part part : Part.values()) {
      if (part != Part.OCTETS
          && comparable(part)
          && others().stream().noneMatch(form -> form.part(part).equals(detour.part(part)))) {
        alone.add(part);
      }
    }
    if (others().stream().anyMatch(this::isTighter)) {
      alone.add(Part.OCTETS);
    }
    return alone;
  }

  /// Whether another one says the same in fewer octets.
  private boolean isTighter(NormalForm other) {
    return other.octets() < detour.octets()
        && other.content().equals(detour.content())
        && other.part(Part.STATUS).equals(detour.part(Part.STATUS))
        && !detour.truncated();
  }

  /// Whether the three others say the same in all parts that are compared.
  boolean peersAgree() {
    return Stream.of(Part.values())
        .filter(this::comparable)
        .allMatch(part -> others().stream().map(form -> form.part(part)).distinct().count() == 1);
  }

  Collection<NormalForm> others() {
    return peers.values();
  }

  /// Whether one of the others says the same in the additional section, but for records that lie in
  /// other zones than the question's name.
  boolean addsOfOtherZonesOnly() {
    String zone = zoneOf(question.name());
    Set<String> own = new TreeSet<>(detour.records(Part.ADDITIONAL));
    own.removeIf(record -> !zoneOf(record.substring(0, record.indexOf(' '))).equals(zone));
    return others().stream().anyMatch(form -> form.records(Part.ADDITIONAL).equals(own));
  }

  /// Whether it adds all that one of the others adds, and more.
  boolean addsMore() {
    return others().stream()
        .map(form -> form.records(Part.ADDITIONAL))
        .anyMatch(records -> detour.records(Part.ADDITIONAL).containsAll(records));
  }

  /// The origin of the deepest zone that holds the name; empty for none.
  private String zoneOf(String name) {
    return zones.stream()
        .filter(zone -> zone.holds(name))
        .map(ServedZone::origin)
        .max(Comparator.comparingInt(String::length))
        .orElse("");
  }

  /// What remains of a truncated response is nobody's business: the client asks again over TCP.
  private boolean comparable(Part part) {
    return part == Part.STATUS
        || !(detour.truncated() || others().stream().anyMatch(NormalForm::truncated));
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(question + "\n DETOUR\n" + detour);
    peers.forEach((kind, form) -> text.append(' ').append(kind).append('\n').append(form));
    return text.toString();
  }
}
