package detour.server.api;

import detour.server.access.Role;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One thing the API can be asked, as data: what is served, what the page of routes shows and what
/// the OpenAPI document says are all made from it.
///
/// @param path a path; `{name}` stands for one segment
/// @param role what a caller must be allowed; null where everybody may ask
/// @param summary one line for people
/// @param parameters of the query, and headers with a meaning of their own here
/// @param fields of the JSON object that is sent; empty for no body
/// @param reply what a success is
/// @param refusals what can be wrong with this one in particular; what each may meet is not
///   repeated
record Route(
    String method,
    String path,
    @Nullable Role role,
    String summary,
    List<Parameter> parameters,
    List<Parameter> fields,
    Reply reply,
    List<Refusal> refusals,
    Action action) {
  Route {
    parameters = List.copyOf(parameters);
    fields = List.copyOf(fields);
    refusals = List.copyOf(refusals);
  }

  static Route of(String method, String path, @Nullable Role role, String summary, Action action) {
    return new Route(
        method,
        path,
        role,
        summary,
        List.of(),
        List.of(),
        new Reply("text/plain", null),
        List.of(),
        action);
  }

  Route query(String name, Kind kind, String description) {
    return withParameter(new Parameter(name, Place.QUERY, kind, false, List.of(), description));
  }

  Route neededQuery(String name, Kind kind, String description) {
    return withParameter(new Parameter(name, Place.QUERY, kind, true, List.of(), description));
  }

  Route header(String name, String description) {
    return withParameter(
        new Parameter(name, Place.HEADER, Kind.TEXT, false, List.of(), description));
  }

  Route field(String name, Kind kind, String description) {
    return withField(new Parameter(name, Place.BODY, kind, false, List.of(), description));
  }

  Route neededField(String name, Kind kind, String description) {
    return withField(new Parameter(name, Place.BODY, kind, true, List.of(), description));
  }

  /// A field that is one of these words.
  Route choice(String name, boolean needed, List<String> words, String description) {
    return withField(new Parameter(name, Place.BODY, Kind.TEXT, needed, words, description));
  }

  /// A success is JSON of this record.
  Route replies(Class<? extends Record> report) {
    return with(new Reply("application/json", report));
  }

  Route replies(String mediaType) {
    return with(new Reply(mediaType, null));
  }

  /// It may be refused with this status.
  ///
  /// @param when what is the matter then
  Route refuses(int status, String when) {
    return new Route(
        method,
        path,
        role,
        summary,
        parameters,
        fields,
        reply,
        plus(refusals, new Refusal(status, when)),
        action);
  }

  /// Where a parameter stands.
  enum Place {
    QUERY,
    HEADER,
    BODY
  }

  /// What a parameter's value is.
  enum Kind {
    TEXT,
    NUMBER,
    FLAG,
    /// Texts by name.
    TEXTS
  }

  /// What a caller may or must say.
  ///
  /// @param words all that it may be; empty for anything of its kind
  record Parameter(
      String name, Place place, Kind kind, boolean needed, List<String> words, String description) {
    Parameter {
      words = List.copyOf(words);
    }
  }

  /// What a success is.
  ///
  /// @param report the record that the JSON is of; null for what is no JSON of a record
  record Reply(String mediaType, @Nullable Class<? extends Record> report) {}

  /// A status that is no success, and what is the matter then.
  record Refusal(int status, String when) {}

  /// Answers one request.
  @FunctionalInterface
  interface Action {
    void answer(Exchange exchange) throws Exception;
  }

  private Route withParameter(Parameter parameter) {
    return with(plus(parameters, parameter), fields, reply);
  }

  private Route withField(Parameter field) {
    return with(parameters, plus(fields, field), reply);
  }

  private Route with(Reply newReply) {
    return with(parameters, fields, newReply);
  }

  private Route with(List<Parameter> newParameters, List<Parameter> newFields, Reply newReply) {
    return new Route(
        method, path, role, summary, newParameters, newFields, newReply, refusals, action);
  }

  private static <T> List<T> plus(List<T> all, T one) {
    List<T> more = new ArrayList<>(all);
    more.add(one);
    return more;
  }
}
