package detour.server.config;

import detour.dns.answer.AddressPrefix;
import detour.failover.model.Destination;
import detour.failover.model.Share;
import detour.server.options.OptionType;
import detour.server.options.OptionType.Text;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The kinds of text that several keys share: names, domain names, addresses, shares.
final class TextForms {
  private static final String NAME = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}";
  private static final String LABEL = "[A-Za-z0-9_]([A-Za-z0-9_/-]{0,61}[A-Za-z0-9_])?";
  private static final String DOMAIN = "(" + LABEL + "\\.)*" + LABEL + "\\.?";
  private static final String PRINTABLE = "[!-~]([ -~]{0,62}[!-~])?";
  private static final Pattern PRINTABLE_FORM = Pattern.compile(PRINTABLE);
  private static final Pattern NAME_FORM = Pattern.compile(NAME);
  private static final Pattern DOMAIN_FORM = Pattern.compile(DOMAIN);
  private static final Pattern IPV4_FORM =
      Pattern.compile("(25[0-5]|2[0-4]\\d|1?\\d?\\d)(\\.(25[0-5]|2[0-4]\\d|1?\\d?\\d)){3}");
  private static final Pattern LEADING_ZERO = Pattern.compile("(^|\\.)0\\d");
  private static final Pattern SOCKET_FORM =
      Pattern.compile("(\\[(?<six>[0-9A-Fa-f:.]+)\\]|(?<four>[0-9.]+)):(?<port>\\d{1,5})");
  private static final Pattern SHARE_FORM = Pattern.compile("(\\d{1,3})%");
  private static final int LONGEST_DOMAIN = 253;

  private TextForms() {}

  /// A word for something declared here; without the slash that separates them in targets of
  /// commands.
  static Text<String> name() {
    String expected = "a name of letters, digits, '.', '_' and '-'";
    return new Text<>(
        expected,
        text -> {
          require(NAME_FORM.matcher(text).matches(), expected);
          return text;
        },
        "^" + NAME + "$");
  }

  /// A text that a client's tools can show as it is.
  ///
  /// @param words that mean something else, as people list them
  static Text<String> shown(String words) {
    String expected = words + ", or up to 64 printable ASCII characters";
    return new Text<>(
        expected,
        text -> {
          require(PRINTABLE_FORM.matcher(text).matches(), expected);
          return text;
        },
        "^" + PRINTABLE + "$");
  }

  /// A domain name in lower case and without the final dot.
  static Text<String> domain(String expected) {
    return new Text<>(expected, TextForms::domainName, "^" + DOMAIN + "$");
  }

  private static String domainName(String text) {
    require(
        text.chars().allMatch(c -> c < 128),
        "letters outside ASCII are written in punycode, as xn--...");
    require(DOMAIN_FORM.matcher(text).matches(), "");
    String name = text.toLowerCase(Locale.ROOT);
    name = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    require(name.length() <= LONGEST_DOMAIN, "it is longer than 253 characters");
    return name;
  }

  /// Where an endpoint is.
  static Text<Destination> destination() {
    return new Text<>("an IP address or a host name", TextForms::destination, "^\\S+$");
  }

  private static Destination destination(String text) {
    if (text.contains(":") || text.matches("[0-9.]+")) {
      return new Destination.Address(endpointAddress(text));
    }
    String name = domainName(text);
    require(!name.contains("/"), "a host name has no '/'; paths belong to the check");
    require(name.contains("."), "a host name is written in full, as backend.example.com");
    require(
        !name.substring(name.lastIndexOf('.') + 1).matches("\\d+"),
        "neither an IPv4 address nor a host name");
    return new Destination.HostName(name);
  }

  private static InetAddress endpointAddress(String text) {
    require(
        !text.matches("[0-9.]+:\\d+|\\[.*\\]:\\d+"),
        "an address without a port: the port belongs to the check");
    InetAddress address = address(text);
    require(!address.isAnyLocalAddress(), "this is no address of one host");
    require(!address.isMulticastAddress(), "this is a multicast address");
    return address;
  }

  /// An address of this machine.
  static Text<InetAddress> sourceAddress() {
    return new Text<>("an IP address of this machine", TextForms::address, "^[0-9A-Fa-f:.]+$");
  }

  private static InetAddress address(String text) {
    if (IPV4_FORM.matcher(text).matches() && !LEADING_ZERO.matcher(text).find()) {
      return InetAddress.ofLiteral(text);
    }
    require(text.contains(":"), "not an IPv4 address");
    require(!text.contains("%"), "an address without a scope");
    require(!text.startsWith("["), "an IPv6 address without brackets");
    InetAddress address;
    try {
      address = InetAddress.ofLiteral(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("not an IPv6 address", e);
    }
    require(
        !(address instanceof Inet4Address), "an IPv4 address is written as such, without ::ffff:");
    return address;
  }

  /// As `192.0.2.0/24` or `2001:db8::/32`; an address alone is the prefix of itself.
  static Text<AddressPrefix> prefix() {
    return new Text<>(
        "an IP prefix, as 192.0.2.0/24 or 2001:db8::/32, or an address",
        TextForms::prefix,
        "^[0-9A-Fa-f:.]+(/[0-9]{1,3})?$");
  }

  private static AddressPrefix prefix(String text) {
    int slash = text.indexOf('/');
    byte[] address = address(slash < 0 ? text : text.substring(0, slash)).getAddress();
    if (slash < 0) {
      return AddressPrefix.of(address, address.length * Byte.SIZE);
    }
    String bits = text.substring(slash + 1);
    require(bits.matches("\\d{1,3}"), "behind the slash stands a number of bits");
    return AddressPrefix.of(address, Integer.parseInt(bits));
  }

  /// As an operator writes it.
  static String text(AddressPrefix prefix) {
    byte[] octets = ByteBuffer.allocate(16).putLong(prefix.high()).putLong(prefix.low()).array();
    try {
      InetAddress address = InetAddress.getByAddress(octets);
      int bits = address instanceof Inet4Address ? prefix.bits() - 96 : prefix.bits();
      return shortened(address.getHostAddress()) + "/" + bits;
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String shortened(String address) {
    return address.replaceFirst("^0:0:0:0:0:0:0:", "::");
  }

  /// As `127.0.0.1:53` or `[::1]:53`; port 0 lets the system choose.
  static Text<InetSocketAddress> socketAddress() {
    return new Text<>(
        "an IP address and a port, as 127.0.0.1:53 or [::1]:53",
        TextForms::socketAddress,
        "^(\\[[0-9A-Fa-f:.]+\\]|[0-9.]+):[0-9]{1,5}$");
  }

  private static InetSocketAddress socketAddress(String text) {
    Matcher matcher = SOCKET_FORM.matcher(text);
    require(matcher.matches(), "");
    int port = Integer.parseInt(matcher.group("port"));
    require(port <= 65_535, "the highest port is 65535");
    String six = matcher.group("six");
    require(six == null || six.contains(":"), "brackets are for IPv6");
    return new InetSocketAddress(address(six == null ? matcher.group("four") : six), port);
  }

  /// As an operator writes it.
  static String text(InetSocketAddress address) {
    String host = address.getAddress().getHostAddress();
    return (host.contains(":") ? "[" + shortened(host) + "]" : host) + ":" + address.getPort();
  }

  /// A count of at least 1, or a percentage from 1 to 100.
  static OptionType<Share> share() {
    Text<Share> percentage =
        new Text<>("a percentage from 1% to 100%", TextForms::percentage, "^[0-9]{1,3}%$");
    return new OptionType.Either<>(
        List.of(
            new OptionType.Made<>(new OptionType.Whole(1, Integer.MAX_VALUE), Share::count),
            percentage));
  }

  static Share percentage(String text) {
    Matcher matcher = SHARE_FORM.matcher(text);
    require(matcher.matches(), "");
    int percent = Integer.parseInt(matcher.group(1));
    require(percent >= 1 && percent <= 100, "");
    return Share.percent(percent);
  }

  /// The path of a file or folder.
  static Text<String> path(String expected) {
    Text<String> any = Text.any(expected);
    return new Text<>(
        expected, text -> Path.of(any.read().apply(text)).toString(), any.jsonPattern());
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException(message);
    }
  }
}
