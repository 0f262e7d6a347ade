package detour.server.probe.push;

import detour.failover.model.ProbeTarget;
import detour.server.probe.SecretFile;
import detour.server.publish.Posts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The last post of each `push` check, and of each of its endpoints. Any thread. It is kept in
/// memory alone: after a restart nothing is known until the next post.
final class PostBoard implements Posts {
  private final LongSupplier nanoClock;
  private volatile Map<PushSettings, Watched> watched = Map.of();

  /// A post and when it came.
  record Received(Post post, long atNanos) {}

  /// What is known for one endpoint.
  ///
  /// @param sinceNanos from when on posts were waited for
  /// @param last the newest post; null when there is none yet
  record Known(long sinceNanos, @Nullable Received last) {}

  private record Watched(
      long sinceNanos, Set<String> destinations, Map<String, Received> received) {}

  /// In place of a destination, for posts about all of them.
  private static final String ALL = "";

  PostBoard(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
  }

  /// Waits for posts for exactly these targets from now on; what is known of those that stay is
  /// kept.
  synchronized void watch(Set<ProbeTarget> targets) {
    Map<PushSettings, Set<String>> destinations = new HashMap<>();
    for (ProbeTarget target : targets) {
      if (target.check().settings() instanceof PushSettings settings) {
        destinations
            .computeIfAbsent(settings, key -> new HashSet<>())
            .add(target.destination().text());
      }
    }
    Map<PushSettings, Watched> next = new HashMap<>();
    destinations.forEach((settings, of) -> next.put(settings, watched(settings, of)));
    watched = Map.copyOf(next);
  }

  private Watched watched(PushSettings settings, Set<String> destinations) {
    Watched before = watched.get(settings);
    if (before == null) {
      return new Watched(
          nanoClock.getAsLong(), Set.copyOf(destinations), new ConcurrentHashMap<>());
    }
    before.received().keySet().removeIf(of -> !of.equals(ALL) && !destinations.contains(of));
    return new Watched(before.sinceNanos(), Set.copyOf(destinations), before.received());
  }

  /// Null when no such check is watched here.
  @Nullable Known known(PushSettings settings, String destination) {
    Watched found = watched.get(settings);
    if (found == null) {
      return null;
    }
    Received forAll = found.received().get(ALL);
    Received forOne = found.received().get(destination);
    boolean allIsNewer =
        forOne == null || (forAll != null && forAll.atNanos() - forOne.atNanos() > 0);
    return new Known(found.sinceNanos(), allIsNewer ? forAll : forOne);
  }

  @Override
  public Outcome post(String name, String token, Post post) {
    Outcome outcome = Outcome.REFUSED;
    Received received = new Received(post, nanoClock.getAsLong());
    for (Map.Entry<PushSettings, Watched> entry : watched.entrySet()) {
      if (!entry.getKey().name().equals(name) || !isToken(entry.getKey(), token)) {
        continue;
      }
      String destination = post.destination();
      if (destination == null) {
        entry.getValue().received().put(ALL, received);
        outcome = Outcome.TAKEN;
      } else if (entry.getValue().destinations().contains(destination)) {
        entry.getValue().received().put(destination, received);
        outcome = Outcome.TAKEN;
      } else if (outcome == Outcome.REFUSED) {
        outcome = Outcome.NO_SUCH_ENDPOINT;
      }
    }
    return outcome;
  }

  /// In constant time, so that a token cannot be guessed piece by piece.
  private static boolean isToken(PushSettings settings, String given) {
    String expected = settings.token();
    if (settings.tokenFile() != null) {
      try {
        expected = SecretFile.read(settings.tokenFile());
      } catch (IOException e) {
        return false;
      }
    }
    return expected != null
        && expected.length() >= PushCheck.TOKEN_LENGTH_MIN
        && MessageDigest.isEqual(
            expected.getBytes(StandardCharsets.UTF_8), given.getBytes(StandardCharsets.UTF_8));
  }
}
