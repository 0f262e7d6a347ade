package detour.server.query;

import detour.dns.wire.Edns;
import detour.server.query.QueryFailed.Kind;
import detour.server.query.QuerySettings.Transport;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.ClientSubnetOption;
import org.xbill.DNS.CookieOption;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.ExtendedFlags;
import org.xbill.DNS.Flags;
import org.xbill.DNS.GenericEDNSOption;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.TcpKeepaliveOption;

/// Asks one server, as often as it is told to. It remembers the cookie that the server gave, as a
/// resolver would. Belongs to one thread.
public final class QueryClient {
  static final int PADDING = 12;

  /// RFC 8467 section 4.1.
  private static final int PADDED_BLOCK_OCTETS = 128;

  private static final int OPTION_HEADER_OCTETS = 4;
  private static final int COOKIE_OCTETS = 8;

  private final QuerySettings settings;
  private final SecureRandom random = new SecureRandom();
  private final @Nullable TlsClient tls;
  private byte @Nullable [] cookie;

  /// @throws IllegalArgumentException when the file of TLS authorities will not do
  public QueryClient(QuerySettings settings) {
    this.settings = settings;
    this.tls = settings.transport() == Transport.TLS ? TlsClient.of(settings.tls()) : null;
    this.cookie = settings.edns() == null ? null : settings.edns().cookie();
  }

  /// Eight octets for [EdnsSettings#cookie].
  public static byte[] newClientCookie() {
    byte[] octets = new byte[COOKIE_OCTETS];
    new SecureRandom().nextBytes(octets);
    return octets;
  }

  /// Asks until there is an answer.
  ///
  /// @throws QueryFailed when there is none after the last try, or another try cannot help
  public QueryReport ask(Question question) throws QueryFailed {
    for (int attempt = 1; ; attempt++) {
      List<String> remarks = new ArrayList<>();
      if (attempt > 1) {
        remarks.add("answered at try " + attempt);
      }
      try {
        Exchange exchange = withCookie(question, settings.transport(), remarks);
        return QueryReport.of(exchange, settings, cookie);
      } catch (QueryFailed e) {
        if (e.kind() != Kind.NO_ANSWER || attempt >= settings.tries()) {
          throw attempt == 1 || e.kind() != Kind.NO_ANSWER
              ? e
              : new QueryFailed(e.kind(), e.getMessage() + ", in each of " + attempt + " tries");
        }
      }
    }
  }

  /// RFC 7873 section 5.3: a server that wants a cookie of its own gives it with BADCOOKIE.
  private Exchange withCookie(Question question, Transport transport, List<String> remarks)
      throws QueryFailed {
    Exchange exchange = exchange(question, transport, remarks);
    boolean learned = learnCookie(exchange.answer());
    if (exchange.answer().getRcode() == Rcode.BADCOOKIE && learned) {
      remarks.add("the server wanted its cookie (BADCOOKIE): asked again with it");
      exchange = exchange(question, transport, remarks);
      learnCookie(exchange.answer());
    }
    if (exchange.answer().getHeader().getFlag(Flags.TC)
        && transport == Transport.UDP
        && settings.followTruncation()) {
      remarks.add("the answer over UDP was truncated: asked again over TCP");
      return withCookie(question, Transport.TCP, remarks);
    }
    return exchange;
  }

  private Exchange exchange(Question question, Transport transport, List<String> remarks)
      throws QueryFailed {
    byte[] query = query(question, transport);
    Received received;
    if (transport == Transport.UDP) {
      DatagramExchange datagrams = new DatagramExchange();
      received = datagrams.ask(query, settings.target(), settings.timeout());
      remarks.addAll(datagrams.strays());
    } else {
      received = new StreamExchange(settings.target(), settings.timeout(), tls).ask(query);
    }
    Message answer = read(received.octets());
    check(question, answer, remarks);
    return new Exchange(
        question,
        answer,
        received.octets().length,
        query.length,
        transport,
        received.nanos(),
        received.connectNanos(),
        received.tls(),
        remarks);
  }

