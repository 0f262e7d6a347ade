package detour.server.api;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// Asks the server's own answering code a question. Called by many threads at once.
@FunctionalInterface
public interface Explainer {
  /// @param name the name asked, in presentation form, with or without the final dot
  /// @param type a type's mnemonic in upper case, as `A`, `SOA` or `TYPE65`
  /// @param client address the question is imagined to come from; null for any
  /// @throws BadRequest when the name or the type cannot be read
  ExplanationReport.Answer explain(String name, String type, @Nullable InetAddress client);
}
