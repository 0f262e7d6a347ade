package detour.server.api;

import static detour.server.access.Role.CONFIGURE;
import static detour.server.access.Role.OPERATE;
import static detour.server.access.Role.READ;

import detour.server.access.Failures;
import detour.server.access.Guesses;
import detour.server.api.Route.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Everything the API can be asked.
final class Routes {
  private static final String AUTHOR = "Whom the caller calls itself, for the history.";
  private static final String WHY = "Why, for the history.";
  private static final String TARGET = "service/pool or service/pool/endpoint";
  private static final String FORCE =
      "Overrules the safety rules that speak against it; that is recorded.";
  private static final String IF_MATCH =
      "The ETag of the service as the caller saw it: refused with 412 when it is decided otherwise"
          + " by then.";

  private static final String STARTING = "The server is starting: nothing is decided yet.";
  private static final String NO_SERVICE = "No service has this name.";
  private static final String NOTHING_OF_IT =
      "No service has this name, and nothing is recorded of one.";
  private static final String UNCONFIRMED =
      "The change was not confirmed in time and may yet happen: look before you repeat it.";
  private static final String NOT_DONE = "The server does not do that, and says why.";
  private static final String OTHERWISE = "The service is decided otherwise than If-Match says.";
  private static final String ALONE = "This node is in no cluster.";
  private static final String STORE = "The cluster's store could not be asked, and why.";

  private Routes() {}

  static List<Route> of(ApiBackend backend) {
    List<Route> routes = new ArrayList<>();
    routes.addAll(reading(new Reading(backend), new Following(backend.events())));
    routes.addAll(changing(new Changing(backend)));
    routes.addAll(configuring(new Configuring(backend)));
    routes.add(posting(new Posting(backend.posts(), guesses(), backend.counts())));
    routes.addAll(open(new Reading(backend)));
    routes.addAll(dashboard(new Overview(backend), new Trends(backend)));
    routes.add(
        Route.of(
            "GET",
            "/",
            null,
            "this list; for a browser, the dashboard",
            exchange -> root(exchange, routes)));
    return routes;
  }

  /// The files need no role: a page that asks for the token must come without one.
  private static List<Route> dashboard(Overview overview, Trends trends) {
    return List.of(
        Route.of("GET", "/api/v1/overview", READ, "every service in a line", overview::overview)
            .query("names", Kind.TEXT, "Only these services: at most 200, with commas between.")
            .replies(OverviewReport.class)
            .refuses(503, STARTING),
        Route.of(
                "GET",
                "/api/v1/services/{name}/trends",
                READ,
                "what the probes of each vantage found over the last hour",
                trends::trends)
            .replies(TrendReport.class)
            .refuses(404, NO_SERVICE)
            .refuses(503, STARTING),
        Route.of("GET", "/assets/{file}", null, "a file of the dashboard", Page::asset)
            .replies("application/octet-stream")
            .refuses(404, "The dashboard has no such file."));
  }

  private static void root(Exchange exchange, List<Route> routes) throws IOException {
    exchange.responseHeader("Vary", "Accept");
    if (Page.isWanted(exchange)) {
      Page.index(exchange);
    } else {
      exchange.text(200, page(routes));
    }
  }

  private static Guesses guesses() {
    return new Guesses(new Failures(System::nanoTime));
  }

