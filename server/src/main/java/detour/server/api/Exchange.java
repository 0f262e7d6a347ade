package detour.server.api;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Fields;
import org.jspecify.annotations.Nullable;

/// One request and its response, as the routes see them.
final class Exchange {
  private static final int BODY_LIMIT_BYTES = 64 * 1024;
  private static final int AUTHOR_LIMIT = 64;

  /// What fits a packet or two is not worth the work.
  private static final int COMPRESSED_FROM_BYTES = 4 * 1024;

  private final Request request;
  private final Response response;
  private final Map<String, String> pathParameters;
  private final @Nullable Caller caller;
  private final BooleanSupplier admitted;
  private @Nullable Fields decodedQuery;

  /// @param caller null where nobody is asked who they are, as for a problem report
  /// @param admitted whether they would be let in at the moment it is asked
  Exchange(
      Request request,
      Response response,
      Map<String, String> pathParameters,
      @Nullable Caller caller,
      BooleanSupplier admitted) {
    this.request = request;
    this.response = response;
    this.pathParameters = pathParameters;
    this.caller = caller;
    this.admitted = admitted;
  }

  /// A segment of the path that the route names.
  String segment(String name) {
    String value = pathParameters.get(name);
    if (value == null) {
      throw new IllegalStateException("the route has no {" + name + "}");
    }
    return value;
  }

  /// A parameter of the query; null when it is missing or empty.
  ///
  /// @throws BadRequest when it was given more than once
  @Nullable String parameter(String name) {
    List<String> values = query().getValuesOrEmpty(name);
    if (values.size() > 1) {
      throw new BadRequest(name, "given " + values.size() + " times: expected once");
    }
    return values.isEmpty() || values.getFirst().isBlank() ? null : values.getFirst().strip();
  }

  /// @throws BadRequest when it is missing
  String required(String name) {
    String value = parameter(name);
    if (value == null) {
      throw new BadRequest(name, "missing: the address needs ?" + name + "=...");
    }
    return value;
  }

  /// @throws BadRequest when any parameter has another name
  void allowOnly(String... names) {
    for (String given : query().getNames()) {
      if (!List.of(names).contains(given)) {
        throw new BadRequest(
            given,
            "unknown parameter: expected "
                + (names.length == 0 ? "none" : String.join(", ", names)));
      }
    }
  }

  /// Decoded when a route asks for it: a problem report is sent without.
  private Fields query() {
    Fields query = decodedQuery;
    if (query == null) {
      try {
        query = Request.extractQueryParameters(request);
      } catch (RuntimeException e) {
        throw new BadRequest(null, "the query part of the address cannot be decoded");
      }
      decodedQuery = query;
    }
    return query;
  }

  /// A header's value; null when it is missing.
  @Nullable String header(String name) {
    return request.getHeaders().get(name);
  }

  /// Whether the caller would still be let in: to be asked again and again by what takes long.
  boolean stillAdmitted() {
    return admitted.getAsBoolean();
  }

  /// The caller's address.
  InetAddress from() {
    if (caller == null) {
      throw new IllegalStateException("a route of which nobody asked who calls");
    }
    return caller.from();
  }

  /// Who asks for a change, for the history: the name of the token and the address, after whom the
  /// header Detour-Author names.
  ///
  /// @throws BadRequest when the header is too long or not printable
  String author() {
    if (caller == null) {
      throw new IllegalStateException("a change of which nobody asked who makes it");
    }
    String author = header("Detour-Author");
    if (author == null || author.isBlank()) {
      return caller.author(null);
    }
    if (author.length() > AUTHOR_LIMIT || author.chars().anyMatch(Character::isISOControl)) {
      throw new BadRequest(
          "Detour-Author", "expected at most " + AUTHOR_LIMIT + " printable characters");
    }
    return caller.author(author.strip());
  }

  /// The body.
  ///
  /// @throws TooLarge when it is over 64 KiB
  byte[] body() throws IOException {
    return body(BODY_LIMIT_BYTES);
  }

  /// The body of a route that takes long ones.
  ///
  /// @throws TooLarge when it is over the limit
  byte[] body(int limitBytes) throws IOException {
    try (InputStream in = Content.Source.asInputStream(request)) {
      byte[] body = in.readNBytes(limitBytes + 1);
      if (body.length > limitBytes) {
        throw new TooLarge(limitBytes);
      }
      return body;
    }
  }

  /// A body over the limit; answered with 413.
  static final class TooLarge extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TooLarge(int limitBytes) {
      super("the body is over " + limitBytes + " bytes", null, false, false);
    }
  }

  void json(int status, Object report) throws IOException {
    send(status, "application/json", Json.bytes(report));
  }

  void problem(ProblemReport problem) throws IOException {
    send(problem.status(), "application/problem+json", Json.bytes(problem));
  }

  void text(int status, String text) throws IOException {
    send(status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
  }

  void send(int status, String contentType, byte[] body) throws IOException {
    response.setStatus(status);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, contentType);
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
    try (OutputStream out = Content.Sink.asOutputStream(response)) {
      if (!HttpMethod.HEAD.is(request.getMethod())) {
        out.write(body);
      }
    }
  }

  /// Sends what may be long: compressed where the client takes that. Not for what holds a secret,
  /// which the length of compressed text could give away.
  void sendLong(String contentType, byte[] body) throws IOException {
    response.getHeaders().add(HttpHeader.VARY, "Accept-Encoding");
    if (body.length < COMPRESSED_FROM_BYTES || !Compression.isAccepted(header("Accept-Encoding"))) {
      send(200, contentType, body);
      return;
    }
    responseHeader("Content-Encoding", "gzip");
    send(200, contentType, Compression.gzip(body));
  }

  /// Begins a response of unknown length.
  OutputStream stream(int status, String contentType) {
    response.setStatus(status);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, contentType);
    return Content.Sink.asOutputStream(response);
  }

  void responseHeader(String name, String value) {
    response.getHeaders().put(name, value);
  }
}
