package detour.dns.answer;

import detour.dns.wire.QueryOptions;
import detour.dns.wire.ResponseCode;
import detour.dns.zone.Zone;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Decides which EDNS options a response has, and what they say. Belongs to one thread.
///
/// Cookie, client subnet and keepalive have their room kept before the answer is written: a client
/// may drop a response without its cookie (RFC 7873 section 5.3), and take one without its subnet
/// for that of a server that knows no subnets. All others are left out where there is no room.
final class EdnsAnswer {
  private static final byte[] NO_TEXT = {};

  /// RFC 7871 section 7.2.1: the answer is the same for every client, wherever it is.
  private static final int SCOPE_EVERYBODY = 0;

  private final OptWriter opt = new OptWriter();
  private final ServerCookie cookie = new ServerCookie();
  private final int udpOctets;
  private int idleDeciseconds;
  private boolean answersCookie;

  /// @param udpOctets the largest message over UDP that is taken here, announced to clients
  EdnsAnswer(int udpOctets) {
    this.udpOctets = udpOctets;
  }

  /// @param deciseconds how long a connection may be idle from now on; 0 asks clients to close it
  void tellIdle(int deciseconds) {
    idleDeciseconds = deciseconds;
  }

  /// Looks at the options of a query that has some.
  ///
  /// @return octets to be kept for those of the response
  int begin(
      QueryOptions options,
      CookiePolicy policy,
      Transport transport,
      ClientAddress client,
      long nowMillis) {
    answersCookie = options.hasCookie() && !policy.isOff();
    int octets = 0;
    if (answersCookie) {
      cookie.check(options, policy, client, nowMillis);
      octets += OptWriter.COOKIE_OCTETS;
    }
    if (options.hasClientSubnet()) {
      octets += OptWriter.SUBNET_OCTETS + options.subnetOctets();
    }
    return transport.isStream() ? octets + OptWriter.KEEPALIVE_OCTETS : octets;
  }

  /// Whether the query that was looked at has a cookie, and gets one.
  boolean answersCookie() {
    return answersCookie;
  }

  /// Whether its cookie proved that its client is where it says.
  boolean cookieValid() {
    return answersCookie && cookie.valid();
  }

  /// Begins the OPT record.
  ///
  /// @param record where it begins
  /// @param room octets that it may grow to
  void open(MemorySegment memory, long record, int room, ResponseCode code, boolean dnssecOk) {
    opt.begin(memory, record, room, udpOctets, code, dnssecOk);
  }

  /// Adds the options that room was kept for.
  void addKept(QueryOptions options, Transport transport) {
    if (answersCookie) {
      opt.addCookie(cookie.client(), cookie.head(), cookie.tail());
    }
    if (options.hasClientSubnet()) {
      opt.addClientSubnet(options, SCOPE_EVERYBODY);
    }
    // RFC 7828 section 3.3.1: over UDP the option is ignored.
    if (options.asksKeepalive() && transport.isStream()) {
      opt.addKeepalive(idleDeciseconds);
    }
  }

  /// Adds an Extended DNS Error without a text.
  void addError(int infoCode) {
    opt.addError(infoCode, NO_TEXT);
  }

  void addError(int infoCode, byte[] text) {
    opt.addError(infoCode, text);
  }

  /// Adds what else the client asked for.
  ///
  /// @param zone that of the question's name; null where none of ours has answered
  /// @param before octets of the message before the OPT record
  void addAsked(
      QueryOptions options,
      AnswerTable table,
      @Nullable Zone zone,
      Transport transport,
      int before) {
    // RFC 9660 section 3.2: whatever the response code, if we are authoritative for the name asked.
    if (options.asksZoneVersion() && zone != null) {
      opt.addZoneVersions(zone.originLabels(), zone.serial(), table.epoch());
    }
    // RFC 5001 section 2.2: only when asked.
    if (options.asksNameServerId() && table.nameServerId().length > 0) {
      opt.addNameServerId(table.nameServerId());
    }
    // RFC 7830 section 6: never where it could be read, or amplify.
    if (options.asksPadding() && transport.isEncrypted()) {
      opt.addPadding(before);
    }
  }

  /// Octets of the whole record.
  int close() {
    return opt.finish();
  }
}
