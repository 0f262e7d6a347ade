package detour.server.config;

/// What is wrong with one entry of a zone file; never leaves the reader.
final class EntryException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int offset;

  /// @param offset in the file's bytes
  EntryException(int offset, String message) {
    super(message, null, false, false);
    this.offset = offset;
  }

  int offset() {
    return offset;
  }

  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
