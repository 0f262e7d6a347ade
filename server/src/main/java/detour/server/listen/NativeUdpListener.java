package detour.server.listen;

import detour.dns.answer.AnswerTable;
import detour.dns.answer.RateBuckets;
import detour.dns.answer.Responder;
import detour.server.linux.BatchSocket;
import detour.server.linux.SystemCallException;
import detour.server.metrics.Metrics;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// UDP by Linux system calls: several sockets share the address, each with a thread of its own.
final class NativeUdpListener implements UdpListener {
  private final InetSocketAddress address;
  private final List<NativeUdpLoop> loops = new ArrayList<>();
  private final ListenerThreads threads;

  private NativeUdpListener(InetSocketAddress address, ListenerThreads threads) {
    this.address = address;
    this.threads = threads;
  }

  static NativeUdpListener open(
      InetSocketAddress address,
      SocketSettings settings,
      ListenerThreads.Names names,
      RateBuckets buckets,
      Supplier<AnswerTable> table,
      Metrics metrics)
      throws SystemCallException {
    List<BatchSocket> sockets =
        BatchSocket.open(address, settings.udp().threads(), settings.udp().receiveBufferBytes());
    NativeUdpListener listener =
        new NativeUdpListener(sockets.getFirst().address(), new ListenerThreads(names));
    for (BatchSocket socket : sockets) {
      listener.loops.add(
          new NativeUdpLoop(
              socket, settings.udp().payloadBytes(), settings.proxies(), buckets, table, metrics));
    }
    return listener;
  }

  @Override
  public InetSocketAddress address() {
    return address;
  }

  @Override
  public List<Responder> responders() {
    return loops.stream().map(NativeUdpLoop::responder).toList();
  }

  @Override
  public void start() {
    loops.forEach(loop -> threads.newThread(loop).start());
  }

  @Override
  public void stop() {
    loops.forEach(NativeUdpLoop::stop);
  }

  @Override
  public void close() {
    stop();
    if (threads.awaitEnd()) {
      loops.forEach(NativeUdpLoop::close);
    }
  }

  @Override
  public String description() {
    return "UDP native, %d threads".formatted(loops.size());
  }
}
