package detour.dns.wire;

import java.util.Arrays;
import java.util.Base64;

/// Service parameters of SVCB and HTTPS records in presentation form (RFC 9460 section 2.1).
final class ParameterText {
  private ParameterText() {}

  /// Writes parameters, which must stand in ascending order (RFC 9460 section 2.2).
  static String write(byte[] data) throws MalformedData {
    StringBuilder text = new StringBuilder();
    int last = -1;
    for (int at = 0; at < data.length; ) {
      if (data.length - at < 4) {
        throw new MalformedData();
      }
      int key = Layouts.unsignedShort(data, at);
      int length = Layouts.unsignedShort(data, at + 2);
      if (key <= last || length > data.length - at - 4) {
        throw new MalformedData();
      }
      last = key;
      text.append(text.isEmpty() ? "" : " ");
      write(key, Arrays.copyOfRange(data, at + 4, at + 4 + length), text);
      at += 4 + length;
    }
    return text.toString();
  }

  private static void write(int key, byte[] value, StringBuilder text) throws MalformedData {
    text.append(ServiceParameter.name(key));
    if (value.length == 0) {
      demand(!ServiceParameter.needsValue(key));
      return;
    }
    text.append('=');
    switch (key) {
      case ServiceParameter.MANDATORY -> {
        demand(value.length % 2 == 0);
        for (int i = 0; i < value.length; i += 2) {
          int named = Layouts.unsignedShort(value, i);
          demand(named > (i == 0 ? 0 : Layouts.unsignedShort(value, i - 2)));
          text.append(i == 0 ? "" : ",").append(ServiceParameter.name(named));
        }
      }
      case ServiceParameter.ALPN -> protocols(value, text);
      case ServiceParameter.NO_DEFAULT_ALPN, ServiceParameter.OHTTP -> demand(false);
      case ServiceParameter.PORT -> {
        demand(value.length == 2);
        text.append(Layouts.unsignedShort(value, 0));
      }
      case ServiceParameter.IPV4_HINT -> hints(value, 4, text);
      case ServiceParameter.IPV6_HINT -> hints(value, 16, text);
      case ServiceParameter.ECH ->
          text.append('"').append(Base64.getEncoder().encodeToString(value)).append('"');
      default -> {
        text.append('"');
        escape(value, text);
        text.append('"');
      }
    }
  }

  /// RFC 9460 section 7.1.1 and appendix A.1: a comma or backslash of a protocol is escaped once
  /// for the list, and its backslash once more for the text.
  private static void protocols(byte[] value, StringBuilder text) throws MalformedData {
    text.append('"');
    for (int at = 0; at < value.length; ) {
      int length = value[at] & 0xFF;
      demand(length > 0 && length <= value.length - at - 1);
      text.append(at == 0 ? "" : ",");
      for (int i = at + 1; i <= at + length; i++) {
        if (value[i] == ',') {
          text.append("\\\\,");
        } else if (value[i] == '\\') {
          text.append("\\\\\\\\");
        } else {
          escape(new byte[] {value[i]}, text);
        }
      }
      at += 1 + length;
    }
    text.append('"');
  }

  private static void hints(byte[] value, int octets, StringBuilder text) throws MalformedData {
    demand(value.length % octets == 0);
    for (int at = 0; at < value.length; at += octets) {
      byte[] address = Arrays.copyOfRange(value, at, at + octets);
      text.append(at == 0 ? "" : ",");
      text.append(octets == 4 ? AddressText.ipv4(address) : AddressText.ipv6(address));
    }
  }

  /// Writes the octets of a text between quotes (RFC 1035 section 5.1).
  static void escape(byte[] octets, StringBuilder text) {
    for (byte octet : octets) {
      int value = octet & 0xFF;
      if (value < ' ' || value >= 0x7F) {
        text.append('\\').append((char) ('0' + value / 100));
        text.append((char) ('0' + value / 10 % 10)).append((char) ('0' + value % 10));
      } else {
        text.append(value == '"' || value == '\\' ? "\\" : "").append((char) value);
      }
    }
  }

  private static void demand(boolean holds) throws MalformedData {
    if (!holds) {
      throw new MalformedData();
    }
  }
}
