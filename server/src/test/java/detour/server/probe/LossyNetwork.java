package detour.server.probe;

import java.util.Random;
import java.util.function.DoubleSupplier;

/// How long one HTTP exchange takes over a network that loses packets: a lognormal answer time, and
/// what TCP waits before it sends a lost packet again.
final class LossyNetwork implements DoubleSupplier {
  /// RFC 6298 section 2.1 for a connection that is being opened; then doubled.
  private static final double FIRST_RETRANSMISSION_MILLIS = 1000;

  /// The least that Linux waits on an open connection; then doubled.
  private static final double LEAST_RETRANSMISSION_MILLIS = 200;

  private final Random random;
  private final double lossOfARoundTrip;
  private final double medianMillis;
  private final double spread;

  /// @param loss the share of packets that are lost, in each direction
  /// @param spread standard deviation of the logarithm of the answer time
  LossyNetwork(double loss, double medianMillis, double spread, long seed) {
    this.random = new Random(seed);
    this.lossOfARoundTrip = 1 - (1 - loss) * (1 - loss);
    this.medianMillis = medianMillis;
    this.spread = spread;
  }

  @Override
  public double getAsDouble() {
    return medianMillis * Math.exp(spread * random.nextGaussian())
        + waited(FIRST_RETRANSMISSION_MILLIS)
        + waited(LEAST_RETRANSMISSION_MILLIS);
  }

  /// Until a packet has come there, and its answer back.
  private double waited(double retransmissionMillis) {
    double waited = 0;
    double next = retransmissionMillis;
    while (random.nextDouble() < lossOfARoundTrip) {
      waited += next;
      next *= 2;
    }
    return waited;
  }
}
