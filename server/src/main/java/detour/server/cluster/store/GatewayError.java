package detour.server.cluster.store;

import detour.server.cluster.store.StoreFailure.Reason;
import tools.jackson.databind.JsonNode;

/// What etcd said instead of doing what it was asked to.
///
/// @param code of gRPC, https://grpc.io/docs/guides/status-codes/
/// @param message etcd's own words
record GatewayError(int code, String message) {
  private static final int INVALID_ARGUMENT = 3;
  private static final int NOT_FOUND = 5;
  private static final int PERMISSION_DENIED = 7;
  private static final int RESOURCE_EXHAUSTED = 8;
  private static final int FAILED_PRECONDITION = 9;
  private static final int OUT_OF_RANGE = 11;
  private static final int UNAUTHENTICATED = 16;
  private static final int UNKNOWN = 2;

  /// The two shapes are of an answer, and of an error within a stream.
  static GatewayError of(JsonNode answer) {
    JsonNode error = answer.path("error");
    JsonNode told = error.isObject() ? error : answer;
    int code = told.path("grpc_code").intValue(told.path("code").intValue(UNKNOWN));
    String message = told.path("message").stringValue(error.stringValue(""));
    return new GatewayError(code, GatewayMessages.quoted(message));
  }

  static GatewayError permissionDenied(String message) {
    return new GatewayError(PERMISSION_DENIED, GatewayMessages.quoted(message));
  }

  /// What callers have to know of it. Whatever etcd may say that is not known here is taken for a
  /// failure that another endpoint, or a later time, may not have.
  Reason reason() {
    return switch (code) {
      case NOT_FOUND -> leaseIsGone() ? Reason.LEASE_GONE : Reason.FORBIDDEN;
      case RESOURCE_EXHAUSTED -> says("space exceeded") ? Reason.FULL : Reason.OVERLOADED;
      case OUT_OF_RANGE -> says("compacted") ? Reason.COMPACTED : Reason.UNINTELLIGIBLE;
      case INVALID_ARGUMENT, PERMISSION_DENIED, FAILED_PRECONDITION, UNAUTHENTICATED ->
          Reason.FORBIDDEN;
      default -> Reason.UNREACHABLE;
    };
  }

  /// Whether it is certain that nothing was done: etcd looked at the request and said no.
  boolean nothingDone() {
    return reason() != Reason.UNREACHABLE;
  }

  /// Whether the same request may fare better elsewhere or later.
  boolean mayPass() {
    return reason() == Reason.UNREACHABLE || (reason() == Reason.OVERLOADED && !answerTooLarge());
  }

  /// Whether a new token may help: it ran out, its member was restarted, or users were changed.
  boolean wantsNewToken() {
    return code == UNAUTHENTICATED
        || says("invalid auth token")
        || says("auth store is old")
        || says("user name is empty");
  }

  boolean leaseIsGone() {
    return code == NOT_FOUND && says("lease not found");
  }

  boolean leaseExists() {
    return code == FAILED_PRECONDITION && says("lease already exists");
  }

  boolean authenticationIsOff() {
    return code == FAILED_PRECONDITION && says("authentication is not enabled");
  }

  /// The gateway's own limit for what it may hand on, of versions that have one.
  boolean answerTooLarge() {
    return code == RESOURCE_EXHAUSTED && says("larger than max");
  }

  private boolean says(String words) {
    return message.contains(words);
  }

  /// What an operator can do about it, as the end of a sentence.
  String advice() {
    if (says("user name is empty")) {
      return "etcd asks for a user: give one with its password file";
    }
    if (says("authentication failed")) {
      return "check the user and the password file";
    }
    return switch (reason()) {
      case FULL -> "compact and defragment etcd, or raise its quota, then disarm its alarm";
      case FORBIDDEN -> "check what the user may do, and etcd's own log";
      case COMPACTED, LEASE_GONE -> "it is dealt with by itself";
      case OVERLOADED -> "look at etcd's load";
      default -> "look at 'etcdctl endpoint status --cluster' and at etcd's log";
    };
  }
}