  private static List<Route> reading(Reading read, Following follow) {
    return List.of(
        Route.of("GET", "/api/v1/status", READ, "everything that is decided", read::status)
            .replies(StatusReport.class)
            .refuses(503, STARTING),
        Route.of("GET", "/api/v1/cluster", READ, "every node of the cluster", read::cluster)
            .replies(ClusterReport.class)
            .refuses(404, ALONE)
            .refuses(503, STARTING),
        Route.of("GET", "/api/v1/services/{name}", READ, "one service", read::service)
            .replies(ServiceReport.class)
            .refuses(404, NO_SERVICE)
            .refuses(503, STARTING),
        Route.of(
                "GET",
                "/api/v1/services/{name}/convergence",
                READ,
                "who may still hold an old answer of it",
                read::convergence)
            .replies(ConvergenceReport.class)
            .refuses(404, NO_SERVICE)
            .refuses(503, STARTING),
        Route.of("GET", "/api/v1/explain", READ, "why a question is answered so", read::explain)
            .neededQuery("name", Kind.TEXT, "The name that is asked for.")
            .query("type", Kind.TEXT, "The type of record; A unless given.")
            .query("client", Kind.TEXT, "The address of the client that asks.")
            .replies(ExplanationReport.class)
            .refuses(503, STARTING),
        Route.of("GET", "/api/v1/history", READ, "what happened, newest first", read::history)
            .query("service", Kind.TEXT, "Only what is about this service.")
            .query("before", Kind.NUMBER, "Only events with a smaller id: next_before of a page.")
            .query("limit", Kind.NUMBER, "How many at most: 1 to 1000; 50 unless given.")
            .replies(HistoryReport.class)
            .refuses(404, NOTHING_OF_IT)
            .refuses(503, STARTING),
        Route.of("GET", "/api/v1/drills", READ, "what came of drills", read::drills)
            .neededQuery("service", Kind.TEXT, "The service whose drills are meant.")
            .replies(DrillsReport.class)
            .refuses(404, NOTHING_OF_IT)
            .refuses(503, STARTING),
        Route.of("GET", "/api/v1/overrides", READ, "what operators said", read::overrides)
            .replies(OverridesReport.class)
            .refuses(503, STARTING),
        Route.of("GET", "/api/v1/events", READ, "what happens, as it happens", follow::events)
            .header("Last-Event-ID", "The id of the last event seen: what was missed comes first.")
            .replies("text/event-stream")
            .refuses(503, "As many as may follow already do."),
        Route.of("GET", "/metrics", READ, "metrics for Prometheus", read::metrics)
            .replies("text/plain"));
  }

  private static List<Route> changing(Changing change) {
    return List.of(
        ofService("POST", "/api/v1/overrides", "sets an override", change::setOverride)
            .neededField("target", Kind.TEXT, TARGET)
            .choice("state", true, List.of("up", "down", "drain"), "What it shall count as.")
            .neededField("reason", Kind.TEXT, "Why; one line of at most 500 characters.")
            .field("start", Kind.TEXT, "From when on, as 2030-01-31T22:00:00Z; now unless given.")
            .field("for", Kind.TEXT, "How long, as 90s, 30m, 2h or 1d; until cleared unless given.")
            .choice("purpose", false, List.of("order", "drill", "maintenance"), "What it is.")
            .field("force", Kind.FLAG, FORCE),
        ofService("DELETE", "/api/v1/overrides", "clears one", change::clearOverride)
            .neededQuery("target", Kind.TEXT, TARGET)
            .query("reason", Kind.TEXT, WHY)
            .query("force", Kind.FLAG, FORCE),
        ofService(
                "POST",
                "/api/v1/overrides/approve",
                "approves what somebody else asked for",
                change::approveOverride)
            .neededField("target", Kind.TEXT, TARGET)
            .field("force", Kind.FLAG, FORCE),
        ofService(
                "POST",
                "/api/v1/overrides/end",
                "ends a drill or a maintenance, or calls it off",
                change::endOverride)
            .neededField("target", Kind.TEXT, TARGET),
        ofService("POST", "/api/v1/failback", "approves a failback", change::failback)
            .neededField("service", Kind.TEXT, "The service whose failback waits.")
            .field("reason", Kind.TEXT, WHY),
        Route.of("POST", "/api/v1/reload", CONFIGURE, "reads the configuration", change::reload)
            .header("Detour-Author", AUTHOR)
            .field("reason", Kind.TEXT, WHY)
            .replies(ChangeReport.class)
            .refuses(409, NOT_DONE)
            .refuses(503, UNCONFIRMED));
  }

