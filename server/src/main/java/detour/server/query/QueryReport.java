package detour.server.query;

import com.fasterxml.jackson.annotation.JsonProperty;
import detour.dns.wire.DataText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.DClass;
import org.xbill.DNS.ExtendedFlags;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Header;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/// Everything about one answer, for people and programs.
///
/// @param server address and port
/// @param transport `UDP`, `TCP` or `TLS`
/// @param tls version, cipher and certificate; null without TLS
/// @param milliseconds of the exchange that gave the answer, the making of a connection included
/// @param connectMilliseconds how much of it went into the connection; null over UDP
/// @param octets of the answer
/// @param queryOctets of the question
/// @param rcode all 12 bits of it, as a name
/// @param flags as `aa`, in the order of the header
/// @param edns null when the answer has no OPT record
/// @param remarks what was unusual
public record QueryReport(
    String name,
    String type,
    @JsonProperty("class") String dclass,
    String server,
    String transport,
    @Nullable String tls,
    double milliseconds,
    @Nullable Double connectMilliseconds,
    int octets,
    int queryOctets,
    int id,
    String opcode,
    String rcode,
    List<String> flags,
    @Nullable EdnsReport edns,
    List<RecordReport> answer,
    List<RecordReport> authority,
    List<RecordReport> additional,
    List<String> remarks) {
  /// Octets of type, class, TTL and length.
  private static final int BEFORE_DATA = 10;

  /// The OPT record.
  ///
  /// @param udpOctets the largest query over UDP that the server takes
  public record EdnsReport(
      int version, int udpOctets, boolean dnssecOk, List<OptionReport> options) {}

  /// One record.
  ///
  /// @param data in presentation form
  public record RecordReport(
      String name, long ttl, @JsonProperty("class") String dclass, String type, String data) {}

  private static final double NANOS_PER_MILLISECOND = 1e6;

  /// @param cookie what the client knows of the server
  static QueryReport of(Exchange exchange, QuerySettings settings, byte @Nullable [] cookie) {
    Message answer = exchange.answer();
    Header header = answer.getHeader();
    List<String> remarks = new ArrayList<>(exchange.remarks());
    if (settings.edns() != null && answer.getOPT() == null) {
      remarks.add("the server does not speak EDNS");
    }
    return new QueryReport(
        exchange.question().name().toString(),
        exchange.question().typeName(),
        exchange.question().className(),
        settings.target().toString(),
        exchange.transport().name(),
        exchange.tls(),
        exchange.nanos() / NANOS_PER_MILLISECOND,
        exchange.connectNanos() == 0 ? null : exchange.connectNanos() / NANOS_PER_MILLISECOND,
        exchange.octets(),
        exchange.queryOctets(),
        header.getID(),
        Opcode.string(header.getOpcode()),
        Rcode.string(answer.getRcode()),
        flags(header),
        edns(exchange, cookie),
        records(answer, Section.ANSWER),
        records(answer, Section.AUTHORITY),
        records(answer, Section.ADDITIONAL),
        List.copyOf(remarks));
  }

  /// Whether the answer says NOERROR and has a record.
  public boolean hasData() {
    return rcode.equals("NOERROR") && !answer.isEmpty();
  }

  private static List<String> flags(Header header) {
    return IntStream.of(Flags.QR, Flags.AA, Flags.TC, Flags.RD, Flags.RA, Flags.AD, Flags.CD)
        .filter(header::getFlag)
        .mapToObj(Flags::string)
        .toList();
  }

  private static @Nullable EdnsReport edns(Exchange exchange, byte @Nullable [] cookie) {
    OPTRecord opt = exchange.answer().getOPT();
    if (opt == null) {
      return null;
    }
    return new EdnsReport(
        opt.getVersion(),
        opt.getPayloadSize(),
        (opt.getFlags() & ExtendedFlags.DO) != 0,
        opt.getOptions().stream()
            .map(option -> OptionReport.of(option, exchange.question().name(), cookie))
            .toList());
  }

  private static List<RecordReport> records(Message message, int section) {
    return message.getSection(section).stream()
        .filter(r -> r.getType() != Type.OPT)
        .map(r ->
            new RecordReport(
                r.getName().toString(),
                r.getTTL(),
                DClass.string(r.getDClass()),
                Type.string(r.getType()),
                DataText.write(r.getType(), data(r))))
        .toList();
  }

  /// RDATA, uncompressed.
  private static byte[] data(Record record) {
    byte[] whole = record.toWire(Section.ANSWER);
    return Arrays.copyOfRange(whole, record.getName().length() + BEFORE_DATA, whole.length);
  }
}
