package detour.server.api;

import detour.server.publish.ClusterState;
import detour.server.publish.Extent;
import detour.server.publish.Journal.HistoryEvent;
import detour.server.publish.PublishedState;
import detour.server.publish.PublishedState.ServiceState;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.eclipse.jetty.util.URIUtil;
import org.jspecify.annotations.Nullable;

/// The routes that change nothing.
final class Reading {
  private static final Pattern TYPE = Pattern.compile("[A-Z][A-Z0-9]{0,15}");
  private static final int HISTORY_LIMIT = 1_000;
  private static final int HISTORY_DEFAULT = 50;
  private static final int NAME_LIMIT = 1_024;

  private final ApiBackend backend;

  Reading(ApiBackend backend) {
    this.backend = backend;
  }

  void status(Exchange exchange) throws IOException {
    exchange.allowOnly();
    exchange.json(200, Reports.status(present(backend, Extent.WHOLE)));
  }

  void cluster(Exchange exchange) throws IOException {
    exchange.allowOnly();
    ClusterState cluster = backend.cluster().get();
    if (cluster == null) {
      throw new Refused(404, "this node is on its own: its configuration has no cluster", null);
    }
    PublishedState state = present(backend, Extent.WITHOUT_SERVICES);
    exchange.json(200, ClusterReports.of(cluster, state.node(), state.at()));
  }

  void service(Exchange exchange) throws IOException {
    exchange.allowOnly();
    String name = folded(exchange.segment("name"));
    PublishedState state = present(backend, Extent.of(name));
    ServiceState service = required(state, name);
    exchange.responseHeader("ETag", EntityTags.of(service.version()));
    exchange.json(200, Reports.service(service, state));
  }

  void convergence(Exchange exchange) throws IOException {
    exchange.allowOnly();
    String name = folded(exchange.segment("name"));
    PublishedState state = present(backend, Extent.of(name));
    ServiceState service = required(state, name);
    exchange.json(200, ConvergenceReports.of(service, state, backend.resolvers()));
  }

  void explain(Exchange exchange) throws IOException {
    exchange.allowOnly("name", "type", "client");
    String name = exchange.required("name");
    if (name.length() > NAME_LIMIT) {
      throw new BadRequest("name", "too long to be a domain name");
    }
    String type = typeOf(exchange.parameter("type"));
    InetAddress client = addressOf(exchange.parameter("client"));
    ExplanationReport.Answer answer = backend.explainer().explain(name, type, client);
    String service = answer.service();
    PublishedState state =
        present(backend, service == null ? Extent.WITHOUT_SERVICES : Extent.of(service));
    exchange.json(
        200,
        new ExplanationReport(
            state.node(),
            state.at(),
            new ExplanationReport.Question(
                name, type, client == null ? null : client.getHostAddress()),
            answer,
            service == null ? null : serviceOf(state, service)));
  }

  void history(Exchange exchange) throws IOException {
    exchange.allowOnly("service", "before", "limit");
    String service = exchange.parameter("service");
    long before = numberOf(exchange, "before", Long.MAX_VALUE, Long.MAX_VALUE);
    int limit = (int) numberOf(exchange, "limit", HISTORY_DEFAULT, HISTORY_LIMIT);
    List<HistoryEvent> events =
        backend.journal().history(service == null ? null : folded(service), before, limit);
    if (service != null && before == Long.MAX_VALUE) {
      requireKnown(service, events);
    }
    Long next = events.size() < limit ? null : (Long) events.getLast().id();
    if (next != null) {
      String only = service == null ? "" : "&service=" + URIUtil.encodePath(folded(service));
      // RFC 8288 section 3: the rest for clients that follow links.
      exchange.responseHeader(
          "Link",
          "</api/v1/history?before=%d&limit=%d%s>; rel=\"next\"".formatted(next, limit, only));
    }
    exchange.json(200, new HistoryReport(events.stream().map(Reports::event).toList(), next));
  }

