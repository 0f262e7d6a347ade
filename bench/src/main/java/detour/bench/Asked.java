package detour.bench;

/// What is asked for.
public enum Asked {
  RECORD,
  SERVICE,
  MISSING_NAME
}
