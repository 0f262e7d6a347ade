package detour.systemtest.differential;

import java.io.IOException;
import java.util.Locale;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Type;

/// A query as it is sent.
///
/// @param name absolute, in lower case
/// @param variant what is odd about it; empty for a plain query
@SuppressWarnings("ArrayRecordComponent") // never compared
record Question(String name, int type, String variant, byte[] message) {
  static Question plain(String name, int type) {
    return of(name, type, "", query(name, type));
  }

  static Question of(String name, int type, String variant, Message message) {
    return new Question(name.toLowerCase(Locale.ROOT), type, variant, message.toWire());
  }

  static Message query(String name, int type) {
    try {
      Message query = new Message();
      query.getHeader().unsetFlag(Flags.RD);
      query.addRecord(
          Record.newRecord(Name.fromString(name), type, DClass.IN), org.xbill.DNS.Section.QUESTION);
      return query;
    } catch (IOException e) {
      throw new AssertionError(name, e);
    }
  }

  @Override
  public String toString() {
    return name + " " + Type.string(type) + (variant.isEmpty() ? "" : " (" + variant + ")");
  }
}
