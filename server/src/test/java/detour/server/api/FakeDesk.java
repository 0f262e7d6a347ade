package detour.server.api;

import detour.server.publish.CommandRefused;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// A desk that takes whatever is pushed, unless it is told to refuse.
public final class FakeDesk implements ConfigurationDesk {
  public final List<Push> pushes = new CopyOnWriteArrayList<>();
  public volatile @Nullable String refusal;

  @Override
  public PushReport push(Push push) {
    refuse();
    if (push.dryRun()) {
      return new PushReport("it is valid; nothing was changed", pushes.size(), false, List.of());
    }
    pushes.add(push);
    return new PushReport(
        "revision " + pushes.size() + " is in the store",
        pushes.size(),
        true,
        List.of("a warning"));
  }

  @Override
  public PushReport rollBack(long revision, String comment, String author) {
    refuse();
    Push former = pushes.get((int) revision - 1);
    return push(new Push(former.text(), comment, author, 0, false));
  }

  @Override
  public Optional<RevisionReport> revision(long revision) {
    refuse();
    int number = revision == 0 ? pushes.size() : (int) revision;
    return number < 1 || number > pushes.size()
        ? Optional.empty()
        : Optional.of(report(number, pushes.get(number - 1).text()));
  }

  @Override
  public List<RevisionReport> revisions() {
    refuse();
    List<RevisionReport> all = new ArrayList<>();
    for (int number = pushes.size(); number > 0; number--) {
      all.add(report(number, null));
    }
    return all;
  }

  private void refuse() {
    String no = refusal;
    if (no != null) {
      throw new CommandRefused(no);
    }
  }

  private RevisionReport report(int number, @Nullable ConfigurationText text) {
    Push push = pushes.get(number - 1);
    return new RevisionReport(
        number,
        push.author(),
        Instant.parse("2026-11-22T12:00:00Z").plusSeconds(60L * number),
        push.comment(),
        "abc" + number,
        100,
        number == pushes.size(),
        text);
  }
}
