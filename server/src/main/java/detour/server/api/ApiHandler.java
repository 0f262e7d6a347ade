package detour.server.api;

import java.io.EOFException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.pathmap.MatchedResource;
import org.eclipse.jetty.http.pathmap.PathMappings;
import org.eclipse.jetty.http.pathmap.UriTemplatePathSpec;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.URIUtil;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds the route of each request and turns what goes wrong into a problem report. Each request
/// runs on a virtual thread of its own, so routes may wait.
final class ApiHandler extends Handler.Abstract {
  private static final Logger LOG = LoggerFactory.getLogger(ApiHandler.class);

  private final Gate gate;
  private final Authentication authentication;
  private final PathMappings<Map<String, Route>> routes = new PathMappings<>();

  ApiHandler(Gate gate, Authentication authentication, List<Route> routes) {
    this.gate = gate;
    this.authentication = authentication;
    Map<String, Map<String, Route>> byPath = new LinkedHashMap<>();
    for (Route route : routes) {
      byPath.computeIfAbsent(route.path(), path -> new TreeMap<>()).put(route.method(), route);
    }
    byPath.forEach((path, methods) -> this.routes.put(new UriTemplatePathSpec(path), methods));
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    secure(response);
    try {
      answer(request, response);
      callback.succeeded();
    } catch (EOFException e) {
      callback.failed(e);
    } catch (Exception e) {
      if (response.isCommitted()) {
        LOG.debug("a response was cut off", e);
        callback.failed(e);
      } else {
        problem(request, response, problemOf(request, e));
        callback.succeeded();
      }
    }
    return true;
  }

  private void answer(Request request, Response response) throws Exception {
    Gate.Refusal refusal = gate.refusal(request);
    if (refusal != null) {
      problem(request, response, problem(refusal.status(), refusal.detail(), refusal.field()));
      return;
    }
    String path = request.getHttpURI().getDecodedPath();
    MatchedResource<Map<String, Route>> matched = path == null ? null : routes.getMatched(path);
    if (matched == null) {
      problem(
          request, response, problem(404, "nothing is at " + path + ": GET / lists routes", null));
      return;
    }
    String method = request.getMethod().equals("HEAD") ? "GET" : request.getMethod();
    Route route = matched.getResource().get(method);
    if (route == null) {
      String allowed = String.join(", ", matched.getResource().keySet());
      response.getHeaders().put("Allow", allowed);
      problem(request, response, problem(405, path + " takes " + allowed, null));
      return;
    }
    Caller caller = authentication.admit(request, response, route.role());
    route
        .action()
        .answer(
            new Exchange(
                request,
                response,
                segments(matched, path),
                caller,
                () -> authentication.admits(request, route.role())));
  }

  private static Map<String, String> segments(
      MatchedResource<Map<String, Route>> matched, String path) {
    return matched.getPathSpec() instanceof UriTemplatePathSpec template
        ? template.getPathParams(path).entrySet().stream()
            .collect(
                Collectors.toMap(Map.Entry::getKey, entry -> URIUtil.decodePath(entry.getValue())))
        : Map.of();
  }

  private static ProblemReport problemOf(Request request, Exception e) {
    return switch (e) {
      case BadRequest bad -> problem(400, bad.detail(), bad.field());
      case Exchange.TooLarge large -> problem(413, String.valueOf(large.getMessage()), null);
      case Refused refused ->
          problem(refused.status(), String.valueOf(refused.getMessage()), refused.field());
      case InterruptedException stopping -> problem(503, "the server is stopping", null);
      default -> {
        LOG.error("{} {} failed", request.getMethod(), request.getHttpURI().getPath(), e);
        yield problem(500, "the server failed on this request; its log says more", null);
      }
    };
  }

  private static ProblemReport problem(int status, String detail, @Nullable String field) {
    return new ProblemReport(HttpStatus.getMessage(status), status, detail, field);
  }

  /// Answers with a problem before any route was looked for.
  static boolean refuse(
      Request request, Response response, Callback callback, int status, String detail) {
    secure(response);
    try {
      problem(request, response, problem(status, detail, null));
      callback.succeeded();
    } catch (IOException e) {
      callback.failed(e);
    }
    return true;
  }

  private static void problem(Request request, Response response, ProblemReport problem)
      throws IOException {
    new Exchange(request, response, Map.of(), null, () -> true).problem(problem);
  }

  /// What the API sends is for programs: no browser shall guess, frame or keep it.
  private static void secure(Response response) {
    response.getHeaders().put("X-Content-Type-Options", "nosniff");
    response.getHeaders().put("Cache-Control", "no-store");
    response
        .getHeaders()
        .put("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
  }
}
