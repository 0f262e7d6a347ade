package detour.dns.answer;

import detour.dns.wire.Name;
import detour.dns.wire.PackedRecords;
import detour.dns.wire.RecordType;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.List;

/// What one address family, or another type, of a service is answered with now: records ready to be
/// copied, or none.
///
/// Immutable but for the record of what was handed out when and how often, which responders write.
public final class PreparedAnswer {
  enum Kind {
    ADDRESSES,
    ALIAS,
    RECORDS,
    NO_DATA,
    SERVFAIL,
    ZONE
  }

  /// So many addresses fit into the largest message.
  static final int MAXIMUM_RECORDS = 2000;

  /// How much time must pass until a record is noted as handed out again; saves writes to memory
  /// that other threads' caches hold too.
  private static final long NOTED_EVERY_MILLIS = 50;

  /// Responders count apart from each other as far as there are lanes, so that few of them write to
  /// the same memory. A power of two.
  static final int LANES = 4;

  /// Lanes begin this many counts apart at least: a line of the processor's cache.
  private static final int LANE_COUNTS = 8;

  private static final int PADDING = 8;
  private static final VarHandle ELEMENT = MethodHandles.arrayElementVarHandle(long[].class);
  private static final VarHandle ALL_TIME = allTime();
  private static final PreparedAnswer NO_DATA = new PreparedAnswer(Kind.NO_DATA);
  private static final PreparedAnswer SERVFAIL = new PreparedAnswer(Kind.SERVFAIL);
  private static final PreparedAnswer ZONE = new PreparedAnswer(Kind.ZONE);

  private final Kind kind;
  private final int size;

  /// Records as [PackedRecords] says, padded so that names in them can be read by eight octets.
  /// Where all are answered in rotated order they are there twice, so that every rotation is one
  /// slice.
  private final byte[] packed;

  /// Octets of an address record, which all have the same; 0 for an alias.
  private final int stride;

  /// Where each record begins, and where the last one ends.
  private final int[] starts;

  /// By which records are drawn: those given, or all 1 when all given are 0.
  private final int[] weights;

  private final long totalWeight;
  private final boolean evenWeights;
  private final int answered;

  /// When a record was handed out that had been drawn.
  private final long[] drawnMillis;

  /// How often each record was handed out that had been drawn, then how often all were together;
  /// once for each lane.
  private final long[] counts;

  private final int lane;

  /// When all records were handed out together. A field of its own, so that an answer of all
  /// records touches no memory but this object and the records.
  @SuppressWarnings("UnusedVariable") // by ALL_TIME
  private long allMillis;

  private PreparedAnswer(Kind kind) {
    this(kind, new byte[0], new int[1], new int[0], 0);
  }

  private PreparedAnswer(Kind kind, byte[] packed, int[] starts, int[] weights, int answered) {
    this.kind = kind;
    this.size = weights.length;
    this.packed = packed;
    this.stride = kind == Kind.ADDRESSES ? starts[1] : 0;
    this.starts = starts;
    this.weights = weights;
    this.totalWeight = Arrays.stream(weights).asLongStream().sum();
    this.evenWeights = Arrays.stream(weights).distinct().count() < 2;
    this.answered = answered;
    this.drawnMillis = new long[weights.length];
    this.lane = size == 0 ? 0 : (size + LANE_COUNTS) / LANE_COUNTS * LANE_COUNTS;
    this.counts = new long[LANES * lane];
  }

  /// Address records of one family. Without any it is [#noData].
  ///
  /// @param addresses 4 or 16 octets each, all of one length; at most 2000
  /// @param weights one for each address, 0 to 65535; an address of weight 0 is drawn only when all
  ///   are 0
  /// @param answered how many are answered, drawn by weight without repetition; 0 for all, in
  ///   rotated order
  /// @param ttlSeconds TTL of the records
  public static PreparedAnswer addresses(
      List<byte[]> addresses, int[] weights, int answered, int ttlSeconds) {
    if (addresses.isEmpty()) {
      return noData();
    }
    int length = addresses.getFirst().length;
    if (length != 4 && length != 16) {
      throw new IllegalArgumentException("an address has 4 or 16 octets, not " + length);
    }
    if (addresses.stream().anyMatch(address -> address.length != length)) {
      throw new IllegalArgumentException("the addresses are of two families");
    }
    if (answered < 0) {
      throw new IllegalArgumentException("answered is below 0: " + answered);
    }
    int type = length == 4 ? RecordType.A : RecordType.AAAA;
    return prepare(Kind.ADDRESSES, type, addresses, weights, answered, ttlSeconds);
  }

  /// A CNAME, drawn by weight among the targets. It stands for every type, so both families must
  /// have it.
  ///
  /// @param targets uncompressed wire-form names, 1 to 2000
  /// @param weights one for each target, 0 to 65535; a target of weight 0 is drawn only when all
  ///   are 0
  public static PreparedAnswer alias(List<byte[]> targets, int[] weights, int ttlSeconds) {
    if (targets.isEmpty()) {
      throw new IllegalArgumentException("an alias needs a target");
    }
    for (byte[] target : targets) {
      if (Name.octetsAt(target, 0) != target.length) {
        throw new IllegalArgumentException("a target is not one uncompressed name");
      }
    }
    return prepare(Kind.ALIAS, RecordType.CNAME, targets, weights, 1, ttlSeconds);
  }

