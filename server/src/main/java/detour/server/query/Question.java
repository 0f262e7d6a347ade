package detour.server.query;

import java.io.IOException;
import java.net.IDN;
import java.util.Locale;
import org.xbill.DNS.DClass;
import org.xbill.DNS.InvalidDClassException;
import org.xbill.DNS.InvalidTypeException;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.ReverseMap;
import org.xbill.DNS.Type;

/// What is asked: a name, a type and a class.
public record Question(Name name, int type, int dclass) {

  /// Every unsuitable part is an `IllegalArgumentException` that says what was expected.
  ///
  /// @param name absolute, with or without its final dot
  /// @param type as `AAAA` or `TYPE28`
  /// @param dclass as `IN` or `CLASS1`
  public static Question parse(String name, String type, String dclass) {
    return new Question(name(name), typeNumber(type), classNumber(dclass));
  }

  /// The name below `in-addr.arpa` or `ip6.arpa` that belongs to an address.
  ///
  /// @throws IllegalArgumentException when the text is no address
  public static String reverseName(String address) {
    try {
      return ReverseMap.fromAddress(Target.literal(address)).toString();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "'" + address + "' is no IP address: expected one as 192.0.2.7 or 2001:db8::7", e);
    }
  }

  /// Whether the text names a type, so that it may stand where a type is expected.
  public static boolean isType(String text) {
    return number(text) >= 0;
  }

  /// Whether the text names a class.
  public static boolean isClass(String text) {
    return DClass.value(text.toUpperCase(Locale.ROOT)) >= 0;
  }

  Record record() {
    return Record.newRecord(name, type, dclass);
  }

  public String typeName() {
    return Type.string(type);
  }

  public String className() {
    return DClass.string(dclass);
  }

  private static Name name(String text) {
    if (text.chars().anyMatch(c -> c >= 0x80)) {
      throw new IllegalArgumentException(
          "'" + text + "' has letters outside ASCII: expected its xn-- form" + punycode(text));
    }
    try {
      return new Name(detour.dns.wire.Name.parse(text).toWire());
    } catch (IOException e) {
      throw new IllegalArgumentException("'" + text + "' is no domain name", e);
    }
  }

  private static String punycode(String text) {
    try {
      return ", " + IDN.toASCII(text);
    } catch (IllegalArgumentException e) {
      return "";
    }
  }

  private static int typeNumber(String text) {
    int number = number(text);
    if (number < 0) {
      throw new IllegalArgumentException(
          "'" + text + "' is no record type: expected one as A, AAAA, HTTPS or TYPE65");
    }
    return switch (number) {
      case Type.AXFR, Type.IXFR ->
          throw new IllegalArgumentException(
              Type.string(number) + " moves a whole zone, which this command does not do");
      case 0, Type.OPT, Type.TSIG, Type.TKEY ->
          throw new IllegalArgumentException(
              Type.string(number) + " is part of messages and cannot be asked for");
      default -> number;
    };
  }

  private static int number(String text) {
    int number = Type.value(text.toUpperCase(Locale.ROOT));
    try {
      Type.check(number);
      return number;
    } catch (InvalidTypeException e) {
      return -1;
    }
  }

  private static int classNumber(String text) {
    int number = DClass.value(text.toUpperCase(Locale.ROOT));
    try {
      DClass.check(number);
      return number;
    } catch (InvalidDClassException e) {
      throw new IllegalArgumentException(
          "'" + text + "' is no class: expected IN, CH, HS, ANY or one as CLASS3", e);
    }
  }
}
