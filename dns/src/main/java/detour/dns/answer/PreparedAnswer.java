package detour.dns.answer;

import java.util.List;

/// What one address family of a service is answered with now: records ready to be copied, or none.
public final class PreparedAnswer {
  private PreparedAnswer() {}

  /// Address records of one family.
  ///
  /// @param addresses 4 or 16 octets each, all of one length
  /// @param weights one for each address, 0 to 65535
  /// @param answered how many are answered, drawn by weight without repetition; 0 for all, in
  ///   rotated order
  /// @param ttlSeconds TTL of the records
  public static PreparedAnswer addresses(
      List<byte[]> addresses, int[] weights, int answered, int ttlSeconds) {
    return new PreparedAnswer();
  }

  /// A CNAME, drawn by weight among the targets. It stands for every type, so both families must
  /// have it.
  ///
  /// @param targets uncompressed wire-form names
  public static PreparedAnswer alias(List<byte[]> targets, int[] weights, int ttlSeconds) {
    return new PreparedAnswer();
  }

  /// No records of this family: NODATA.
  public static PreparedAnswer noData() {
    return new PreparedAnswer();
  }

  /// SERVFAIL.
  public static PreparedAnswer servFail() {
    return new PreparedAnswer();
  }

  /// When the record at this position was last handed out, in epoch milliseconds; 0 for never. Any
  /// thread.
  public long lastHandedOutMillis(int position) {
    return 0;
  }
}
