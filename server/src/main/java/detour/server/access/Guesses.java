package detour.server.access;

import java.net.InetAddress;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/// Holds back guesses of secrets that people chose: an address that was wrong too often is told to
/// wait before what it shows is looked at. An address that showed the right secret for the same
/// thing before is not held back, so nobody who shares it can silence a program that works.
public final class Guesses {
  private static final int PROVEN_KEPT = 4_096;

  private final Failures failures;
  private final Set<Proven> proven = new LinkedHashSet<>();

  private record Proven(String thing, InetAddress from) {}

  public Guesses(Failures failures) {
    this.failures = failures;
  }

  /// How many seconds to wait before a secret may be shown; 0 when it may at once.
  ///
  /// @param thing what the secret is for
  public synchronized int waitSeconds(String thing, InetAddress from) {
    return proven.contains(new Proven(thing, from)) ? 0 : failures.waitSeconds(from);
  }

  /// The secret was right.
  public synchronized void right(String thing, InetAddress from) {
    if (proven.add(new Proven(thing, from)) && proven.size() > PROVEN_KEPT) {
      Iterator<Proven> oldest = proven.iterator();
      oldest.next();
      oldest.remove();
    }
  }

  /// The secret was wrong.
  ///
  /// @return whether this is the first of its address for a while: worth a line in the log
  public boolean wrong(InetAddress from) {
    failures.count(from);
    return failures.isFirst(from);
  }
}
