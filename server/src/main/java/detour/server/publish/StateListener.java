package detour.server.publish;

/// Told of each event as it happens. Called on the publish thread: must return at once.
public interface StateListener {
  void happened(Journal.HistoryEvent event);
}
