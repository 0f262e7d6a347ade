package detour.server.cluster;

import detour.server.trend.OtherSights.Told;
import detour.server.trend.Sight;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What other vantages told of a service, as it is in the store. Any thread.
///
/// @param trouble why they do not tell anything newer; null when they do
/// @param records by vantage; not to be changed
/// @param ahead by vantage: by how much its clock is ahead of this node's, where that is known
record Look(@Nullable String trouble, Map<String, byte[]> records, Map<String, Duration> ahead) {

  /// The same for people, by this node's clock. What cannot be understood is as if it were not
  /// there.
  Told told() {
    Map<String, Sight> byVantage = new HashMap<>();
    records.forEach((vantage, record) -> {
      Duration skew = ahead.getOrDefault(vantage, Duration.ZERO);
      SightRecords.read(record)
          .ifPresent(sight -> byVantage.put(vantage, sight.byClockBehind(skew)));
    });
    return new Told(trouble, byVantage);
  }
}
