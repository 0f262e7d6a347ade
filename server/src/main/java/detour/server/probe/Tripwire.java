package detour.server.probe;

import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import java.net.InetAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// An idle connection to a target that is up, whose loss starts a probe at once. Belongs to the
/// lane's thread.
///
/// A process that dies takes its connections with it, so the loss comes milliseconds after the
/// death. It proves nothing: servers close idle connections, restart and reload. The probe decides:
/// when it fails, the confirming cadence takes over; when it passes, the alarm was false, and
/// [IdleLifetime] learns from it.
final class Tripwire {
  /// The least time worth holding a connection.
  private static final long USEFUL_MIN_NANOS = TimeUnit.SECONDS.toNanos(5);

  /// How long to wait when as many connections are held as may be.
  private static final long FULL_PAUSE_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final Surroundings around;
  private final ScheduledTarget target;
  private final int port;
  private final IdleLifetime lifetime;
  private @Nullable Wire wire;
  private @Nullable InetAddress address;
  private boolean waiting;

  /// Since when a loss waits for a probe's result; meaningful while `sprung`.
  private long sprungNanos;

  private boolean sprung;
  private long sprungAgeNanos;

  /// What the tripwires of a lane share.
  ///
  /// @param onSprung starts a probe of the target
  record Surroundings(
      Lane lane,
      LongSupplier nanoClock,
      RandomGenerator random,
      Metrics metrics,
      TripwireLimit limit,
      Consumer<ScheduledTarget> onSprung) {}

  /// @param port where the connection goes; 0 for none
  private Tripwire(Surroundings around, ScheduledTarget target, int port) {
    this.around = around;
    this.target = target;
    this.port = port;
    this.lifetime = new IdleLifetime(Math.max(USEFUL_MIN_NANOS, target.intervalNanos() / 2));
  }

  static Tripwire of(Surroundings around, ScheduledTarget target) {
    boolean wanted =
        target.target().check().options().tripwire()
            // To an inverted check, a process that is gone is a pass.
            && !target.target().check().options().inverted();
    return new Tripwire(
        around, target, wanted ? around.lane.portToHold(target.target()).orElse(0) : 0);
  }

  /// Takes in the result of a probe of this target.
  ///
  /// @param address what was connected to; null when it was not resolved
  void probed(boolean passed, long startNanos, @Nullable InetAddress address) {
    if (port == 0) {
      return;
    }
    if (address != null) {
      this.address = address;
    }
    if (sprung && startNanos - sprungNanos >= 0) {
      sprung = false;
      if (passed) {
        around.metrics.count(Counter.TRIPWIRE_FALSE_ALARMS);
        lifetime.closedInVain(sprungAgeNanos);
      }
    }
    if (!passed) {
      doubted(startNanos);
    } else if (wire != null && wire.heldAt(startNanos)) {
      wire.proven = true;
    }
    if (wire == null && !waiting && steady()) {
      openAfter(jittered(lifetime.pauseNanos()));
    }
  }

  /// A probe hangs or has failed. If none has passed since the connection was opened, the
  /// connection may be why: a server that serves one client at a time waits for it to say
  /// something.
  void doubted(long startNanos) {
    Wire suspect = wire;
    if (suspect != null && !suspect.proven && suspect.heldAt(startNanos)) {
      lifetime.harmed();
      suspect.close();
    }
  }

  /// Lets go of the connection.
  void release() {
    sprung = false;
    if (wire != null) {
      wire.close();
    }
  }

  private boolean steady() {
    return target.settled() && target.passesInARow > 1 && !target.removed() && !sprung;
  }

  private void openAfter(long delayNanos) {
    waiting = true;
    around.lane.after(
        delayNanos,
        () -> {
          waiting = false;
          open();
        });
  }

  private void open() {
    InetAddress to = address;
    if (wire != null || to == null || !steady()) {
      return;
    }
    if (around.limit.acquire()) {
      Wire opening = new Wire();
      wire = opening;
      opening.open(to);
    } else {
      openAfter(jittered(FULL_PAUSE_NANOS));
    }
  }

  private void sprung(long ageNanos) {
    // While a change is pending, confirming probes are on their way already.
    if (!target.settled() || target.removed()) {
      return;
    }
    around.metrics.count(Counter.TRIPWIRES_SPRUNG);
    sprung = true;
    sprungNanos = around.nanoClock.getAsLong();
    sprungAgeNanos = ageNanos;
    around.onSprung.accept(target);
  }

  /// Between three quarters of it and the whole.
  private long jittered(long nanos) {
    return nanos - around.random.nextLong(nanos / 4);
  }

  /// One connection, from before it is open.
  private final class Wire implements Lane.Watcher {
    /// Whether a probe has passed while it was open.
    private boolean proven;

    private boolean open;
    private long openedNanos;
    private Lane.@Nullable Held held;

    void open(InetAddress to) {
      held = around.lane.hold(target.target(), to, port, this);
    }

    @Override
    public void opened() {
      if (wire != this) {
        return;
      }
      open = true;
      openedNanos = around.nanoClock.getAsLong();
      around.lane.after(
          jittered(lifetime.renewAfterNanos()),
          () -> {
            if (wire == this) {
              lifetime.renewed();
              close();
              Tripwire.this.open();
            }
          });
    }

    @Override
    public void notOpened(boolean ownLimit) {
      if (gone() && !ownLimit) {
        lifetime.closedInVain(0);
      }
    }

    @Override
    public void lost() {
      if (gone()) {
        sprung(around.nanoClock.getAsLong() - openedNanos);
      }
    }

    void close() {
      if (gone() && held != null) {
        held.release();
      }
    }

    boolean heldAt(long nanos) {
      return open && nanos - openedNanos >= 0;
    }

    /// Whether it was not gone before.
    private boolean gone() {
      if (wire != this) {
        return false;
      }
      wire = null;
      around.limit.release();
      return true;
    }
  }
}