  void overrides(Exchange exchange) throws IOException {
    exchange.allowOnly();
    exchange.json(200, Reports.overrides(present(backend, Extent.WITHOUT_SERVICES)));
  }

  void drills(Exchange exchange) throws IOException {
    exchange.allowOnly("service");
    String service = exchange.required("service");
    List<HistoryEvent> events =
        backend.journal().history(folded(service), Long.MAX_VALUE, HISTORY_LIMIT);
    requireKnown(service, events);
    exchange.json(200, Drills.of(events.stream().map(Reports::event).toList()));
  }

  private void requireKnown(String service, List<HistoryEvent> events) {
    if (events.isEmpty() && !isKnown(folded(service))) {
      throw new Refused(
          404, "no service is named '" + service + "', and nothing is recorded of one", "service");
    }
  }

  private boolean isKnown(String service) {
    return stateOf(present(backend, Extent.of(service)), service) != null;
  }

  void metrics(Exchange exchange) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream(16 * 1024);
    String contentType = backend.metrics().write(out, exchange.header("Accept"));
    exchange.send(200, contentType, out.toByteArray());
  }

  void healthz(Exchange exchange) throws IOException {
    exchange.text(200, "alive\n");
  }

  void readyz(Exchange exchange) throws IOException {
    String reason = backend.notReady().get();
    if (reason == null) {
      exchange.text(200, "ready\n");
    } else {
      exchange.text(503, "not ready: " + reason + "\n");
    }
  }

  /// The document is made from the routes when they change, and a test sees to that.
  void openApi(Exchange exchange) throws IOException {
    exchange.allowOnly();
    try (InputStream document = Reading.class.getResourceAsStream("openapi.json")) {
      if (document == null) {
        throw new IllegalStateException("openapi.json is not packaged");
      }
      exchange.send(200, "application/json", document.readAllBytes());
    }
  }

  /// @throws Refused with 503 before the first decision
  static PublishedState present(ApiBackend backend, Extent extent) {
    PublishedState state = backend.state().apply(extent);
    if (state == null) {
      throw new Refused(503, "the server is starting: nothing is decided yet", null);
    }
    return state;
  }

  static @Nullable ServiceReport serviceOf(PublishedState state, String name) {
    ServiceState service = stateOf(state, name);
    return service == null ? null : Reports.service(service, state);
  }

  /// @throws Refused with 404 when no service has this name
  static ServiceState required(PublishedState state, String name) {
    ServiceState service = stateOf(state, name);
    if (service == null) {
      throw new Refused(404, "no service is named '" + name + "'", "name");
    }
    return service;
  }

  private static @Nullable ServiceState stateOf(PublishedState state, String name) {
    String folded = folded(name);
    for (ServiceState service : state.services()) {
      if (service.name().equals(folded)) {
        return service;
      }
    }
    return null;
  }

  /// Services are named in lower case without the final dot; people write both.
  static String folded(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
  }

  private static String typeOf(@Nullable String text) {
    String type = text == null ? "A" : text.toUpperCase(Locale.ROOT);
    if (!TYPE.matcher(type).matches()) {
      throw new BadRequest("type", "'" + text + "' is no type: expected one as A, AAAA or TYPE65");
    }
    return type;
  }

  private static @Nullable InetAddress addressOf(@Nullable String text) {
    if (text == null) {
      return null;
    }
    try {
      return InetAddress.ofLiteral(text);
    } catch (IllegalArgumentException e) {
      throw new BadRequest("client", "'" + text + "' is no IPv4 or IPv6 address");
    }
  }

  private static long numberOf(Exchange exchange, String name, long absent, long most) {
    String text = exchange.parameter(name);
    if (text == null) {
      return absent;
    }
    try {
      long number = Long.parseLong(text);
      if (number >= 1 && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Falls through to the message for both mistakes.
    }
    throw new BadRequest(
        name,
        "'%s': expected a whole number %s"
            .formatted(text, most == Long.MAX_VALUE ? "from 1" : "from 1 to " + most));
  }
}
