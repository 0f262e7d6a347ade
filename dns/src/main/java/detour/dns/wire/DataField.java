package detour.dns.wire;

/// The kinds of field that RDATA is made of. How each is written in a zone file stands beside it.
public enum DataField {
  /// One octet, in decimal; the next three likewise with 2, 4 and 8 octets.
  U8,
  U16,
  U32,
  U64,
  /// An uncompressed domain name.
  NAME,
  /// A character-string (RFC 1035 section 3.3): a length octet and up to 255 octets.
  TEXT,
  /// One or more character-strings, to the end.
  TEXTS,
  /// Octets without a length, to the end, written as one quoted text (RFC 7553 section 4.5).
  TEXT_REST,
  /// A tag of letters and digits behind a length octet (RFC 8659 section 4.1).
  TAG,
  IPV4,
  IPV6,
  /// At least one octet, to the end, in hexadecimal.
  HEX_REST,
  /// At least one octet, to the end, in base64.
  BASE64_REST,
  /// As before, or nothing at all.
  BASE64_OPTIONAL,
  /// A salt behind a length octet: hexadecimal, `-` for none (RFC 5155 section 3.3).
  SALT,
  /// A hashed owner name behind a length octet, in base32hex (RFC 5155 section 3.3).
  HASHED_NAME,
  /// Type bit maps, to the end, written as mnemonics (RFC 4034 section 4.1.2).
  TYPES,
  /// A record type in two octets, by its mnemonic.
  TYPE,
  /// Seconds since 1970 in four octets, written `YYYYMMDDHHmmSS` (RFC 4034 section 3.2).
  TIME,
  /// Eight octets as four groups of hexadecimal digits (RFC 6742 section 2.1.2).
  LOCATOR,
  /// Octets in pairs of digits with hyphens (RFC 7043 sections 3.2, 4.2).
  EUI48,
  EUI64,
  /// Octets in hexadecimal behind `0x` (RFC 1706 section 5).
  NSAP,
  /// Precedence, gateway type, algorithm and gateway (RFC 4025 section 2).
  IPSEC_GATEWAY,
  /// Precedence, discovery bit, relay type and relay (RFC 8777 section 4).
  AMT_RELAY,
  /// Address prefixes (RFC 3123 section 4), to the end.
  PREFIXES,
  /// A place on Earth (RFC 1876 section 2).
  LOCATION,
  /// Algorithm, host identity tag, public key and rendezvous servers (RFC 8005 section 5).
  HOST_IDENTITY,
  /// Service parameters, to the end (RFC 9460 section 2.1).
  PARAMETERS
}
