package detour.server.probe.http;

import detour.server.probe.ProbeRun;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/// Notices that an answer begins.
final class FirstByte extends ChannelInboundHandlerAdapter {
  private final ProbeRun run;

  FirstByte(ProbeRun run) {
    this.run = run;
  }

  /// Says that the request is under way and nothing has come back.
  static void await(ProbeRun run) {
    run.enter("first byte", "waiting for the status line");
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    run.enter("match", "reading the headers");
    context.fireChannelRead(message);
    context.pipeline().remove(this);
  }
}
