package detour.server.publish;

import detour.server.publish.OperatorCommands.Proposal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/// What operators ask for, from the question to the promise that it is done. Publish thread only.
///
/// In a cluster a change that safety rules had a say in is made only if no other was made of which
/// they had not heard. One that was overtaken so is asked for anew once the other is known here:
/// whoever asked learns what the rules say of it now.
final class OperatorRequests {
  /// How often a change is asked for anew.
  private static final int TRIES = 3;

  /// For how long the change that came before is waited for: a watch that tells nothing is found
  /// silent sooner.
  private static final long PATIENCE_NANOS = 4_000_000_000L;

  private final Time time;
  private final Decisions decisions;
  private final OperatorCommands commands;
  private final Agreement agreement;
  private final Saving saving;
  private final Consumer<Message> told;
  private final Runnable settleAll;
  private final List<Overtaken> overtaken = new ArrayList<>();

  /// A command and who waits for it.
  ///
  /// @param heardRevision up to which it was known what was said when it was asked for
  record Request(
      Command command, CompletableFuture<Void> done, int triesLeft, long heardRevision) {}

  private record Overtaken(Request request, Throwable why, long untilNanos) {}

  /// @param told given, on any thread, what became of a change that others were asked for; to be
  ///   handed to [#proposed]
  /// @param settleAll decides all that was said before, and has it answered
  OperatorRequests(
      Time time,
      Decisions decisions,
      OperatorCommands commands,
      Agreement agreement,
      Saving saving,
      Consumer<Message> told,
      Runnable settleAll) {
    this.time = time;
    this.decisions = decisions;
    this.commands = commands;
    this.agreement = agreement;
    this.saving = saving;
    this.told = told;
    this.settleAll = settleAll;
  }

  void ask(Command command, CompletableFuture<Void> done) {
    ask(command, done, TRIES);
  }

  private void ask(Command command, CompletableFuture<Void> done, int triesLeft) {
    Request request = new Request(command, done, triesLeft, agreement.overridesRevision());
    try {
      carryOut(command, request);
    } catch (CommandRefused e) {
      done.completeExceptionally(e);
    }
  }

  private void carryOut(Command command, Request request) {
    switch (command) {
      case Command.SetOverride set -> propose(commands.propose(set), request);
      case Command.ClearOverride clear -> propose(commands.propose(clear), request);
      case Command.EndOverride end -> propose(commands.propose(end), request);
      case Command.ApproveOverride approve -> propose(commands.propose(approve), request);
      case Command.ApproveFailback approve -> {
        commands.approveFailback(approve);
        agreement.approvals().add(approve.service(), request.done());
      }
      case Command.Conditional conditional -> unlessDecided(conditional, request);
      case Command.Reconfigure _ ->
          throw new IllegalArgumentException("a reload is not carried out here: " + command);
    }
  }

  private void unlessDecided(Command.Conditional asked, Request request) {
    // What was asked before counts before it.
    settleAll.run();
    LiveService live = decisions.directory().service(asked.service());
    LiveService.View view = live == null ? null : live.view();
    if (live != null
        && view != null
        && !asked.versions().contains(DecisionVersion.of(live, view, decisions.overrides()))) {
      request.done().completeExceptionally(new DecidedOtherwise(asked.service()));
    } else {
      carryOut(asked.command(), request);
    }
  }

  /// Ends a drill, as nobody's wish.
  void end(Proposal drill) {
    Command nobodys = new Command.EndOverride(drill.path(), drill.author());
    CompletableFuture<Void> unheard = new CompletableFuture<>();
    propose(drill, new Request(nobodys, unheard, 0, agreement.overridesRevision()));
  }

  /// Puts an override in force at once where nobody else is to be asked.
  private void propose(Proposal proposal, Request request) {
    Cluster cluster = agreement.cluster();
    CompletableFuture<Void> answer =
        commands.judgedByRules(proposal)
            ? cluster.override(proposal.path(), proposal.override(), request.heardRevision())
            : cluster.override(proposal.path(), proposal.override());
    if (answer.isDone() && !answer.isCompletedExceptionally()) {
      commands.carryOut(proposal);
      saving.promise(request.done());
    } else {
      var _ =
          answer.whenComplete(
              (_, failure) -> told.accept(new Message.Proposed(proposal, failure, request)));
    }
  }

  /// Takes in what became of a change that others were asked for.
  void proposed(Message.Proposed proposed) {
    Request request = proposed.request();
    Throwable failure = proposed.failure();
    if (failure == null) {
      commands.carryOut(proposed.proposal());
      saving.promise(request.done());
    } else if (failure instanceof Cluster.Overtaken && request.triesLeft() > 0) {
      overtaken.add(new Overtaken(request, failure, time.nowNanos() + PATIENCE_NANOS));
    } else {
      request.done().completeExceptionally(notAgreed(failure));
    }
  }

  /// Asks anew for what was overtaken by what is known by now.
  void askAgain() {
    for (Overtaken each : List.copyOf(overtaken)) {
      Request request = each.request();
      if (agreement.overridesRevision() > request.heardRevision()) {
        overtaken.remove(each);
        ask(request.command(), request.done(), request.triesLeft() - 1);
      } else if (each.untilNanos() - time.nowNanos() <= 0) {
        overtaken.remove(each);
        request.done().completeExceptionally(notAgreed(each.why()));
      }
    }
  }

  /// When [#askAgain] has something to do though nothing is told; Long.MAX_VALUE for never.
  long nextDueNanos() {
    return overtaken.stream().mapToLong(Overtaken::untilNanos).min().orElse(Long.MAX_VALUE);
  }

  /// Refuses what waits.
  void refuseAll(CommandRefused why) {
    overtaken.forEach(each -> each.request().done().completeExceptionally(why));
    overtaken.clear();
  }

  static CommandRefused notAgreed(Throwable failure) {
    boolean unknown = failure instanceof Cluster.OutcomeUnknown;
    return new CommandRefused((unknown ? "" : "nothing was changed: ") + Saving.reason(failure));
  }
}
