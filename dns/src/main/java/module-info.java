/** The DNS protocol on caller-owned bytes: no sockets, clocks, threads or logging. */
module detour.dns {
  requires static org.jspecify;

  exports detour.dns.answer;
  exports detour.dns.wire;
  exports detour.dns.zone;
}
