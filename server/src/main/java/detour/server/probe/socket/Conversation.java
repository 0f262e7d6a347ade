package detour.server.probe.socket;

import detour.server.probe.ProbeRun;
import detour.server.probe.socket.ConversationStep.Exchange;
import detour.server.probe.socket.ConversationStep.StartTls;
import detour.server.probe.text.BoundedSearch;
import detour.server.probe.text.FailureText;
import detour.server.probe.tls.TlsFailureText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/// Goes through a conversation step by step, and ends the run with its last one or its first that
/// fails.
///
/// What is received is searched from where the last match ended, so an expectation is never met by
/// what an earlier one has used.
final class Conversation extends ChannelInboundHandlerAdapter {
  private static final String IN_THE_CLEAR = "more came in the clear after TLS was agreed to";

  private enum Phase {
    TALKING,
    /// TLS begins after this line.
    ENDING_LINE,
    /// Nothing may come until TLS begins.
    FETCHING_ENGINE,
    HANDSHAKING
  }

  private final TcpCheck.Settings settings;
  private final List<ConversationStep> steps;
  private final ProbeRun run;
  private final StringBuilder received = new StringBuilder();
  private int next;
  private int used;
  private Expectation.@Nullable Search search;
  private String waitingFor = "";
  private Phase phase = Phase.TALKING;

