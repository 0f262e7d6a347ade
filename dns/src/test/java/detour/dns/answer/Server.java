package detour.dns.answer;

import detour.dns.wire.Name;
import detour.dns.zone.Zone;
import detour.dns.zone.ZoneTexts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.xbill.DNS.DClass;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.Flags;
import org.xbill.DNS.GenericEDNSOption;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/// A responder with zones, asked and read by dnsjava.
final class Server {
  static final long NOW_MILLIS = 1_800_000_000_000L;

  final Responder responder;
  AnswerTable table;

  Server(AnswerTable table) {
    this(table, new Responder(1));
  }

  Server(AnswerTable table, Responder responder) {
    this.table = table;
    this.responder = responder;
  }

  /// One zone, `example.com`.
  static Server of(String records) {
    return of(ZoneTexts.zone("example.com", records));
  }

  static Server of(Zone... zones) {
    return new Server(AnswerTable.of(List.of(zones), new ServiceAnswer[0]));
  }

  /// `example.com` with the services at the names, in the order of their indexes.
  static Server of(String records, List<String> names, ServiceAnswer... services) {
    var builder = ZoneTexts.builder("example.com", records);
    try {
      for (int i = 0; i < names.size(); i++) {
        builder.service(Name.parse(names.get(i)), i);
      }
    } catch (detour.dns.zone.ZoneException e) {
      throw new AssertionError(e);
    }
    return new Server(AnswerTable.of(List.of(ZoneTexts.build(builder)), services));
  }

  static PreparedAnswer addresses(int answered, int[] weights, String... addresses) {
    return PreparedAnswer.addresses(
        Stream.of(addresses).map(Server::octets).toList(), weights, answered, 30);
  }

  static PreparedAnswer addresses(String... addresses) {
    return addresses(0, new int[addresses.length], addresses);
  }

  static PreparedAnswer alias(String... targets) {
    List<byte[]> wires = Stream.of(targets).map(Name::parse).map(Name::toWire).toList();
    return PreparedAnswer.alias(wires, new int[targets.length], 30);
  }

  static byte[] octets(String address) {
    try {
      return InetAddress.getByName(address).getAddress();
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  Message ask(String name, int type) {
    return ask(query(name, type), Transport.UDP);
  }

  /// With EDNS, a payload size, and perhaps DO.
  Message askEdns(String name, int type, int udpOctets, boolean dnssecOk) {
    Message query = query(name, type);
    query.addRecord(
        new OPTRecord(udpOctets, 0, 0, dnssecOk ? org.xbill.DNS.ExtendedFlags.DO : 0),
        Section.ADDITIONAL);
    return ask(query, Transport.UDP);
  }

  /// From somewhere, at a time.
  Message askFrom(String client, Message query, Transport transport, long nowMillis) {
    return decode(
        responder.answer(
            table, query.toWire(), transport, ClientAddress.of(octets(client)), nowMillis));
  }

  /// What the options of one code say in a response, in hexadecimal digits.
  static List<String> options(Message response, int code) {
    return response.getOPT() == null
        ? List.of()
        : response.getOPT().getOptions(code).stream()
            .map(option -> HexFormat.of().formatHex(payload(option)))
            .toList();
  }

  /// An option of a query, whatever it says.
  static EDNSOption option(int code, String hexadecimal) {
    return new GenericEDNSOption(code, HexFormat.of().parseHex(hexadecimal));
  }

  Message askTcp(String name, int type) {
    return ask(query(name, type), Transport.TCP);
  }

  Message ask(Message query, Transport transport) {
    return decode(askRaw(query.toWire(), transport));
  }

  byte[] askRaw(byte[] query, Transport transport) {
    return responder.answer(table, query, transport, NOW_MILLIS);
  }

  static Message query(String name, int type) {
    try {
      String absolute = name.endsWith(".") ? name : name + ".";
      Message query =
          Message.newQuery(
              Record.newRecord(org.xbill.DNS.Name.fromString(absolute), type, DClass.IN));
      query.getHeader().unsetFlag(Flags.RD);
      return query;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /// With EDNS, 1232 octets and these options.
  static Message withOptions(String name, int type, EDNSOption... options) {
    Message query = query(name, type);
    query.addRecord(new OPTRecord(1232, 0, 0, 0, options), Section.ADDITIONAL);
    return query;
  }

  /// What an option says, without its code and length.
  static byte[] payload(EDNSOption option) {
    byte[] wire = option.toWire();
    return Arrays.copyOfRange(wire, 4, wire.length);
  }

  static Message decode(byte[] response) {
    try {
      return new Message(response);
    } catch (IOException e) {
      throw new AssertionError(
          "no DNS message: " + java.util.HexFormat.of().formatHex(response), e);
    }
  }

  /// What tests compare: `NOERROR aa`, `NXDOMAIN`, `NOERROR tc`.
  static String status(Message response) {
    StringBuilder status = new StringBuilder(Rcode.string(response.getRcode()));
    for (int flag : new int[] {Flags.AA, Flags.TC, Flags.RD, Flags.RA, Flags.AD, Flags.CD}) {
      if (response.getHeader().getFlag(flag)) {
        status.append(' ').append(Flags.string(flag));
      }
    }
    return status.toString();
  }

  /// `owner ttl TYPE data` of each record, OPT left out.
  static List<String> records(Message response, int section) {
    List<String> texts = new ArrayList<>();
    for (Record record : response.getSection(section)) {
      if (record.getType() != Type.OPT) {
        texts.add(
            "%s %d %s %s"
                .formatted(
                    record.getName(),
                    record.getTTL(),
                    Type.string(record.getType()),
                    record.rdataToString()));
      }
    }
    return texts;
  }

  static List<String> answers(Message response) {
    return records(response, Section.ANSWER);
  }

  static List<String> authorities(Message response) {
    return records(response, Section.AUTHORITY);
  }

  static List<String> additionals(Message response) {
    return records(response, Section.ADDITIONAL);
  }

  static final String SOA =
      "example.com. 300 SOA"
          + " ns1.example.com. hostmaster.example.com. 2026112200 7200 900 1209600 300";
}
