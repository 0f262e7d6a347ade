package detour.server.differential;

import detour.dns.answer.Transport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// This project, Knot, NSD and BIND with the same zones, asked the same questions.
final class FourServers implements AutoCloseable {
  private final List<ServedZone> zones;
  private final Detour detour;
  private final List<RunningPeer> peers = new ArrayList<>();
  private final ExecutorService threads = Executors.newFixedThreadPool(PeerKind.values().length);

  private FourServers(List<ServedZone> zones, Detour detour) {
    this.zones = zones;
    this.detour = detour;
  }

  /// Starts the peers, and waits until each answers for every zone.
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

  /// Asks all servers all questions, each server at its own pace.
  List<Exchange> ask(List<Question> questions, Transport transport) {
    Map<PeerKind, CompletableFuture<List<NormalForm>>> asked = new EnumMap<>(PeerKind.class);
    for (RunningPeer peer : peers) {
      asked.put(
          peer.kind(),
          CompletableFuture.supplyAsync(
              () -> {
                List<NormalForm> forms = new ArrayList<>();
                for (int i = 0; i < questions.size(); i++) {
                  byte[] message = numbered(questions.get(i), i);
                  byte[] response =
                      transport == Transport.UDP ? peer.ask(message) : peer.askByStream(message);
                  forms.add(NormalForm.of(response, zones));
                }
                return forms;
              },
              threads));
    }
    List<Exchange> exchanges = new ArrayList<>();
    for (int i = 0; i < questions.size(); i++) {
      Question question = questions.get(i);
      NormalForm own = NormalForm.of(detour.answer(numbered(question, i), transport), zones);
      Map<PeerKind, NormalForm> others = new EnumMap<>(PeerKind.class);
      for (PeerKind kind : PeerKind.values()) {
        others.put(kind, asked.get(kind).join().get(i));
      }
      exchanges.add(new Exchange(question, zones, own, others));
    }
    return exchanges;
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
    peers.forEach(RunningPeer::close);
    threads.shutdownNow();
  }
}
