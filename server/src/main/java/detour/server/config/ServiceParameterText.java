package detour.server.config;

import detour.dns.wire.ServiceParameter;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.TreeSet;

/// Reads the service parameters of an SVCB or HTTPS record (RFC 9460 section 2.1 and appendix A).
final class ServiceParameterText {
  private final ZoneEntries entry;
  private final TreeMap<Integer, byte[]> parameters = new TreeMap<>();

  private ServiceParameterText(ZoneEntries entry) {
    this.entry = entry;
  }

  /// Reads `key=value` from a token on, to the end of the entry.
  static byte[] read(ZoneEntries entry, int token) throws EntryException {
    ServiceParameterText text = new ServiceParameterText(entry);
    for (int next = token; next < entry.size(); ) {
      next = text.parameter(next);
    }
    text.checkTogether(token);
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    // RFC 9460 section 2.2: in ascending order, whatever the order in the file.
    text.parameters.forEach((key, value) -> {
      putShort(data, key);
      putShort(data, value.length);
      data.writeBytes(value);
    });
    return data.toByteArray();
  }

  /// @return the token behind the parameter
  private int parameter(int token) throws EntryException {
    byte[] bytes = entry.bytes();
    int start = entry.start(token);
    int end = entry.end(token);
    int equals = start;
    while (equals < end && bytes[equals] != '=') {
      equals++;
    }
    String name = new String(bytes, start, equals - start, StandardCharsets.UTF_8);
    OptionalInt parsed = ServiceParameter.parse(name.toLowerCase(Locale.ROOT));
    if (entry.quoted(token) || parsed.isEmpty()) {
      throw new EntryException(
          start,
          "expected a parameter as alpn=h2, port=443, ipv4hint=192.0.2.1 or key667=text, found "
              + Wording.quoted(entry.text(token)));
    }
    int next = token + 1;
    byte[] text = new byte[0];
    if (equals + 1 < end) {
      text = octets(equals + 1, end);
    } else if (equals < end
        && next < entry.size()
        && entry.quoted(next)
        && entry.start(next) == end + 1) {
      text = entry.octets(next++);
    }
    int key = parsed.getAsInt();
    if (parameters.putIfAbsent(key, value(key, text, start)) != null) {
      throw new EntryException(start, "the parameter " + ServiceParameter.name(key) + " is twice");
    }
    return next;
  }

  private byte[] octets(int from, int end) throws EntryException {
    ByteArrayOutputStream octets = new ByteArrayOutputStream();
    for (int at = from; at < end; at += ZoneEntries.escapedLength(entry.bytes(), at)) {
      octets.write(ZoneEntries.octet(entry.bytes(), at, end));
    }
    return octets.toByteArray();
  }

  private byte[] value(int key, byte[] text, int offset) throws EntryException {
    if (text.length == 0 && ServiceParameter.needsValue(key)) {
      throw new EntryException(offset, ServiceParameter.name(key) + " needs a value");
    }
    return switch (key) {
      case ServiceParameter.MANDATORY -> mandatory(text, offset);
      case ServiceParameter.ALPN -> protocols(text, offset);
      case ServiceParameter.NO_DEFAULT_ALPN, ServiceParameter.OHTTP -> {
        if (text.length > 0) {
          throw new EntryException(offset, ServiceParameter.name(key) + " has no value");
        }
        yield text;
      }
      case ServiceParameter.PORT -> port(latin(text), offset);
      case ServiceParameter.IPV4_HINT, ServiceParameter.IPV6_HINT -> hints(key, text, offset);
      case ServiceParameter.ECH -> base64(latin(text), offset);
      default -> text;
    };
  }

