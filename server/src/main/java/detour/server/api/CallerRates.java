package detour.server.api;

import detour.server.access.CallerAddress;
import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import java.net.InetAddress;
import java.util.List;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.DoSHandler;
import org.eclipse.jetty.util.Callback;

/// How many requests a second each caller's address gets, whoever they are and whatever they ask:
/// beyond it they are refused with 429 (RFC 6585 section 4) before anything else is looked at. Only
/// the probes of load balancers are let through always, for what they would conclude from a refusal
/// is wrong.
final class CallerRates {
  private static final long SECOND_NANOS = 1_000_000_000L;
  private static final long BURST_NANOS = 2 * SECOND_NANOS;
  private static final int RETRY_AFTER_SECONDS = 1;
  private static final int ADDRESSES_KEPT = 10_000;

  /// The probes of load balancers.
  static final List<String> ALWAYS = List.of("/healthz", "/readyz");

  private CallerRates() {}

  /// @param perSecond for each address; twice as many at once; 0 for no limit
  static Handler limited(Handler handler, int perSecond, Metrics metrics) {
    if (perSecond == 0) {
      return handler;
    }
    DoSHandler limit =
        new DoSHandler(
            handler,
            request -> CallerAddress.key(addressOf(request)),
            address -> new Bucket(perSecond, System.nanoTime()),
            (request, response, callback) ->
                refuse(request, response, callback, perSecond, metrics),
            ADDRESSES_KEPT,
            // As many addresses at once are no callers: those that are known go on.
            true);
    limit.excludePath(ALWAYS.toArray(String[]::new));
    return limit;
  }

  private static boolean refuse(
      Request request, Response response, Callback callback, int perSecond, Metrics metrics) {
    metrics.count(Counter.API_REQUESTS_LIMITED);
    response.getHeaders().put(HttpHeader.RETRY_AFTER, RETRY_AFTER_SECONDS);
    return ApiHandler.refuse(
        request,
        response,
        callback,
        429,
        "more than %d requests a second from %s: try again in %d s, or raise listen.api.rate_limit"
            .formatted(perSecond, addressOf(request).getHostAddress(), RETRY_AFTER_SECONDS));
  }

  /// What one address may still ask. Refusals take nothing out of it, so whoever is too fast gets
  /// the rate that they may have, and not nothing.
  static final class Bucket implements DoSHandler.Tracker {
    private final long costNanos;

    /// When it will be full.
    private long fullNanos;

    Bucket(int perSecond, long nowNanos) {
      costNanos = SECOND_NANOS / perSecond;
      fullNanos = nowNanos;
    }

    @Override
    public synchronized boolean onRequest(long nowNanos) {
      long from = fullNanos - nowNanos > 0 ? fullNanos : nowNanos;
      boolean granted = from + costNanos - nowNanos <= BURST_NANOS;
      fullNanos = granted ? from + costNanos : fullNanos;
      return granted;
    }

    /// A full bucket need not be kept.
    @Override
    public synchronized long getExpireNanoTime() {
      return fullNanos + SECOND_NANOS;
    }
  }

  private static InetAddress addressOf(Request request) {
    return Authentication.address(request);
  }
}
