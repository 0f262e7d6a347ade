package detour.server.publish;

/// A command that was not carried out because its service is decided otherwise than the operator
/// had seen it.
public final class DecidedOtherwise extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DecidedOtherwise(String service) {
    super(service + " is decided otherwise by now; look at it again");
  }
}
