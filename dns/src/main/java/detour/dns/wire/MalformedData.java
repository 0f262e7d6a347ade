package detour.dns.wire;

/// RDATA is not what its type demands; never leaves the package.
final class MalformedData extends Exception {
  private static final long serialVersionUID = 1L;

  MalformedData() {
    super("the data is not what its type demands", null, false, false);
  }
}
