package detour.server.query;

import detour.dns.wire.AddressText;
import detour.dns.wire.Edns;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.Name;

/// One EDNS option of an answer.
///
/// @param name as `NSID`; `OPT17` for one that is not known here
/// @param text what it says, for people
/// @param values what it says, for programs: numbers and texts by name
public record OptionReport(int code, String name, String text, Map<String, Object> values) {
  private static final int COOKIE_OCTETS = 8;
  private static final int NAME_SERVER_ID = Edns.NAME_SERVER_ID;
  private static final int SUBNET = 8;
  private static final int EXPIRE = 9;
  private static final int COOKIE = 10;
  private static final int KEEPALIVE = 11;
  private static final int PADDING = QueryClient.PADDING;
  private static final int ERROR = Edns.EXTENDED_ERROR;
  private static final int ZONE_VERSION = Edns.ZONE_VERSION;

  /// Options that are not as their RFC says are shown as octets.
  ///
  /// @param sentCookie what the query had; null for none
  static OptionReport of(EDNSOption option, Name question, byte @Nullable [] sentCookie) {
    byte[] data = data(option);
    OptionReport report =
        switch (option.getCode()) {
          case NAME_SERVER_ID -> nameServerId(data);
          case SUBNET -> subnet(data);
          case EXPIRE -> expire(data);
          case COOKIE -> cookie(data, sentCookie);
          case KEEPALIVE -> keepalive(data);
          case PADDING ->
              new Fields()
                  .put("octets", data.length)
                  .report(PADDING, "PADDING", octets(data.length));
          case ERROR -> error(data);
          case ZONE_VERSION -> zoneVersion(data, question);
          default -> null;
        };
    return report == null ? unknown(option.getCode(), data) : report;
  }

  /// The octets behind code and length.
  static byte[] data(EDNSOption option) {
    byte[] wire = option.toWire();
    return Arrays.copyOfRange(wire, 4, wire.length);
  }

  /// RFC 5001: any octets; most servers send text.
  private static OptionReport nameServerId(byte[] data) {
    boolean printable = data.length > 0;
    for (byte octet : data) {
      printable &= octet >= ' ' && octet < 0x7F;
    }
    String hex = HexFormat.of().formatHex(data);
    String text = new String(data, StandardCharsets.US_ASCII);
    Fields fields = new Fields().put("hex", hex);
    return (printable ? fields.put("nsid", text) : fields)
        .report(NAME_SERVER_ID, "NSID", printable ? text : data.length == 0 ? "empty" : hex);
  }

  /// RFC 7871 section 6.
  private static @Nullable OptionReport subnet(byte[] data) {
    if (data.length < 4) {
      return null;
    }
    int family = Short.toUnsignedInt(ByteBuffer.wrap(data).getShort());
    int length = family == 1 ? 4 : family == 2 ? 16 : 0;
    if (family > 2 || data.length - 4 > length) {
      return null;
    }
    int source = Byte.toUnsignedInt(data[2]);
    int scope = Byte.toUnsignedInt(data[3]);
    String address =
        family == 0 ? "0.0.0.0" : AddressText.of(Arrays.copyOfRange(data, 4, 4 + length));
    String reach = scope == 0 ? "good for everybody" : "good for its /" + scope;
    return new Fields()
        .put("address", address)
        .put("source", source)
        .put("scope", scope)
        .report(
            SUBNET,
            "ECS",
            address + "/" + source + ", the answer is " + reach + " (scope " + scope + ")");
  }

  /// RFC 7314 section 4.
  private static @Nullable OptionReport expire(byte[] data) {
    if (data.length != 4) {
      return null;
    }
    long seconds = Integer.toUnsignedLong(ByteBuffer.wrap(data).getInt());
    return new Fields().put("seconds", seconds).report(EXPIRE, "EXPIRE", seconds + " s");
  }

