package detour.server.probe.application;

import detour.server.probe.ProbeRun;
import detour.server.probe.text.FailureText;
import detour.server.probe.tls.TlsFailureText;
import detour.server.probe.tls.TlsSettings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/// A connection on which a [Dialogue] is held: gathers what comes in, bounded, and turns whatever
/// goes wrong into the end of the run. Confined to the run's event loop.
final class Conversation extends ChannelInboundHandlerAdapter {
  /// More than this in one conversation fails it.
  static final int REPLIES_BYTES_MAX = 64 * 1024;

  private final ProbeRun run;
  private final @Nullable SSLEngine laterEngine;
  private final Dialogue dialogue;
  private final ByteBuf unread = Unpooled.buffer(512, REPLIES_BYTES_MAX);
  private int receivedBytes;
  private @Nullable ChannelHandlerContext context;

  private Conversation(
      ProbeRun run, @Nullable SSLEngine laterEngine, Function<Conversation, Dialogue> dialogue) {
    this.run = run;
    this.laterEngine = laterEngine;
    this.dialogue = dialogue.apply(this);
  }

  /// Opens a connection and begins the dialogue on it.
  ///
  /// @param tls null for none; otherwise it comes before the dialogue
  static void start(
      ProbeRun run,
      int port,
      @Nullable TlsSettings tls,
      Function<Conversation, Dialogue> dialogue) {
    ChannelInitializer<Channel> handlers = handlers(run, null, dialogue);
    if (tls == null) {
      run.connect(port, handlers);
    } else {
      run.connectTls(port, tls, run.destination().text(), List.of(), handlers);
    }
  }

  /// The same for a protocol that begins TLS by words of its own: [#beginTls].
  static void startUpgradable(
      ProbeRun run,
      int port,
      @Nullable TlsSettings tls,
      Function<Conversation, Dialogue> dialogue) {
    if (tls == null) {
      run.connect(port, handlers(run, null, dialogue));
      return;
    }
    run.prepare("reading the certificates to trust");
    var _ =
        run.tlsEngine(tls, tls.nameOr(run.destination().text()), port)
            .whenCompleteAsync(
                (engine, error) -> {
                  if (engine == null) {
                    String reason = error == null ? "" : FailureText.of(error);
                    run.notStarted("the certificates to trust cannot be read: " + reason);
                  } else if (!run.ended()) {
                    run.connect(port, handlers(run, engine, dialogue));
                  }
                },
                run.loop());
  }

  private static ChannelInitializer<Channel> handlers(
      ProbeRun run, @Nullable SSLEngine laterEngine, Function<Conversation, Dialogue> dialogue) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel channel) {
        channel.pipeline().addLast(new Conversation(run, laterEngine, dialogue));
      }
    };
  }

  ProbeRun run() {
    return run;
  }

  void send(ByteBuf message) {
    // A failed write is no end: a reason for it may have come in, and the closed connection tells.
    var _ = open().writeAndFlush(message);
  }

  /// Shakes hands for TLS on the open connection; [Dialogue#secured] follows.
  void beginTls() {
    if (unread.isReadable()) {
      // Otherwise whoever is on the path could put words of his own in front of the protected ones.
      throw new MalformedReply("it goes on unprotected after agreeing to TLS");
    }
    if (laterEngine == null) {
      throw new IllegalStateException("no TLS was asked for");
    }
    run.enter("handshake", "shaking hands for TLS");
    SslHandler handler = new SslHandler(laterEngine);
    handler.setHandshakeTimeoutMillis(0); // the run has the timeout
    handler.setCloseNotifyFlushTimeoutMillis(0);
    var _ = open().pipeline().addFirst(handler);
  }

  /// Goes on with a value that another thread computes, unless the run has ended by then.
  <V> void whenComputed(CompletableFuture<V> value, Consumer<V> next) {
    var _ =
        value.whenCompleteAsync(
            (computed, error) -> {
              if (error instanceof MalformedReply malformed) {
                fail(malformed);
              } else if (error != null) {
                run.notStarted("a key cannot be computed: " + FailureText.of(error));
              } else if (!run.ended()) {
                guarded(() -> next.accept(computed));
              }
            },
            run.loop());
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    context = added;
  }

  @Override
  public void channelActive(ChannelHandlerContext active) {
    if (!run.ended()) {
      dialogue.opened();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext active, Object event) {
    if (event instanceof SslHandshakeCompletionEvent handshake
        && laterEngine != null
        && !run.ended()) {
      if (handshake.isSuccess()) {
        dialogue.secured();
      } else {
        failHandshake(handshake.cause());
      }
    }
    active.fireUserEventTriggered(event);
  }

  @Override
  public void channelRead(ChannelHandlerContext active, Object message) {
    ByteBuf part = (ByteBuf) message;
    try {
      if (!run.ended()) {
        take(part);
      }
    } finally {
      part.release();
    }
  }

  private void take(ByteBuf part) {
    receivedBytes += part.readableBytes();
    if (receivedBytes > REPLIES_BYTES_MAX) {
      run.fail(
          "the answer is longer than " + REPLIES_BYTES_MAX / 1024 + " KiB while " + run.activity());
      return;
    }
    unread.discardReadBytes();
    unread.writeBytes(part);
    guarded(() -> {
      while (!run.ended() && unread.isReadable() && dialogue.read(unread)) {
        // Each turn reads one message.
      }
    });
  }

  private void guarded(Runnable reading) {
    try {
      reading.run();
    } catch (MalformedReply malformed) {
      fail(malformed);
    }
  }

  private void fail(MalformedReply malformed) {
    run.fail("the answer is not " + dialogue.protocol() + ": " + malformed.getMessage());
  }

  @Override
  public void channelInactive(ChannelHandlerContext active) {
    run.fail("connection closed while " + run.activity());
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext active, Throwable error) {
    if (FailureText.ownLimit(error) != null) {
      run.failed(error);
    } else {
      run.fail(FailureText.of(error) + " while " + run.activity());
    }
  }

  private void failHandshake(Throwable error) {
    if (FailureText.ownLimit(error) != null) {
      run.failed(error);
    } else {
      run.fail(TlsFailureText.of(error));
    }
  }

  private ChannelHandlerContext open() {
    if (context == null) {
      throw new IllegalStateException("not connected");
    }
    return context;
  }
}
