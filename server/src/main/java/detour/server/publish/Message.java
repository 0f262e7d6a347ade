package detour.server.publish;

import detour.failover.model.ProbeTarget;
import detour.failover.opinion.Observation;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// What is in the inbox of the publish thread.
sealed interface Message {
  record Observed(ProbeTarget target, Observation observation) implements Message {}

  record ObservedMany(List<Inbox.Observed> results) implements Message {}

  record Resolved(String hostName, List<InetAddress> addresses) implements Message {}

  record Ask(Command command, CompletableFuture<Void> done) implements Message {}

  record Replace(
      LoadedConfiguration loaded, Command.Reconfigure order, CompletableFuture<Void> done)
      implements Message {}

  record Refused(
      ConfigurationRefused refused, Command.Reconfigure order, CompletableFuture<Void> done)
      implements Message {}

  record Heard(Peers.Change change) implements Message {}

  record AgreedOn(Agreed agreed) implements Message {}

  /// What became of an override that the other nodes were asked for.
  ///
  /// @param failure null when they agreed
  record Proposed(
      OperatorCommands.Proposal proposal,
      @Nullable Throwable failure,
      OperatorRequests.Request request)
      implements Message {}

  record Answered(Latches.Answer answer) implements Message {}

  record Fenced(Fences.Ended ended) implements Message {}

  /// Changes with overrides among them, which the disk did not take.
  record NotSaved(List<Journal.Change> changes) implements Message {}

  record Stop() implements Message {}

  /// Who waits for the outcome; null for nobody.
  default @Nullable CompletableFuture<Void> done() {
    return switch (this) {
      case Ask(var _, var done) -> done;
      case Replace(var _, var _, var done) -> done;
      case Refused(var _, var _, var done) -> done;
      case Proposed(var _, var _, var request) -> request.done();
      case Observed _,
          ObservedMany _,
          Resolved _,
          Heard _,
          AgreedOn _,
          Answered _,
          Fenced _,
          NotSaved _,
          Stop _ ->
          null;
    };
  }
}