  private static Message read(byte[] octets) throws QueryFailed {
    try {
      return new Message(octets);
    } catch (IOException | RuntimeException e) {
      throw new QueryFailed(
          Kind.MALFORMED,
          "the answer of " + octets.length + " octets cannot be read: " + e.getMessage());
    }
  }

  private static void check(Question question, Message answer, List<String> remarks)
      throws QueryFailed {
    Record echoed = answer.getQuestion();
    if (echoed == null) {
      remarks.add("the answer does not repeat the question");
    } else if (!echoed.getName().equals(question.name())
        || echoed.getType() != question.type()
        || echoed.getDClass() != question.dclass()) {
      throw new QueryFailed(
          Kind.MALFORMED,
          "the answer is to another question: %s %s"
              .formatted(echoed.getName(), org.xbill.DNS.Type.string(echoed.getType())));
    } else if (!echoed.getName().toString().equals(question.name().toString())) {
      remarks.add("the answer repeats the name in other case: " + echoed.getName());
    }
    if (!answer.getHeader().getFlag(Flags.QR)) {
      throw new QueryFailed(Kind.MALFORMED, "what came is a query, not an answer");
    }
  }

  private boolean learnCookie(Message answer) {
    byte[] sent = cookie;
    OPTRecord opt = answer.getOPT();
    if (sent == null || opt == null) {
      return false;
    }
    for (EDNSOption option : opt.getOptions(EDNSOption.Code.COOKIE)) {
      byte[] came = OptionReport.data(option);
      // RFC 7873 section 5.3: an answer with another client's cookie is not believed.
      if (came.length > COOKIE_OCTETS
          && Arrays.equals(came, 0, COOKIE_OCTETS, sent, 0, COOKIE_OCTETS)) {
        cookie = came;
        return true;
      }
    }
    return false;
  }

  private byte[] query(Question question, Transport transport) {
    Message query = new Message(random.nextInt(1 << 16));
    if (settings.recursionDesired()) {
      query.getHeader().setFlag(Flags.RD);
    }
    query.addRecord(question.record(), Section.QUESTION);
    EdnsSettings edns = settings.edns();
    if (edns == null) {
      return query.toWire();
    }
    List<EDNSOption> options = options(edns, transport);
    query.addRecord(record(edns, options), Section.ADDITIONAL);
    if (!edns.padded()) {
      return query.toWire();
    }
    int octets = query.toWire().length + OPTION_HEADER_OCTETS;
    options.add(
        new GenericEDNSOption(PADDING, new byte[Math.floorMod(-octets, PADDED_BLOCK_OCTETS)]));
    query.removeAllRecords(Section.ADDITIONAL);
    query.addRecord(record(edns, options), Section.ADDITIONAL);
    return query.toWire();
  }

  private static OPTRecord record(EdnsSettings edns, List<EDNSOption> options) {
    int flags = edns.dnssecOk() ? ExtendedFlags.DO : 0;
    return new OPTRecord(edns.udpOctets(), 0, Edns.VERSION, flags, options);
  }

  private List<EDNSOption> options(EdnsSettings edns, Transport transport) {
    List<EDNSOption> options = new ArrayList<>();
    byte[] known = cookie;
    if (known != null) {
      options.add(
          known.length == COOKIE_OCTETS
              ? new CookieOption(known)
              : new CookieOption(
                  Arrays.copyOf(known, COOKIE_OCTETS),
                  Arrays.copyOfRange(known, COOKIE_OCTETS, known.length)));
    }
    if (edns.nsid()) {
      options.add(new GenericEDNSOption(Edns.NAME_SERVER_ID, new byte[0]));
    }
    if (edns.zoneVersion()) {
      options.add(new GenericEDNSOption(Edns.ZONE_VERSION, new byte[0]));
    }
    Subnet subnet = edns.subnet();
    if (subnet != null) {
      options.add(new ClientSubnetOption(subnet.prefixBits(), subnet.address()));
    }
    // RFC 7828 section 3.2.1: not over UDP.
    if (edns.keepalive() && transport != Transport.UDP) {
      options.add(new TcpKeepaliveOption());
    }
    return options;
  }
}