  /// Records of any other type, all answered together.
  ///
  /// @param type no address, CNAME or DNAME
  /// @param rdata uncompressed, no two alike; without any it is [#noData]
  public static PreparedAnswer records(int type, List<byte[]> rdata, int ttlSeconds) {
    return rdata.isEmpty()
        ? noData()
        : prepare(Kind.RECORDS, type, rdata, new int[rdata.size()], 0, ttlSeconds);
  }

  /// The service says nothing: the zone's own records, or their absence, answer.
  public static PreparedAnswer ofZone() {
    return ZONE;
  }

  /// No records of this family: NODATA.
  public static PreparedAnswer noData() {
    return NO_DATA;
  }

  /// SERVFAIL.
  public static PreparedAnswer servFail() {
    return SERVFAIL;
  }

  /// When the record at this position was last handed out, in epoch milliseconds; 0 for never. Any
  /// thread. Exact to 50 ms.
  public long lastHandedOutMillis(int position) {
    return Math.max(
        (long) ELEMENT.getOpaque(drawnMillis, position), (long) ALL_TIME.getOpaque(this));
  }

  /// How often the record at this position was written into a response. Any thread. A response that
  /// was then not sent, being above a rate limit, counts too.
  public long timesHandedOut(int position) {
    return count(position) + count(size);
  }

  /// How many responses records were written into; otherwise as [#timesHandedOut].
  public long answers() {
    if (size == 0) {
      return 0;
    }
    long drawn = 0;
    for (int position = 0; position < size; position++) {
      drawn += count(position);
    }
    return count(size) + drawn / Math.max(1, answered);
  }

  /// How many records it has.
  public int size() {
    return size;
  }

  Kind kind() {
    return kind;
  }

  byte[] packed() {
    return packed;
  }

  /// Octets of an address record.
  int stride() {
    return stride;
  }

  int start(int position) {
    return starts[position];
  }

  /// Octets of all records.
  int octets() {
    return starts[size];
  }

  int octets(int position) {
    return starts[position + 1] - starts[position];
  }

  int weight(int position) {
    return weights[position];
  }

  long totalWeight() {
    return totalWeight;
  }

  /// Whether every record has the same chance to be drawn.
  boolean evenWeights() {
    return evenWeights;
  }

  /// How many are drawn, never more than have a weight; 0 for all.
  int answered() {
    return answered;
  }

  /// Several responders may write the time at once; whichever write stays is right to 50 ms.
  ///
  /// @param own the lane that the responder counts in
  void handOut(int position, int own, long nowMillis) {
    countOne(own * lane + position);
    long last = (long) ELEMENT.getOpaque(drawnMillis, position);
    if (nowMillis - last >= NOTED_EVERY_MILLIS) {
      ELEMENT.setOpaque(drawnMillis, position, nowMillis);
    }
  }

  /// Notes that every record was handed out; otherwise as [#handOut].
  void handOutAll(int own, long nowMillis) {
    countOne(own * lane + size);
    if (nowMillis - (long) ALL_TIME.getOpaque(this) >= NOTED_EVERY_MILLIS) {
      ALL_TIME.setOpaque(this, nowMillis);
    }
  }

  /// One instruction, which is right whoever counts in the same lane.
  private void countOne(int index) {
    var _ = (long) ELEMENT.getAndAdd(counts, index, 1L);
  }

  private long count(int offset) {
    long sum = 0;
    for (int i = 0; i < LANES; i++) {
      sum += (long) ELEMENT.getOpaque(counts, i * lane + offset);
    }
    return sum;
  }

  private static PreparedAnswer prepare(
      Kind kind, int type, List<byte[]> data, int[] weights, int answered, int ttlSeconds) {
    if (data.size() > MAXIMUM_RECORDS) {
      throw new IllegalArgumentException(
          data.size() + " records; at most " + MAXIMUM_RECORDS + " fit into a message");
    }
    if (weights.length != data.size()) {
      throw new IllegalArgumentException(data.size() + " records, " + weights.length + " weights");
    }
    if (Arrays.stream(weights).anyMatch(weight -> weight < 0 || weight > 65535)) {
      throw new IllegalArgumentException("a weight is not within 0 to 65535");
    }
    if (ttlSeconds < 0) {
      throw new IllegalArgumentException("the TTL is below 0: " + ttlSeconds);
    }
    int octets = data.stream().mapToInt(rdata -> PackedRecords.RDATA + rdata.length).sum();
    boolean rotated = kind == Kind.ADDRESSES && answered == 0 && data.size() > 1;
    byte[] packed = new byte[(rotated ? 2 * octets : octets) + PADDING];
    int[] starts = new int[data.size() + 1];
    for (int i = 0; i < data.size(); i++) {
      starts[i + 1] = PackedRecords.put(packed, starts[i], type, ttlSeconds, data.get(i));
    }
    if (rotated) {
      System.arraycopy(packed, 0, packed, octets, octets);
    }
    boolean allZero = Arrays.stream(weights).allMatch(weight -> weight == 0);
    int[] effective = weights.clone();
    if (allZero) {
      Arrays.fill(effective, 1);
    }
    int drawable = (int) Arrays.stream(effective).filter(weight -> weight > 0).count();
    return new PreparedAnswer(kind, packed, starts, effective, Math.min(answered, drawable));
  }

  private static VarHandle allTime() {
    try {
      return MethodHandles.lookup()
          .findVarHandle(PreparedAnswer.class, "allMillis", long.class)
          .withInvokeExactBehavior();
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @Override
  public String toString() {
    return kind + " of " + size + " records";
  }
}
