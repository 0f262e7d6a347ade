package detour.server.api;

import java.util.List;
import java.util.Set;

/// Asks the resolvers that the operator named what they answer now. Bounded in number and time, and
/// an answer may be a few seconds old.
public interface Resolvers {
  /// Where none are named.
  Resolvers NONE = (_, _) -> List.of();

  /// @param owner a domain name
  /// @param types of records
  /// @return for each resolver and type, in the order in which they were named; never throws
  List<ConvergenceReport.Resolver> ask(String owner, Set<Integer> types);
}
