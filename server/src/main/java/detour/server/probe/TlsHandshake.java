package detour.server.probe;

import detour.server.probe.text.FailureText;
import detour.server.probe.tls.TlsFailureText;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import javax.net.ssl.SSLEngine;

/// Holds back `channelActive` from the handlers behind it until the TLS handshake is over, so that
/// they need not know whether they speak through TLS. A failed handshake ends the run.
final class TlsHandshake extends ChannelInboundHandlerAdapter {
  private final ProbeRun run;

  private TlsHandshake(ProbeRun run) {
    this.run = run;
  }

  /// Adds TLS to the end of the pipeline of a connection that is not open yet.
  static void addTo(ChannelPipeline pipeline, SSLEngine engine, ProbeRun run) {
    SslHandler handler = new SslHandler(engine);
    handler.setHandshakeTimeoutMillis(0); // the run has the timeout
    handler.setCloseNotifyFlushTimeoutMillis(0);
    pipeline.addLast(handler, new TlsHandshake(run));
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    run.enter("handshake", "shaking hands for TLS");
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof SslHandshakeCompletionEvent handshake && !run.ended()) {
      if (handshake.isSuccess()) {
        context.fireChannelActive();
        context.pipeline().remove(this);
      } else {
        fail(handshake.cause());
      }
    }
    context.fireUserEventTriggered(event);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable error) {
    fail(error);
  }

  private void fail(Throwable error) {
    if (FailureText.ownLimit(error) == null) {
      run.fail(TlsFailureText.of(error, run.tls()));
    } else {
      run.failed(error);
    }
  }
}