  /// A change of one service, which an operator may want carried out only while it is decided as
  /// they saw it.
  private static Route ofService(String method, String path, String summary, Route.Action action) {
    return Route.of(method, path, OPERATE, summary, action)
        .header("Detour-Author", AUTHOR)
        .header("If-Match", IF_MATCH)
        .replies(ChangeReport.class)
        .refuses(409, NOT_DONE)
        .refuses(412, OTHERWISE)
        .refuses(503, UNCONFIRMED);
  }

  private static List<Route> configuring(Configuring configure) {
    return List.of(
        Route.of("GET", "/api/v1/config", READ, "the cluster's configuration", configure::revision)
            .query("revision", Kind.NUMBER, "Which; the current one unless given.")
            .replies(RevisionReport.class)
            .refuses(404, "This node is in no cluster, or there is no such revision.")
            .refuses(409, STORE),
        Route.of("GET", "/api/v1/config/history", READ, "its revisions", configure::history)
            .replies(RevisionsReport.class)
            .refuses(404, ALONE)
            .refuses(409, STORE),
        Route.of("POST", "/api/v1/config", CONFIGURE, "makes one the current", configure::push)
            .header("Detour-Author", AUTHOR)
            .neededField("name", Kind.TEXT, "The name of its file, for messages.")
            .neededField("document", Kind.TEXT, "Its text.")
            .field("files", Kind.TEXTS, "The texts of the zone files that it names, by path.")
            .neededField("comment", Kind.TEXT, "Why; one line of at most 500 characters.")
            .field("expected", Kind.NUMBER, "Refused unless this revision is current.")
            .field("dry_run", Kind.FLAG, "Only validate it.")
            .replies(PushReport.class)
            .refuses(404, ALONE)
            .refuses(409, NOT_DONE),
        Route.of(
                "POST",
                "/api/v1/config/rollback",
                CONFIGURE,
                "makes an earlier one the current anew",
                configure::rollBack)
            .header("Detour-Author", AUTHOR)
            .neededField("revision", Kind.TEXT, "Which, as a number.")
            .neededField("comment", Kind.TEXT, "Why; one line of at most 500 characters.")
            .replies(PushReport.class)
            .refuses(404, ALONE)
            .refuses(409, NOT_DONE));
  }

  /// Needs no role: the token of a check is what counts there.
  private static Route posting(Posting post) {
    return Route.of(
            "PUT",
            "/api/v1/push/{name}",
            null,
            "the state that a push check looks at, with the check's token",
            post::put)
        .choice("state", false, List.of("up", "degraded", "down"), "up unless given.")
        .field("detail", Kind.TEXT, "What the status shows of it.")
        .field("ttl", Kind.TEXT, "How long it counts, as 90s; as the check says unless given.")
        .field("endpoint", Kind.TEXT, "Only of this destination; all of the check unless given.")
        .replies(ChangeReport.class)
        .refuses(404, "The check is of no such endpoint.");
  }

  private static List<Route> open(Reading read) {
    return List.of(
        Route.of("GET", "/healthz", null, "200 while the process lives", read::healthz),
        Route.of("GET", "/readyz", null, "200 while queries are answered", read::readyz)
            .refuses(503, "It is not ready, and why, as plain text."),
        Route.of("GET", "/api/v1/openapi.json", null, "these routes as OpenAPI 3.1", read::openApi)
            .replies("application/json"));
  }

  private static String page(List<Route> routes) {
    StringBuilder page = new StringBuilder("Detour's API\n\n");
    for (Route route : routes) {
      page.append(
          "%-7s%-32s%-10s%s\n"
              .formatted(
                  route.method(),
                  route.path(),
                  route.role() == null ? "" : route.role().word(),
                  route.summary()));
    }
    return page.append(
            """

            The third column is the role that a token needs: Authorization: Bearer TOKEN.
            What each takes and gives: GET /api/v1/openapi.json
            Changes need Content-Type: application/json; the header Detour-Author says who.
            """)
        .toString();
  }
}
