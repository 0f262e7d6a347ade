package detour.server.api;

import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

final class ApiHandler extends Handler.Abstract {
  ApiHandler(Gate gate, ApiBackend backend) {}

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    return false;
  }
}
