package detour.dns.answer;

/// How a query came.
public enum Transport {
  UDP,
  TCP
}
