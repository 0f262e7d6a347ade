package detour.server.differential;

import detour.server.differential.NormalForm.Part;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// A question, and what the four servers answered.
record Exchange(
    Question question,
    List<ServedZone> zones,
    NormalForm detour,
    Map<PeerKind, NormalForm> peers) {

  /// The parts in which this server says what none of the others says. Where those agree, that is
  /// every part in which it differs from them.
  List<Part> alone() {
    List<Part> alone = new ArrayList<>();
    for (Part part : Part.values()) {
      if (comparable(part)
          && others().stream().noneMatch(form -> form.part(part).equals(detour.part(part)))) {
        alone.add(part);
      }
    }
    return alone;
  }

  /// Whether the three others say the same in all parts that are compared.
  boolean peersAgree() {
    NormalForm first = peers.get(PeerKind.KNOT);
    return Stream.of(Part.values())
        .filter(this::comparable)
        .allMatch(
            part -> others().stream().allMatch(form -> form.part(part).equals(first.part(part))));
  }

  Collection<NormalForm> others() {
    return peers.values();
  }

  /// The records that this server has in a section beyond those of each other one.
  boolean holdsMoreThanAll(Part part) {
    Set<String> own = detour.records(part);
    return others().stream()
        .allMatch(form -> own.size() > form.records(part).size() && own.containsAll(form.records(part)));
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
