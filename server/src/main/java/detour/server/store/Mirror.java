package detour.server.store;

import detour.failover.model.OperatorOverride;
import detour.failover.model.OverridePath;
import detour.server.publish.Journal.Change;
import detour.server.publish.Journal.Epochs;
import detour.server.publish.Journal.Saved;
import detour.server.publish.Journal.SavedEpoch;
import detour.server.publish.Journal.SavedOpinion;
import detour.server.publish.Journal.SavedSelection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// All that the file holds but the history, so that a file that is lost or damaged while the server
/// runs can be written anew.
final class Mirror {
  private final Map<String, SavedSelection> selections;
  private final Map<String, SavedOpinion> opinions;
  private final Map<OverridePath, OperatorOverride> overrides;
  private final Map<OverridePath, Instant> operatorChanges;
  private Epochs epochs;

  Mirror(Saved saved) {
    selections = new HashMap<>(saved.selections());
    opinions = new HashMap<>(saved.opinions());
    overrides = new HashMap<>(saved.overrides());
    operatorChanges = new HashMap<>(saved.operatorChanges());
    epochs = saved.epochs();
  }

  /// Notes what was written.
  void wrote(List<Change> changes) {
    for (Change change : changes) {
      switch (change) {
        case Change.Selection(var selection) -> selections.put(selection.key(), selection);
        case Change.Opinion(var opinion) -> opinions.put(opinion.target(), opinion);
        case Change.OverrideSet(var path, var override) -> overrides.put(path, override);
        case Change.OverrideCleared(var path) -> overrides.remove(path);
        case Change.OperatorChanged(var path, var at) -> operatorChanges.put(path, at);
        case Change.Event _ -> {}
        case Change.Epoch(var which, long value) -> epochs = epochs.with(which, value);
      }
    }
  }

  /// What to write into an empty file.
  List<Change> changes() {
    List<Change> changes = new ArrayList<>();
    selections.values().forEach(selection -> changes.add(new Change.Selection(selection)));
    opinions.values().forEach(opinion -> changes.add(new Change.Opinion(opinion)));
    overrides.forEach((path, override) -> changes.add(new Change.OverrideSet(path, override)));
    operatorChanges.forEach((path, at) -> changes.add(new Change.OperatorChanged(path, at)));
    changes.add(new Change.Epoch(SavedEpoch.OWN, epochs.own()));
    changes.add(new Change.Epoch(SavedEpoch.AGREED, epochs.agreed()));
    return changes;
  }
}
