package detour.server.probe.dns;

import detour.server.probe.ProbeRun;
import detour.server.probe.dns.DnsSettings.Expected;
import detour.server.probe.dns.DnsSettings.Transport;
import detour.server.probe.text.FailureText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import java.net.PortUnreachableException;

/// Asks, and ends the run by the answer.
final class Question extends SimpleChannelInboundHandler<Object> {
  private final Query query;
  private final Expected expected;
  private final Transport transport;
  private final ProbeRun run;
  private int strangers;

  Question(Query query, Expected expected, Transport transport, ProbeRun run) {
    this.query = query;
    this.expected = expected;
    this.transport = transport;
    this.run = run;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    run.enter("answer", "waiting for the answer");
    byte[] message = query.bytes();
    ByteBuf out =
        transport == Transport.UDP
            ? Unpooled.wrappedBuffer(message)
            // In one write with its length (RFC 7766 section 8).
            : Unpooled.buffer(message.length + 2).writeShort(message.length).writeBytes(message);
    context
        .writeAndFlush(out)
        .addListener(sent -> {
          if (!sent.isSuccess() && transport == Transport.UDP) {
            exceptionCaught(context, sent.cause());
          }
        });
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, Object received) {
    if (run.ended()) {
      return;
    }
    ByteBuf octets =
        received instanceof DatagramPacket datagram ? datagram.content() : (ByteBuf) received;
    Judgement judgement = Judgement.of(ByteBufUtil.getBytes(octets), query, expected);
    switch (judgement.verdict()) {
      case PASSED -> run.pass(judgement.detail());
      case DEGRADED -> run.passDegraded(judgement.detail());
      case FAILED -> run.fail(judgement.detail());
      case STRANGE -> strange(judgement.detail());
    }
  }

  /// RFC 5452 section 9.1: over UDP it may be anybody's, and the true answer may follow.
  private void strange(String what) {
    if (transport != Transport.UDP) {
      run.fail(what);
      return;
    }
    strangers++;
    run.doing("waiting for the answer (" + strangers + " ignored: " + what + ")");
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    run.fail("connection closed while " + run.activity());
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable error) {
    if (FailureText.ownLimit(error) != null) {
      run.failed(error);
      return;
    }
    String text = FailureText.of(error);
    boolean nobody = error instanceof PortUnreachableException || text.equals("connection refused");
    if (transport == Transport.UDP && nobody) {
      run.fail("port unreachable: nothing listens there");
    } else {
      run.fail(text + " while " + run.activity());
    }
  }
}
