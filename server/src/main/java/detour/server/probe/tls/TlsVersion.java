package detour.server.probe.tls;

import java.util.Arrays;

/// A version of TLS that is still in use.
public enum TlsVersion {
  TLS_1_2("1.2"),
  TLS_1_3("1.3");

  private final String number;

  TlsVersion(String number) {
    this.number = number;
  }

  /// @throws IllegalArgumentException for any other text than `1.2` and `1.3`
  static TlsVersion of(String number) {
    for (TlsVersion version : values()) {
      if (version.number.equals(number)) {
        return version;
      }
    }
    throw new IllegalArgumentException("1.2 or 1.3");
  }

  /// As the Java runtime names this version and those after it.
  String[] protocolsFromHere() {
    return Arrays.stream(values())
        .filter(version -> version.compareTo(this) >= 0)
        .map(version -> "TLSv" + version.number)
        .toArray(String[]::new);
  }

  @Override
  public String toString() {
    return number;
  }
}