  /// RFC 7873 section 4.
  private static @Nullable OptionReport cookie(byte[] data, byte @Nullable [] sent) {
    if (data.length < COOKIE_OCTETS) {
      return null;
    }
    HexFormat hex = HexFormat.of();
    String client = hex.formatHex(data, 0, COOKIE_OCTETS);
    String server = hex.formatHex(data, COOKIE_OCTETS, data.length);
    boolean ours = sent != null && Arrays.equals(data, 0, COOKIE_OCTETS, sent, 0, COOKIE_OCTETS);
    String judgement =
        !ours
            ? "NOT the client cookie that was sent"
            : server.isEmpty() ? "without a server cookie" : "server cookie " + server;
    return new Fields()
        .put("client", client)
        .put("server", server)
        .put("client_matches", ours)
        .report(COOKIE, "COOKIE", client + ", " + judgement);
  }

  /// RFC 7828 section 3.1: in tenths of a second.
  private static @Nullable OptionReport keepalive(byte[] data) {
    if (data.length != 2) {
      return null;
    }
    double seconds = Short.toUnsignedInt(ByteBuffer.wrap(data).getShort()) / 10.0;
    return new Fields()
        .put("seconds", seconds)
        .report(
            KEEPALIVE,
            "KEEPALIVE",
            String.format(Locale.ROOT, "connections may idle for %.1f s", seconds));
  }

  /// RFC 8914 section 2.
  private static @Nullable OptionReport error(byte[] data) {
    if (data.length < 2) {
      return null;
    }
    int infoCode = Short.toUnsignedInt(ByteBuffer.wrap(data).getShort());
    String name = ErrorNames.name(infoCode);
    String extra = new String(data, 2, data.length - 2, StandardCharsets.UTF_8).strip();
    // RFC 8914 section 2: the text may have been terminated by a zero octet.
    String said = extra.replace("\0", "");
    return new Fields()
        .put("info_code", infoCode)
        .put("info_name", name)
        .put("extra_text", said)
        .report(ERROR, "EDE", infoCode + " " + name + (said.isEmpty() ? "" : ": " + said));
  }

  /// RFC 9660 section 2.
  private static @Nullable OptionReport zoneVersion(byte[] data, Name question) {
    int labels = question.labels() - 1;
    if (data.length < 2 || Byte.toUnsignedInt(data[0]) > labels) {
      return null;
    }
    String zone = new Name(question, labels - Byte.toUnsignedInt(data[0])).toString();
    int type = Byte.toUnsignedInt(data[1]);
    ByteBuffer version = ByteBuffer.wrap(data, 2, data.length - 2);
    Fields fields = new Fields().put("zone", zone).put("version_type", type);
    if (type == Edns.ZONE_VERSION_SERIAL && version.remaining() == Integer.BYTES) {
      long serial = Integer.toUnsignedLong(version.getInt());
      return fields
          .put("serial", serial)
          .report(ZONE_VERSION, "ZONEVERSION", zone + " serial " + serial);
    }
    if (type == Edns.ZONE_VERSION_EPOCH && version.remaining() == Long.BYTES) {
      String epoch = Long.toUnsignedString(version.getLong());
      return fields
          .put("epoch", epoch)
          .report(ZONE_VERSION, "ZONEVERSION", zone + " selection epoch " + epoch);
    }
    String hex = HexFormat.of().formatHex(data, 2, data.length);
    return fields
        .put("hex", hex)
        .report(ZONE_VERSION, "ZONEVERSION", zone + " version of type " + type + ": " + hex);
  }

  private static OptionReport unknown(int code, byte[] data) {
    String hex = HexFormat.of().formatHex(data);
    return new Fields()
        .put("hex", hex)
        .report(code, "OPT" + code, data.length == 0 ? "empty" : octets(data.length) + ": " + hex);
  }

  private static String octets(int count) {
    return count == 1 ? "1 octet" : count + " octets";
  }

  private static final class Fields {
    private final Map<String, Object> values = new LinkedHashMap<>();

    Fields put(String name, Object value) {
      values.put(name, value);
      return this;
    }

    OptionReport report(int code, String name, String text) {
      return new OptionReport(code, name, text, values);
    }
  }
}
