package detour.systemtest;

import detour.systemtest.RoutedNetwork.Place;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Type;

/// Asks every node for every service again and again, as resolvers would, and keeps what each
/// answered when. So a test can state what was answered over a whole time, not only at its end.
final class AnswerLog implements AutoCloseable {
  /// What stands for no answer.
  static final String SILENCE = "(silence)";

  private static final long ASK_EVERY_NANOS = Duration.ofMillis(250).toNanos();

  /// Long, so that a busy machine is not taken for a node that is gone.
  private static final long SILENT_AFTER_NANOS = Duration.ofSeconds(4).toNanos();

  private static final int ANSWER_BYTES_MAX = 4_096;

  private final List<DetourNode> nodes;
  private final List<String> services;
  private final Map<String, String> names;
  private final List<Sample> samples = new ArrayList<>();
  private final Map<Integer, Asked> pending = new HashMap<>();
  private final Thread thread;
  private int lastId;
  private volatile boolean closed;

  private record Asked(String node, String service, long askedNanos) {}

  /// @param answer the data of the records in their order in the alphabet, the code of an answer
  ///   without any, or [#SILENCE]
  private record Sample(
      String node, String service, long askedNanos, long answeredNanos, String answer) {}

  /// @param names of addresses, which stand for them in what is kept
  AnswerLog(
      Place client, List<DetourNode> nodes, List<String> services, Map<String, String> names) {
    this.nodes = List.copyOf(nodes);
    this.services = List.copyOf(services);
    this.names = Map.copyOf(names);
    thread = client.start(this::ask);
  }

  /// What is kept from here on can be asked for.
  static long mark() {
    return System.nanoTime();
  }

  /// What a node answered since the mark, one entry for each time that it changed, silence left
  /// out: a list of one says that nothing ever changed.
  List<String> answers(DetourNode node, String service, long mark) {
    List<String> changes = new ArrayList<>();
    for (Sample sample : since(node, service, mark)) {
      boolean said = !sample.answer().equals(SILENCE);
      if (said && (changes.isEmpty() || !changes.getLast().equals(sample.answer()))) {
        changes.add(sample.answer());
      }
    }
    return changes;
  }

  /// How many questions to the node since the mark were never answered.
  long unanswered(DetourNode node, long mark) {
    return services.stream()
        .flatMap(service -> since(node, service, mark).stream())
        .filter(sample -> sample.answer().equals(SILENCE))
        .count();
  }

  /// When the node first gave this answer since the mark.
  OptionalLong firstNanos(DetourNode node, String service, String answer, long mark) {
    return since(node, service, mark).stream()
        .filter(sample -> sample.answer().equals(answer))
        .mapToLong(Sample::answeredNanos)
        .findFirst();
  }

  void await(DetourNode node, String service, String answer) {
    long from = mark();
    Awaitility.await(node.name() + " to answer " + service + " with the " + answer)
        .atMost(DetourServer.PATIENCE)
        .until(() -> firstNanos(node, service, answer, from).isPresent());
  }

  /// For people: every change on every node, with the time since the mark.
  String since(long mark) {
    StringBuilder lines = new StringBuilder();
    for (DetourNode node : nodes) {
      for (String service : services) {
        lines.append("%n%s %s:".formatted(node.name(), service));
        String before = "";
        for (Sample sample : since(node, service, mark)) {
          if (!sample.answer().equals(before)) {
            before = sample.answer();
            lines.append(" %s at %.1f s".formatted(before, (sample.askedNanos() - mark) / 1e9));
          }
        }
      }
    }
    return lines.toString();
  }

  private List<Sample> since(DetourNode node, String service, long mark) {
    synchronized (samples) {
      return samples.stream()
          .filter(sample -> sample.askedNanos() - mark >= 0)
          .filter(sample -> sample.node().equals(node.name()))
          .filter(sample -> sample.service().equals(service))
          .sorted(Comparator.comparingLong(Sample::askedNanos))
          .toList();
    }
  }

  private void ask() {
    try (DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET);
        Selector selector = Selector.open()) {
      channel.configureBlocking(false);
      SelectionKey _ = channel.register(selector, SelectionKey.OP_READ);
      long askAtNanos = System.nanoTime();
      while (!closed) {
        if (System.nanoTime() - askAtNanos >= 0) {
          askAll(channel);
          askAtNanos = System.nanoTime() + ASK_EVERY_NANOS;
          noteSilence();
        }
        selector.select(20);
        selector.selectedKeys().clear();
        read(channel);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void askAll(DatagramChannel channel) {
    for (DetourNode node : nodes) {
      for (String service : services) {
        Message query = DnsClient.query(service, Type.A);
        lastId = (lastId + 1) & 0xffff;
        query.getHeader().setID(lastId);
        pending.put(lastId, new Asked(node.name(), service, System.nanoTime()));
        try {
          int _ =
              channel.send(
                  ByteBuffer.wrap(query.toWire()),
                  new InetSocketAddress(node.place().address(), DetourNode.DNS_PORT));
        } catch (IOException e) {
          // It stays pending, and is silence in the end.
        }
      }
    }
  }

  private void read(DatagramChannel channel) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(ANSWER_BYTES_MAX);
    while (receive(channel, buffer.clear()) != null) {
      byte[] wire = new byte[buffer.flip().remaining()];
      buffer.get(wire);
      Message answer = new Message(wire);
      Asked asked = pending.remove(answer.getHeader().getID());
      if (asked != null) {
        keep(asked, text(answer));
      }
    }
  }

  private static @Nullable Object receive(DatagramChannel channel, ByteBuffer buffer) {
    try {
      return channel.receive(buffer);
    } catch (IOException e) {
      return null;
    }
  }

  private void noteSilence() {
    long nowNanos = System.nanoTime();
    pending
        .values()
        .removeIf(asked -> {
          boolean silent = nowNanos - asked.askedNanos() > SILENT_AFTER_NANOS;
          if (silent) {
            keep(asked, SILENCE);
          }
          return silent;
        });
  }

  private void keep(Asked asked, String answer) {
    synchronized (samples) {
      samples.add(
          new Sample(asked.node(), asked.service(), asked.askedNanos(), System.nanoTime(), answer));
    }
  }

  private String text(Message answer) {
    String addresses =
        DnsClient.addresses(answer).stream()
            .map(address -> names.getOrDefault(address, address))
            .sorted()
            .collect(Collectors.joining(" "));
    return addresses.isEmpty() ? Rcode.string(answer.getRcode()) : addresses;
  }

  @Override
  public void close() {
    closed = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
