package detour.server.query;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Message;

/// One question and its answer.
///
/// @param octets how long the answer is
/// @param queryOctets how long the question was
/// @param transport by which the answer came
/// @param nanos from the first octet sent to the last received, the making of a connection included
/// @param connectNanos how much of it went into the connection and its TLS; 0 over UDP
/// @param tls version, cipher and certificate, for people; null without TLS
/// @param remarks what was unusual on the way
record Exchange(
    Question question,
    Message answer,
    int octets,
    int queryOctets,
    QuerySettings.Transport transport,
    long nanos,
    long connectNanos,
    @Nullable String tls,
    List<String> remarks) {
  Exchange {
    remarks = List.copyOf(remarks);
  }
}
