package detour.server.query;

import java.util.List;

/// The names of the codes of Extended DNS Errors, as IANA registers them.
final class ErrorNames {
  private static final List<String> NAMES =
      List.of(
          "Other Error",
          "Unsupported DNSKEY Algorithm",
          "Unsupported DS Digest Type",
          "Stale Answer",
          "Forged Answer",
          "DNSSEC Indeterminate",
          "DNSSEC Bogus",
          "Signature Expired",
          "Signature Not Yet Valid",
          "DNSKEY Missing",
          "RRSIGs Missing",
          "No Zone Key Bit Set",
          "NSEC Missing",
          "Cached Error",
          "Not Ready",
          "Blocked",
          "Censored",
          "Filtered",
          "Prohibited",
          "Stale NXDOMAIN Answer",
          "Not Authoritative",
          "Not Supported",
          "No Reachable Authority",
          "Network Error",
          "Invalid Data",
          "Signature Expired before Valid",
          "Too Early",
          "Unsupported NSEC3 Iterations Value",
          "Unable to conform to policy",
          "Synthesized",
          "Invalid Query Type");

  private ErrorNames() {}

  static String name(int code) {
    return code < NAMES.size() ? NAMES.get(code) : "(no name registered)";
  }
}
