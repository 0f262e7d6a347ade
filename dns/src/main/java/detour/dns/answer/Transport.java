package detour.dns.answer;

/// How a query came.
public enum Transport {
  UDP(false, false),
  TCP(true, false),
  /// DNS over TLS (RFC 7858).
  TLS(true, true);

  private final boolean stream;
  private final boolean encrypted;

  Transport(boolean stream, boolean encrypted) {
    this.stream = stream;
    this.encrypted = encrypted;
  }

  /// Whether there is a connection, so that messages are bounded by their length field only, and
  /// the client's address is its own.
  public boolean isStream() {
    return stream;
  }

  /// Whether nobody on the way can read along; nowhere else are responses padded (RFC 7830 section
  /// 6).
  public boolean isEncrypted() {
    return encrypted;
  }
}
