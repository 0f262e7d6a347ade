package detour.server;

import detour.dns.answer.AnswerTable;
import detour.dns.answer.Responder;
import detour.dns.answer.Transport;
import detour.dns.wire.NameKey;
import detour.dns.wire.RecordType;
import detour.dns.zone.Lookup;
import detour.dns.zone.Zone;
import detour.failover.model.Service;
import detour.server.api.BadRequest;
import detour.server.api.Explainer;
import detour.server.api.ExplanationReport;
import detour.server.api.ExplanationReport.AnswerRecord;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.DClass;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.ExtendedErrorCodeOption;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/// Asks the very code that answers queries, and decodes what it says with another library.
final class AnswerExplainer implements Explainer {
  /// A time of zero leaves no trace among the times at which answers were handed out.
  private static final long NO_TRACE_MILLIS = 0;

  private static final int PAYLOAD_BYTES = 4_096;
  private static final long SEED = 1;

  private final Supplier<AnswerTable> table;
  private final Supplier<List<Service>> services;

  /// @param services as they are configured, by their positions in the table
  AnswerExplainer(Supplier<AnswerTable> table, Supplier<List<Service>> services) {
    this.table = table;
    this.services = services;
  }

  @Override
  public ExplanationReport.Answer explain(String name, String type, @Nullable InetAddress client) {
    Message query = query(name, type);
    AnswerTable asked = table.get();
    byte[] response =
        new Responder(SEED).answer(asked, query.toWire(), Transport.TCP, NO_TRACE_MILLIS);
    try {
      return report(asked, new Message(response), query.getQuestion());
    } catch (IOException e) {
      throw new IllegalStateException("the server's own answer cannot be read", e);
    }
  }

  private ExplanationReport.Answer report(AnswerTable asked, Message response, Record asking) {
    Name question = asking.getName();
    String service = service(asked, question, asking.getType(), services.get());
    return new ExplanationReport.Answer(
        Rcode.string(response.getRcode()),
        response.getHeader().getFlag(Flags.AA),
        zone(asked, question.toWireCanonical()),
        service,
        extendedError(response.getOPT()),
        records(response, Section.ANSWER),
        records(response, Section.AUTHORITY),
        records(response, Section.ADDITIONAL));
  }

  /// The service that answers; null for none. Where several stand at the name, the one whose type
  /// it is.
  private static @Nullable String service(
      AnswerTable asked, Name question, int type, List<Service> services) {
    String name = text(question);
    List<Service> exact = at(name, services);
    List<Service> there =
        exact.isEmpty() ? at(wildcard(asked, question, services), services) : exact;
    return there.stream()
        .filter(service -> there.size() == 1 || service.types().contains(type))
        .map(Service::name)
        .findFirst()
        .orElse(null);
  }

  private static List<Service> at(@Nullable String owner, List<Service> services) {
    return services.stream().filter(service -> service.owner().equals(owner)).toList();
  }

  /// The wildcard that answers for a name that does not exist (RFC 4592); null for none.
  private static @Nullable String wildcard(
      AnswerTable asked, Name question, List<Service> services) {
    detour.dns.wire.Name name = detour.dns.wire.Name.ofWire(question.toWireCanonical());
    Zone zone = asked.zoneOf(name);
    Lookup lookup = new Lookup();
    boolean answers =
        zone != null
            && zone.lookup(new NameKey().set(name), Type.A, lookup) == Lookup.Outcome.SERVICE
            && lookup.wildcard()
            && lookup.service() < services.size();
    return answers ? services.get(lookup.service()).owner() : null;
  }

  private static @Nullable String zone(AnswerTable asked, byte[] name) {
    Zone zone = asked.zoneOf(detour.dns.wire.Name.ofWire(name));
    return zone == null ? null : withoutDot(zone.origin().toString());
  }

  private static String withoutDot(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.length() > 1 && lower.endsWith(".")
        ? lower.substring(0, lower.length() - 1)
        : lower;
  }

  private static @Nullable String extendedError(@Nullable OPTRecord opt) {
    if (opt == null) {
      return null;
    }
    for (EDNSOption option : opt.getOptions()) {
      if (option instanceof ExtendedErrorCodeOption error) {
        return error.getText();
      }
    }
    return null;
  }

  private static List<AnswerRecord> records(Message response, int section) {
    return response.getSection(section).stream()
        .filter(r -> r.getType() != Type.OPT)
        .map(r ->
            new AnswerRecord(
                text(r.getName()), r.getTTL(), Type.string(r.getType()), r.rdataToString()))
        .toList();
  }

  private static Message query(String name, String type) {
    int number =
        RecordType.parse(type).orElseGet(() -> Type.value(type.toUpperCase(Locale.ROOT), true));
    if (number < 0) {
      throw new BadRequest("type", "'" + type + "' is no record type; expected one as A or TYPE65");
    }
    try {
      Name absolute = Name.fromString(name, Name.root);
      Message query = Message.newQuery(Record.newRecord(absolute, number, DClass.IN));
      query.addRecord(new OPTRecord(PAYLOAD_BYTES, 0, 0), Section.ADDITIONAL);
      return query;
    } catch (TextParseException e) {
      throw new BadRequest("name", "'" + name + "' is no domain name: " + e.getMessage());
    }
  }

  private static String text(Name name) {
    return name.toString(true).toLowerCase(Locale.ROOT);
  }
}
