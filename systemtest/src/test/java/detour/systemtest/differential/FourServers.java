package detour.systemtest.differential;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiFunction;

/// This project, Knot, NSD and BIND with the same zones, asked the same questions.
final class FourServers implements AutoCloseable {
  private final List<ServedZone> zones;
  private final Detour detour;
  private final List<RunningPeer> peers = new ArrayList<>();
  private final ExecutorService threads = Executors.newFixedThreadPool(4);

  private FourServers(List<ServedZone> zones, Detour detour) {
    this.zones = zones;
    this.detour = detour;
  }

  /// Starts them, and waits until each answers for every zone.
  static FourServers serving(Path folder, List<ServedZone> zones) throws IOException {
    for (PeerKind kind : PeerKind.values()) {
      String _ = kind.require();
    }
    FourServers servers = new FourServers(zones, Detour.serving(folder, zones));
    try {
      for (PeerKind kind : PeerKind.values()) {
        servers.peers.add(RunningPeer.start(kind, folder, zones));
      }
      servers.peers.forEach(peer -> peer.awaitReady(zones));
      return servers;
    } catch (IOException | RuntimeException | Error e) {
      servers.close();
      throw e;
    }
  }

  /// Asks all servers all questions over UDP, each server at its own pace.
  List<Exchange> ask(List<Question> questions) {
    return ask(questions, Conversation::ask);
  }

  /// The same over TCP, by one connection to each server.
  List<Exchange> askByStream(List<Question> questions) {
    return ask(questions, Conversation::askByStream);
  }

  private List<Exchange> ask(
      List<Question> questions, BiFunction<Conversation, byte[], byte[]> way) {
    CompletableFuture<List<NormalForm>> own = asked(detour.conversation(), questions, way);
    Map<PeerKind, CompletableFuture<List<NormalForm>>> others = new EnumMap<>(PeerKind.class);
    for (RunningPeer peer : peers) {
      others.put(peer.kind(), asked(peer.conversation(), questions, way));
    }
    List<Exchange> exchanges = new ArrayList<>();
    for (int i = 0; i < questions.size(); i++) {
      int number = i;
      Map<PeerKind, NormalForm> answers = new EnumMap<>(PeerKind.class);
      others.forEach((kind, forms) -> answers.put(kind, forms.join().get(number)));
      exchanges.add(new Exchange(questions.get(i), zones, own.join().get(i), answers));
    }
    detour.requireAlive();
    return exchanges;
  }

  private CompletableFuture<List<NormalForm>> asked(
      Conversation conversation,
      List<Question> questions,
      BiFunction<Conversation, byte[], byte[]> way) {
    return CompletableFuture.supplyAsync(
        () -> {
          List<NormalForm> forms = new ArrayList<>();
          for (int i = 0; i < questions.size(); i++) {
            byte[] response = way.apply(conversation, numbered(questions.get(i), i));
            forms.add(NormalForm.of(response, zones));
          }
          return forms;
        },
        threads);
  }

  /// With an ID of its own, so that a late response is nobody else's.
  private static byte[] numbered(Question question, int number) {
    byte[] message = question.message().clone();
    message[0] = (byte) (number >> 8);
    message[1] = (byte) number;
    return message;
  }

  @Override
  public void close() {
    threads.shutdownNow();
    peers.forEach(RunningPeer::close);
    detour.close();
  }
}
