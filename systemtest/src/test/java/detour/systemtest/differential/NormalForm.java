package detour.systemtest.differential;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.ExtendedFlags;
import org.xbill.DNS.Flags;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Message;
import org.xbill.DNS.NSRecord;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.SVCBBase;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/// A response as it is compared: the order of records and the case of letters mean nothing, nor do
/// the name servers of its own zone that a server may add to an answer.
///
/// @param content all records of all sections, of which nothing is left out
/// @param octets of the whole response; 0 for none
/// @param truncated whether TC is set: then nobody says what the sections should hold
record NormalForm(Map<Part, String> parts, String content, int octets, boolean truncated) {
  /// What is compared one by one.
  enum Part {
    STATUS,
    ANSWER,
    AUTHORITY,
    ADDITIONAL,
    EDNS,
    /// How tightly it is compressed: of the same content nobody makes fewer octets.
    OCTETS
  }

  private static final int EXTENDED_ERROR = 15;

  static NormalForm of(byte[] response, List<ServedZone> zones) {
    Map<Part, String> parts = new EnumMap<>(Part.class);
    for (Part part : Part.values()) {
      parts.put(part, "");
    }
    if (response.length == 0) {
      parts.put(Part.STATUS, "silence");
      return new NormalForm(parts, "", 0, false);
    }
    try {
      Message message = new Message(response);
      parts.put(Part.STATUS, status(message));
      Set<String> apexes = new HashSet<>();
      zones.forEach(zone -> apexes.add(zone.origin()));
      putSections(message, apexes, parts);
      parts.put(Part.EDNS, edns(message));
      boolean truncated = message.getHeader().getFlag(Flags.TC);
      return new NormalForm(parts, content(message), response.length, truncated);
    } catch (IOException e) {
      parts.put(Part.STATUS, "unreadable: " + HexFormat.of().formatHex(response));
      return new NormalForm(parts, "", response.length, false);
    }
  }

  String part(Part part) {
    return parts.getOrDefault(part, "");
  }

  /// The records of a section, one a line.
  Set<String> records(Part part) {
    return part(part).isEmpty() ? Set.of() : new TreeSet<>(part(part).lines().toList());
  }

  private static String status(Message message) {
    StringBuilder status = new StringBuilder(Rcode.string(message.getRcode()));
    if (message.getHeader().getOpcode() != Opcode.QUERY) {
      status.append(" opcode ").append(message.getHeader().getOpcode());
    }
    for (int flag : new int[] {Flags.AA, Flags.TC, Flags.RD, Flags.RA, Flags.AD, Flags.CD}) {
      if (message.getHeader().getFlag(flag)) {
        status.append(' ').append(Flags.string(flag));
      }
    }
    return status + " questions " + message.getHeader().getCount(Section.QUESTION);
  }

  private static void putSections(Message message, Set<String> apexes, Map<Part, String> parts) {
    List<Record> answers = message.getSection(Section.ANSWER);
    List<Record> authorities = new ArrayList<>(message.getSection(Section.AUTHORITY));
    List<Record> additionals = new ArrayList<>(message.getSection(Section.ADDITIONAL));
    additionals.removeIf(record -> record.getType() == Type.OPT);
    if (!answers.isEmpty() && message.getHeader().getFlag(Flags.AA)) {
      Set<String> dropped = targets(authorities);
      authorities.removeIf(record ->
          record.getType() == Type.NS && apexes.contains(lower(record.getName().toString())));
      Set<String> kept = targets(answers);
      kept.addAll(targets(authorities));
      dropped.removeAll(kept);
      additionals.removeIf(record -> dropped.contains(lower(record.getName().toString())));
    }
    parts.put(Part.ANSWER, text(answers));
    parts.put(Part.AUTHORITY, text(authorities));
    parts.put(Part.ADDITIONAL, text(additionals));
  }

  private static String content(Message message) {
    StringBuilder content = new StringBuilder();
    for (int section = Section.ANSWER; section <= Section.ADDITIONAL; section++) {
      content.append(section).append('\n').append(text(message.getSection(section))).append('\n');
    }
    return content.toString();
  }

  private static Set<String> targets(List<Record> records) {
    Set<String> targets = new HashSet<>();
    for (Record record : records) {
      switch (record) {
        case NSRecord server -> targets.add(lower(server.getTarget().toString()));
        case MXRecord exchange -> targets.add(lower(exchange.getTarget().toString()));
        case SVCBBase service -> targets.add(lower(service.getTargetName().toString()));
        case SRVRecord service -> targets.add(lower(service.getTarget().toString()));
        default -> {}
      }
    }
    return targets;
  }

  private static String text(List<Record> records) {
    Set<String> lines = new TreeSet<>();
    for (Record record : records) {
      String line =
          lower(
              "%s %d %s %s"
                  .formatted(
                      record.getName(),
                      record.getTTL(),
                      Type.string(record.getType()),
                      record.rdataToString()));
      lines.add(lines.contains(line) ? line + " (again)" : line);
    }
    return String.join("\n", lines);
  }

  private static String edns(Message message) {
    OPTRecord opt = message.getOPT();
    if (opt == null) {
      return "";
    }
    Set<Integer> options = new TreeSet<>();
    for (EDNSOption option : opt.getOptions()) {
      if (option.getCode() != EXTENDED_ERROR) {
        options.add(option.getCode());
      }
    }
    boolean dnssecOk = (opt.getFlags() & ExtendedFlags.DO) != 0;
    return "version %d, %d octets%s, options %s"
        .formatted(opt.getVersion(), opt.getPayloadSize(), dnssecOk ? ", DO" : "", options);
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    parts.forEach((part, value) -> {
      if (!value.isEmpty()) {
        text.append("  ")
            .append(part)
            .append(": ")
            .append(value.replace("\n", "\n    "))
            .append('\n');
      }
    });
    return text.toString();
  }
}
