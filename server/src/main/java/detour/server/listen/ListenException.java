package detour.server.listen;

import java.io.IOException;

/// An address that cannot be listened on; the message names it, the failure and the likely cure.
public final class ListenException extends IOException {
  private static final long serialVersionUID = 1L;

  ListenException(String message, Throwable cause) {
    super(message, cause);
  }
}
