package detour.server.api;

/// One thing the API can be asked, as data.
///
/// @param path a path; `{name}` stands for one segment
/// @param summary one line for the page that lists the routes
record Route(String method, String path, String summary, Action action) {

  /// Answers one request.
  @FunctionalInterface
  interface Action {
    void answer(Exchange exchange) throws Exception;
  }
}
