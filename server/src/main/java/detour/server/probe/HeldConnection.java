package detour.server.probe;

import detour.server.probe.text.FailureText;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/// A connection that is only watched: what the other side says is thrown away, and its end is
/// reported.
final class HeldConnection extends ChannelInboundHandlerAdapter implements Lane.Held {
  /// More than any greeting: who says more, unasked, is not held on to.
  private static final int OCTETS_MAX = 64 * 1024;

  private final Lane.Watcher watcher;
  private @Nullable Channel channel;
  private int octets;
  private boolean open;

  /// Nothing is to be told any more: it was released, or its end was told.
  private boolean over;

  HeldConnection(Lane.Watcher watcher) {
    this.watcher = watcher;
  }

  void opening(ChannelFuture connecting) {
    channel = connecting.channel();
    connecting.addListener(connected -> {
      // The task makes this late even where connecting failed at once, as it may.
      connecting.channel().eventLoop().execute(() -> connected(connecting));
    });
  }

  private void connected(ChannelFuture connecting) {
    if (over) {
      return;
    }
    Throwable error = connecting.cause();
    if (error == null && !metItself(connecting.channel())) {
      open = true;
      watcher.opened();
      if (!connecting.channel().isActive()) {
        end();
      }
      return;
    }
    var _ = connecting.channel().close();
    notOpened(error);
  }

  /// @param error null where it met itself
  void notOpened(@Nullable Throwable error) {
    if (!over) {
      over = true;
      watcher.notOpened(error != null && FailureText.ownLimit(error) != null);
    }
  }

  /// RFC 9293 section 3.5: a connect that leaves from the very port it goes to opens without
  /// anybody listening there.
  private static boolean metItself(Channel channel) {
    SocketAddress local = channel.localAddress();
    return local != null && local.equals(channel.remoteAddress());
  }

  @Override
  public void release() {
    over = true;
    if (channel != null) {
      var _ = channel.close();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    octets += message instanceof ByteBuf bytes ? bytes.readableBytes() : 0;
    ReferenceCountUtil.release(message);
    if (octets > OCTETS_MAX) {
      var _ = context.close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (open) {
      end();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable error) {
    var _ = context.close();
  }

  private void end() {
    if (!over) {
      over = true;
      watcher.lost();
    }
  }
}
