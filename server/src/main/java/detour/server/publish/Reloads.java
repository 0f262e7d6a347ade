package detour.server.publish;

import java.util.List;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads configurations for reloads, each on a thread of its own.
final class Reloads {
  private static final Logger LOG = LoggerFactory.getLogger(Reloads.class);

  /// Held from the reading until the outcome is handed over, so that of two reloads the one that
  /// read last is applied last.
  private final Lock reading = new ReentrantLock();

  /// Returns at once. One of the two is called, whatever happens.
  void read(
      ConfigurationSource source,
      Consumer<LoadedConfiguration> valid,
      Consumer<ConfigurationRefused> refused) {
    Thread.ofVirtual()
        .name("reload")
        .start(() -> {
          reading.lock();
          try {
            valid.accept(source.load());
          } catch (ConfigurationRefused e) {
            refused.accept(e);
          } catch (RuntimeException | Error e) {
            LOG.error("the configuration could not be read", e);
            refused.accept(failed("read", e));
          } finally {
            reading.unlock();
          }
        });
  }

  /// An error of this program as a refusal.
  static ConfigurationRefused failed(String verb, Throwable cause) {
    return new ConfigurationRefused(
        List.of("it could not be " + verb + ", by an error of this program: " + cause));
  }
}
