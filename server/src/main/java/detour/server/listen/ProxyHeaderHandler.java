package detour.server.listen;

import detour.dns.answer.ClientAddress;
import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// Takes the PROXY header off the beginning of a proxy's connection, before TLS if there is any,
/// and then itself out of the way. Thread: its event loop's.
@SuppressWarnings("FutureReturnValueIgnored") // a close is not waited for by its future
final class ProxyHeaderHandler extends ByteToMessageDecoder {
  private final TcpConnection connection;
  private final Metrics metrics;
  private final ProxyHeader header = new ProxyHeader();
  private boolean dropped;

  ProxyHeaderHandler(TcpConnection connection, Metrics metrics) {
    this.connection = connection;
    this.metrics = metrics;
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    if (dropped) {
      in.skipBytes(in.readableBytes());
      return;
    }
    byte[] octets = new byte[Math.min(in.readableBytes(), ProxyHeader.LONGEST)];
    in.getBytes(in.readerIndex(), octets);
    switch (header.read(MemorySegment.ofArray(octets), 0, octets.length)) {
      case INCOMPLETE -> {}
      case ABSENT -> drop(context, Counter.PROXY_HEADERS_MISSING);
      case MALFORMED -> drop(context, Counter.PROXY_HEADERS_MALFORMED);
      case NO_CLIENT -> pass(context, in);
      case CLIENT -> {
        ClientAddress client = new ClientAddress();
        header.tell(client);
        if (connection.isFrom(client)) {
          pass(context, in);
        } else {
          dropped = true;
        }
      }
    }
  }

  private void pass(ChannelHandlerContext context, ByteBuf in) {
    in.skipBytes(header.octets());
    context.pipeline().remove(this); // hands on what follows
  }

  private void drop(ChannelHandlerContext context, Counter why) {
    dropped = true;
    metrics.count(why);
    context.close();
  }
}
