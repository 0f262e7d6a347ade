package detour.server.fence;

import detour.failover.model.FencePolicy.Hook;
import detour.failover.safety.FenceState.Stage;
import detour.server.publish.Fencing.Order;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/// Calls webhooks that raise a fence. A redirect is not followed: whoever is asked must answer.
final class Webhooks {
  private static final int LEAST_GOOD = 200;
  private static final int MOST_GOOD = 299;
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();

  Hooks.End call(Hook.Webhook webhook, Order order) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(webhook.url()))
            .timeout(order.policy().timeout())
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofByteArray(MAPPER.writeValueAsBytes(body(order))))
            .build();
    try {
      HttpResponse<InputStream> response = client.send(request, BodyHandlers.ofInputStream());
      // The status is all that counts: a body may go on for longer than anybody waits.
      response.body().close();
      int status = response.statusCode();
      boolean stands = status >= LEAST_GOOD && status <= MOST_GOOD;
      return new Hooks.End(stands ? Stage.STOOD : Stage.FAILED, "HTTP status " + status);
    } catch (HttpTimeoutException e) {
      return new Hooks.End(
          Stage.TIMED_OUT, "no answer within " + order.policy().timeout().toMillis() + " ms");
    } catch (IOException e) {
      String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
      return new Hooks.End(Stage.FAILED, Programs.oneLine(why));
    }
  }

  private static Map<String, Object> body(Order order) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("service", order.service());
    body.put("family", order.family());
    body.put("from", order.from());
    body.put("to", order.to());
    body.put("epoch", order.epoch());
    body.put("drill", order.drill());
    body.put("reason", order.reason());
    return body;
  }
}
