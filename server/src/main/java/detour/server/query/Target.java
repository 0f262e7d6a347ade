package detour.server.query;

import detour.dns.wire.AddressText;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The server that is asked.
///
/// @param host as it was written, an address or a host name: whom a certificate must name
public record Target(InetSocketAddress address, String host) {
  /// Which kind of address a host name stands for.
  public enum Family {
    ANY,
    IPV4,
    IPV6
  }

  private static final Pattern FORM =
      Pattern.compile(
          "\\[(?<six>[^\\]]*)\\](?::(?<sixPort>.*))?|(?<bare>[^:]*:[^:]*:.*)|(?<host>[^:]*)(?::(?<port>.*))?");

  /// Reads `192.0.2.1`, `192.0.2.1:5300`, `2001:db8::1`, `[2001:db8::1]:5300`,
  /// `ns1.example.com:5300`.
  ///
  /// @param usualPort where none is written
  /// @throws IllegalArgumentException when the text is no server
  /// @throws QueryFailed when the host name has no address
  public static Target parse(String text, int usualPort, Family family) throws QueryFailed {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw unreadable(text);
    }
    String six = matcher.group("six") == null ? matcher.group("bare") : matcher.group("six");
    String host = six == null ? matcher.group("host") : six;
    String port = six == null ? matcher.group("port") : matcher.group("sixPort");
    if (host == null || host.isEmpty() || (six != null && six.indexOf(':') < 0)) {
      throw unreadable(text);
    }
    return new Target(
        new InetSocketAddress(
            address(host, six != null, family, text), port == null ? usualPort : port(port, text)),
        host);
  }

  /// As an operator writes it.
  @Override
  public String toString() {
    return text(address.getAddress()) + ":" + address.getPort();
  }

  private static String text(InetAddress address) {
    String text = AddressText.of(address.getAddress());
    return address instanceof Inet6Address ? "[" + text + "]" : text;
  }

  private static InetAddress address(String host, boolean literal, Family family, String text)
      throws QueryFailed {
    if (literal || host.matches("[0-9.]+")) {
      try {
        return literal(host);
      } catch (IllegalArgumentException _) {
        throw unreadable(text);
      }
    }
    try {
      return Arrays.stream(InetAddress.getAllByName(host))
          .filter(found -> matches(found, family))
          .findFirst()
          .orElseThrow(() ->
              new QueryFailed(
                  QueryFailed.Kind.UNREACHABLE,
                  "the server " + host + " has no " + familyName(family) + " address"));
    } catch (UnknownHostException e) {
      throw new QueryFailed(
          QueryFailed.Kind.UNREACHABLE, "the server's name " + host + " has no address");
    }
  }

  /// An address as everybody writes it: Java takes `1.2` for 1.0.0.2 as well.
  ///
  /// @throws IllegalArgumentException when the text is none
  static InetAddress literal(String text) {
    if (text.indexOf(':') < 0 && !text.matches("\\d{1,3}(\\.\\d{1,3}){3}")) {
      throw new IllegalArgumentException(text);
    }
    return InetAddress.ofLiteral(text);
  }

  private static boolean matches(InetAddress address, Family family) {
    return switch (family) {
      case ANY -> true;
      case IPV4 -> address instanceof Inet4Address;
      case IPV6 -> address instanceof Inet6Address;
    };
  }

  private static String familyName(Family family) {
    return family == Family.IPV4 ? "IPv4" : "IPv6";
  }

  private static int port(String port, String text) {
    if (port.matches("\\d{1,5}")) {
      int number = Integer.parseInt(port);
      if (number >= 1 && number <= 65_535) {
        return number;
      }
    }
    throw new IllegalArgumentException(
        "'" + text + "' has no port after its colon: expected a number from 1 to 65535");
  }

  private static IllegalArgumentException unreadable(String text) {
    return new IllegalArgumentException(
        "'@"
            + text
            + "' is no server: expected one as @192.0.2.1, @192.0.2.1:5300, @[2001:db8::1]:5300 or"
            + " @ns1.example.com");
  }
}
