package detour.server.api;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Everything the API can be asked, on one screen.
final class Routes {
  private Routes() {}

  static List<Route> of(ApiBackend backend) {
    Reading read = new Reading(backend);
    Overview overview = new Overview(backend);
    Changing change = new Changing(backend);
    Configuring configure = new Configuring(backend);
    Posting post = new Posting(backend.posts());
    Following follow = new Following(backend.events());
    List<Route> routes = new ArrayList<>();
    routes.addAll(
        List.of(
            new Route("GET", "/api/v1/status", "everything that is decided", read::status),
            new Route("GET", "/api/v1/cluster", "every node of the cluster", read::cluster),
            new Route("GET", "/api/v1/services/{name}", "one service", read::service),
            new Route(
                "GET",
                "/api/v1/services/{name}/trends",
                "what its probes found over the last hour",
                overview::trends),
            new Route(
                "GET", "/api/v1/overview", "every service in a line: ?names=", overview::overview),
            new Route(
                "GET", "/api/v1/explain", "why ?name=&type=&client= is answered so", read::explain),
            new Route(
                "GET", "/api/v1/history", "what happened: ?service=&before=&limit=", read::history),
            new Route(
                "GET", "/api/v1/events", "what happens, as server-sent events", follow::events),
            new Route(
                "POST",
                "/api/v1/overrides",
                "{\"target\", \"state\": up|down|drain, \"reason\", \"for\"}",
                change::setOverride),
            new Route("DELETE", "/api/v1/overrides", "clears ?target=", change::clearOverride),
            new Route("POST", "/api/v1/failback", "approves {\"service\"}", change::failback),
            new Route(
                "POST", "/api/v1/reload", "applies the configuration file anew", change::reload),
            new Route(
                "GET",
                "/api/v1/config",
                "the configuration in the cluster's store: ?revision=",
                configure::revision),
            new Route(
                "GET", "/api/v1/config/history", "its revisions, latest first", configure::history),
            new Route(
                "POST",
                "/api/v1/config",
                "makes {\"name\", \"document\", \"files\": {path: text}, \"comment\"} the current"
                    + " one; with \"expected\": revision, \"dry_run\": true",
                configure::push),
            new Route(
                "POST",
                "/api/v1/config/rollback",
                "makes {\"revision\", \"comment\"} the current one anew",
                configure::rollBack),
            new Route(
                "PUT",
                "/api/v1/push/{name}",
                "the state that a push check looks at: {\"state\": up|degraded|down, \"detail\","
                    + " \"ttl\", \"endpoint\"}, with its token",
                post::put),
            new Route("GET", "/metrics", "metrics for Prometheus", read::metrics),
            new Route("GET", "/healthz", "200 while the process lives", read::healthz),
            new Route("GET", "/readyz", "200 while queries are answered", read::readyz)));
    routes.add(new Route("GET", "/assets/{file}", "a file of the dashboard", Page::asset));
    routes.add(
        new Route(
            "GET",
            "/",
            "this list; for a browser, the dashboard",
            exchange -> root(exchange, routes)));
    return routes;
  }

  private static void root(Exchange exchange, List<Route> routes) throws IOException {
    exchange.responseHeader("Vary", "Accept");
    if (Page.isWanted(exchange)) {
      Page.index(exchange);
    } else {
      exchange.text(200, page(routes));
    }
  }

  private static String page(List<Route> routes) {
    StringBuilder page = new StringBuilder("Detour's API\n\n");
    for (Route route : routes) {
      page.append("%-7s%-32s%s\n".formatted(route.method(), route.path(), route.summary()));
    }
    return page.append(
            "\nChanges need Content-Type: application/json; the header Detour-Author says who.\n")
        .toString();
  }
}