  /// RFC 9460 section 8: never itself, each key once, in ascending order on the wire.
  private static byte[] mandatory(byte[] text, int offset) throws EntryException {
    TreeSet<Integer> keys = new TreeSet<>();
    for (String name : latin(text).split(",", -1)) {
      OptionalInt key = ServiceParameter.parse(name.toLowerCase(Locale.ROOT));
      if (key.isEmpty() || key.getAsInt() == ServiceParameter.MANDATORY) {
        throw new EntryException(offset, "mandatory cannot name " + Wording.quoted(name));
      }
      if (!keys.add(key.getAsInt())) {
        throw new EntryException(offset, "mandatory names " + name + " twice");
      }
    }
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    keys.forEach(key -> putShort(data, key));
    return data.toByteArray();
  }

  private static byte[] protocols(byte[] text, int offset) throws EntryException {
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    for (byte[] protocol : split(text)) {
      if (protocol.length == 0 || protocol.length > 255) {
        throw new EntryException(offset, "a protocol of alpn has 1 to 255 octets");
      }
      data.write(protocol.length);
      data.writeBytes(protocol);
    }
    return data.toByteArray();
  }

  /// RFC 9460 appendix A.1: a backslash takes the comma or backslash behind it into the item.
  private static List<byte[]> split(byte[] text) {
    List<byte[]> items = new ArrayList<>();
    ByteArrayOutputStream item = new ByteArrayOutputStream();
    for (int i = 0; i < text.length; i++) {
      if (text[i] == '\\' && i + 1 < text.length) {
        item.write(text[++i]);
      } else if (text[i] == ',') {
        items.add(item.toByteArray());
        item.reset();
      } else {
        item.write(text[i]);
      }
    }
    items.add(item.toByteArray());
    return items;
  }

  private static byte[] port(String text, int offset) throws EntryException {
    int port = text.matches("[0-9]{1,5}") ? Integer.parseInt(text) : 65_536;
    if (port > 65_535) {
      throw new EntryException(offset, "port is a number up to 65535");
    }
    return new byte[] {(byte) (port >> 8), (byte) port};
  }

  /// Each address is read as it would be in a record of its own.
  private static byte[] hints(int key, byte[] text, int offset) throws EntryException {
    boolean ipv6 = key == ServiceParameter.IPV6_HINT;
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    for (String address : latin(text).split(",", -1)) {
      try {
        ZoneEntries single = new ZoneEntries(address.getBytes(StandardCharsets.ISO_8859_1));
        if (!single.next() || single.size() != 1) {
          throw new EntryException(0, "");
        }
        data.writeBytes(new RecordText(single, new byte[1]).address(0, ipv6));
      } catch (EntryException e) {
        throw new EntryException(
            offset,
            ServiceParameter.name(key)
                + ": expected an "
                + (ipv6 ? "IPv6" : "IPv4")
                + " address, found "
                + Wording.quoted(address));
      }
    }
    return data.toByteArray();
  }

  private static byte[] base64(String text, int offset) throws EntryException {
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new EntryException(offset, "ech is written in base64");
    }
  }

  /// RFC 9460 sections 7.1.1 and 8: what parameters demand of each other.
  private void checkTogether(int token) throws EntryException {
    byte[] mandatory = parameters.getOrDefault(ServiceParameter.MANDATORY, new byte[0]);
    for (int i = 0; i < mandatory.length; i += 2) {
      int key = (mandatory[i] & 0xFF) << 8 | (mandatory[i + 1] & 0xFF);
      if (!parameters.containsKey(key)) {
        throw new EntryException(
            entry.start(token),
            "mandatory names " + ServiceParameter.name(key) + ", which is not there");
      }
    }
    if (parameters.containsKey(ServiceParameter.NO_DEFAULT_ALPN)
        && !parameters.containsKey(ServiceParameter.ALPN)) {
      throw new EntryException(entry.start(token), "no-default-alpn needs alpn beside it");
    }
  }

  private static String latin(byte[] text) {
    return new String(text, StandardCharsets.ISO_8859_1);
  }

  private static void putShort(ByteArrayOutputStream data, int value) {
    data.write(value >> 8);
    data.write(value);
  }
}