  Conversation(TcpCheck.Settings settings, ProbeRun run) {
    this.settings = settings;
    this.steps = settings.steps();
    this.run = run;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    if (steps.isEmpty()) {
      run.pass(settings.tls() == null ? "connected" : "connected, TLS spoken");
    } else {
      goOn(context);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    try {
      if (message instanceof ByteBuf octets) {
        while (octets.isReadable() && !run.ended()) {
          take(octets);
          react(context);
        }
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void react(ChannelHandlerContext context) {
    switch (phase) {
      case TALKING -> match(context);
      case ENDING_LINE -> leavePlainText(context);
      case FETCHING_ENGINE -> run.fail(IN_THE_CLEAR);
      case HANDSHAKING -> throw new IllegalStateException("data before the handshake's end");
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (phase == Phase.HANDSHAKING
        && event instanceof SslHandshakeCompletionEvent handshake
        && !run.ended()) {
      phase = Phase.TALKING;
      if (!handshake.isSuccess()) {
        failHandshake(handshake.cause());
      } else if (next == steps.size()) {
        run.pass("went over to TLS");
      } else {
        goOn(context);
      }
    }
    context.fireUserEventTriggered(event);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    run.fail("connection closed while " + run.activity());
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable error) {
    if (FailureText.ownLimit(error) != null) {
      run.failed(error);
    } else if (phase == Phase.HANDSHAKING) {
      run.fail(TlsFailureText.of(error));
    } else {
      run.fail(FailureText.of(error) + " while " + run.activity());
    }
  }

  /// Does steps until one has to wait.
  private void goOn(ChannelHandlerContext context) {
    while (search == null && phase == Phase.TALKING && !run.ended()) {
      ConversationStep step = steps.get(next);
      next++;
      switch (step) {
        case StartTls _ -> {
          phase = Phase.ENDING_LINE;
          run.doing("waiting for the end of the line before TLS");
          leavePlainText(context);
        }
        case Exchange(Octets send, Expectation expect) -> exchange(context, send, expect);
      }
    }
  }

  private void exchange(
      ChannelHandlerContext context, @Nullable Octets send, @Nullable Expectation expect) {
    run.enter("step " + next, "sending");
    if (send != null) {
      var sent = context.writeAndFlush(Unpooled.wrappedBuffer(send.bytes()));
      if (expect == null && next == steps.size()) {
        sent.addListener(written -> {
          if (written.isSuccess()) {
            run.pass("sent");
          } else {
            run.failed(written.cause());
          }
        });
      }
    }
    if (expect != null) {
      search = expect.search();
      waitingFor = expect.shown();
      match(context);
    } else if (next == steps.size()) {
      // Nothing is left to do but to see the sending end.
      search = (text, from) -> BoundedSearch.NO_MATCH;
      waitingFor = "the sending to end";
    }
  }

  private void take(ByteBuf octets) {
    // One more than may be kept, so that too much shows as such.
    int room = settings.maxBytes() + 1 - (received.length() - used);
    int taken = Math.min(octets.readableBytes(), room);
    received.append(octets.readCharSequence(taken, StandardCharsets.ISO_8859_1));
  }

  private void match(ChannelHandlerContext context) {
    Expectation.Search looking = search;
    if (looking == null) {
      return;
    }
    int end = looking.endOfMatch(received, used);
    if (end >= 0) {
      String seen = line(end);
      used = end;
      search = null;
      if (next == steps.size()) {
        run.pass("received " + Octets.quoted(seen));
      } else {
        forgetUsed();
        goOn(context);
      }
    } else if (end == BoundedSearch.TOO_HARD) {
      run.fail(waitingFor + " takes too long to search for in " + sofar());
    } else {
      run.doing("waiting for " + waitingFor + (received.length() == used ? "" : ", " + sofar()));
      limit();
    }
  }

  private void limit() {
    if (received.length() - used > settings.maxBytes()) {
      run.fail("no " + waitingFor + " in the first " + settings.maxBytes() + " bytes: " + sofar());
    }
  }

  private String sofar() {
    String unused = received.substring(used);
    return "received " + Octets.quoted(unused);
  }

  /// The line that a match ends in, as far as it has come.
  private String line(int end) {
    int start = received.lastIndexOf("\n", Math.max(0, end - 2)) + 1;
    int stop = received.indexOf("\n", Math.max(0, end - 1));
    String line = received.substring(Math.max(used, start), stop < 0 ? received.length() : stop);
    return line.strip();
  }

  private void forgetUsed() {
    received.delete(0, used);
    used = 0;
  }

  /// Begins TLS once the line that announced it is over. What comes in the clear behind that line
  /// was put in by somebody who wants it to be taken for what was said under TLS.
  private void leavePlainText(ChannelHandlerContext context) {
    int lineEnd = received.indexOf("\n", used);
    if (received.length() > used && lineEnd < 0) {
      waitingFor = "end of the line before TLS";
      limit();
      return;
    }
    if (lineEnd >= 0 && received.length() > lineEnd + 1) {
      run.fail(IN_THE_CLEAR);
      return;
    }
    received.setLength(0);
    used = 0;
    phase = Phase.FETCHING_ENGINE;
    run.prepare("reading the certificates to trust");
    // Not read on meanwhile: what comes next belongs to TLS.
    context.channel().config().setAutoRead(false);
    var _ =
        run.tlsEngine(
                settings.tlsOrDefault(),
                settings.tlsOrDefault().nameOr(run.destination().text()),
                settings.port())
            .whenCompleteAsync((engine, error) -> startTls(context, engine, error), run.loop());
  }

  private void startTls(
      ChannelHandlerContext context, @Nullable SSLEngine engine, @Nullable Throwable error) {
    if (engine == null) {
      run.notStarted(
          "the certificates to trust cannot be read: "
              + (error == null ? "" : FailureText.of(error)));
    } else if (!run.ended()) {
      phase = Phase.HANDSHAKING;
      run.enter("handshake", "shaking hands for TLS");
      SslHandler handler = new SslHandler(engine);
      handler.setHandshakeTimeoutMillis(0); // the run has the timeout
      handler.setCloseNotifyFlushTimeoutMillis(0);
      context.pipeline().addFirst(handler);
      context.channel().config().setAutoRead(true);
    }
  }

  private void failHandshake(Throwable error) {
    if (FailureText.ownLimit(error) == null) {
      run.fail(TlsFailureText.of(error));
    } else {
      run.failed(error);
    }
  }
}
