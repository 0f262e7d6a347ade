package detour.systemtest.differential;

import java.util.List;
import java.util.stream.Stream;

/// Zones that hold one of everything: each type that all four servers load, wildcards in all
/// corners, empty non-terminals, delegations, redirections, and aliases within and between zones.
final class RichZones {
  private static final String TYPES =
      """
      @ 3600 IN NS ns1
      @ 3600 IN NS ns2
      @ 3600 IN NS ns.other.test.
      @ 3600 IN MX 10 mail
      @ 3600 IN TXT "v=spf1 -all"
      @ 3600 IN CAA 0 issue "ca.example.net"
      @ 3600 IN HTTPS 1 . alpn=h2
      ns1 600 IN A 192.0.2.1
      ns1 600 IN AAAA 2001:db8::1
      ns2 600 IN A 192.0.2.2
      mail 600 IN A 192.0.2.25
      mail 600 IN AAAA 2001:db8::25
      host 300 IN A 192.0.2.10
      host 300 IN A 192.0.2.11
      host 300 IN AAAA 2001:db8::10
      UPPER 300 IN A 192.0.2.12
      zero 0 IN A 192.0.2.13
      types 300 IN PTR host
      types 300 IN HINFO "PC" "Linux"
      types 300 IN MINFO host mail
      types 300 IN MX 10 mail
      types 300 IN MX 20 host
      types 300 IN MX 30 mx.below.sub
      types 300 IN MX 40 mail.other.test.
      types 300 IN MX 50 alias
      types 300 IN MX 60 any.wild
      types 300 IN TXT "one" "two"
      types 300 IN TXT "quoted \\"text\\" \\; \\009 \\255"
      types 300 IN RP host mail
      types 300 IN AFSDB 1 host
      types 300 IN RT 10 host
      types 300 IN LOC 52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000.00m 10.00m
      types 300 IN SRV 0 5 5060 host
      types 300 IN SRV 1 5 5060 mail.other.test.
      types 300 IN NAPTR 100 10 "u" "E2U+sip" "!^.*$!sip:info@example.com!" .
      types 300 IN NAPTR 100 20 "s" "SIP+D2U" "" _sip._udp
      types 300 IN KX 10 host
      types 300 IN CERT 1 0 0 AQIDBA==
      types 300 IN APL 1:192.0.2.0/24 !2:2001:db8::/32
      types 300 IN SSHFP 4 2 123456789abcdef67890123456789abcdef67890123456789abcdef123456789
      types 300 IN IPSECKEY 10 1 2 192.0.2.38 AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ==
      types 300 IN DHCID AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA=
      types 300 IN TLSA 3 1 1 d2abde240d7cd3ee6b4b28c54df034b97983a1d16e8a410e4561cb106618e971
      types 300 IN SMIMEA 3 1 1 d2abde240d7cd3ee6b4b28c54df034b97983a1d16e8a410e4561cb106618e971
      types 300 IN OPENPGPKEY AQIDBA==
      types 300 IN SVCB 1 host port=8004 alpn=h3 ipv4hint=192.0.2.10
      types 300 IN SVCB 2 svc.other.test. mandatory=alpn alpn=h2
      types 300 IN HTTPS 1 host alpn=h2,h3 ipv6hint=2001:db8::10
      types 300 IN SPF "v=spf1 -all"
      types 300 IN TYPE108 \\# 6 00005e00532a
      types 300 IN TYPE109 \\# 8 00005eef1000002a
      types 300 IN URI 10 1 "https://www.example.com/path"
      types 300 IN CAA 128 iodef "mailto:security@example.com"
      types 300 IN TYPE7 \\# 16 04686f73740472696368047465737400
      types 300 IN TYPE8 \\# 16 046d61696c0472696368047465737400
      types 300 IN TYPE9 \\# 16 04686f73740472696368047465737400
      types 300 IN TYPE19 \\# 5 0431323334
      types 300 IN TYPE55 \\# 12 04020004001122330a0b0c0d
      types 300 IN TYPE62 \\# 9 000000420003000104
      types 300 IN TYPE104 \\# 10 000a00144fff00010001
      types 300 IN TYPE105 \\# 6 000a0a010200
      types 300 IN TYPE106 \\# 10 000a20010db811401000
      types 300 IN TYPE107 \\# 3 000a00
      types 300 IN TYPE65280 \\# 3 010203
      types 300 IN TYPE65281 \\# 0
      minfo 300 IN MINFO minfo.far.example.net. mail.minfo.far.example.net.
      minfo2 300 IN MINFO host mail.host
      mx 300 IN MX 10 mail.mx
      mx 300 IN MX 20 mail.mail.mx
      mx 300 IN MX 30 MAIL.mx
      mx 300 IN MX 40 mx.example.net.
      mx 300 IN MX 50 mx2.example.net.
      svcb 300 IN SVCB 1 host alpn=h2
      svcbalias 300 IN SVCB 0 svcb
      https 300 IN HTTPS 1 . alpn=h2
      https 300 IN A 192.0.2.80
      https 300 IN AAAA 2001:db8::80
      httpsalias 300 IN HTTPS 0 httpsalias2
      httpsalias2 300 IN HTTPS 0 https
      httpsalias2 300 IN A 192.0.2.81
      httpsdot 300 IN HTTPS 0 .
      httpsdot 300 IN A 192.0.2.82
      httpscname 300 IN HTTPS 0 alias
      httpsother 300 IN HTTPS 0 svc.other.test.
      httpsmissing 300 IN HTTPS 1 missing
      httpsglue 300 IN HTTPS 1 mx.below.sub
      httpsloop 300 IN HTTPS 0 httpsloop2
      httpsloop2 300 IN HTTPS 0 httpsloop
      *.httpswild 300 IN HTTPS 1 .
      *.httpswild 300 IN A 192.0.2.83
      long 300 IN TXT %1$s %1$s %1$s
      longer 300 IN TXT %1$s %1$s %1$s %1$s %1$s %1$s
      edge 300 IN TXT %1$s "edge"
      """
          .formatted('"' + "x".repeat(250) + '"');

  private static final String TREE =
      """
      *.wild 300 IN A 192.0.2.20
      *.wild 300 IN MX 10 host
      *.wild 300 IN TXT "wild"
      exact.wild 300 IN TXT "exact"
      below.exact2.wild 300 IN TXT "makes an empty non-terminal"
      sub.*.wild 300 IN TXT "below a wildcard"
      *.*.twice 300 IN A 192.0.2.21
      *.alias.wild2 300 IN CNAME host
      *.dangling.wild2 300 IN CNAME missing
      *.far.wild2 300 IN CNAME www.other.test.
      *.loop.wild2 300 IN CNAME x.loop.wild2
      *.self.wild2 300 IN CNAME *.self.wild2
      *.srv.wild2 300 IN SRV 0 0 1 target.srv.wild2
      a.b.c.ent 300 IN TXT "deep"
      a\\.dot 300 IN A 192.0.2.22
      sp\\032ace 300 IN A 192.0.2.23
      \\000\\255 300 IN A 192.0.2.24
      _sip._udp 300 IN SRV 0 0 5060 host
      alias 300 IN CNAME host
      alias2 300 IN CNAME alias
      alias3 300 IN CNAME ALIAS2
      toent 300 IN CNAME c.ent
      towild 300 IN CNAME any.wild
      tomissing 300 IN CNAME missing
      tosub 300 IN CNAME www.sub
      tosubcut 300 IN CNAME sub
      tochild 300 IN CNAME www.child
      todname 300 IN CNAME x.redirect
      toapex 300 IN CNAME @
      toother 300 IN CNAME www.other.test.
      toothermissing 300 IN CNAME missing.other.test.
      tooutside 300 IN CNAME www.example.net.
      there 300 IN CNAME back.other.test.
      loop1 300 IN CNAME loop2
      loop2 300 IN CNAME loop1
      self 300 IN CNAME self
      redirect 300 IN DNAME tree
      redirect 300 IN A 192.0.2.30
      redirect 300 IN TXT "beside a DNAME"
      www.tree 300 IN A 192.0.2.31
      *.w.tree 300 IN A 192.0.2.32
      to.tree 300 IN CNAME www.redirect
      redirect2 300 IN DNAME redirect
      redirect3 300 IN DNAME other.test.
      redirect4 300 IN DNAME example.net.
      redirect5 300 IN DNAME redirect5.redirect6
      redirect7 300 IN DNAME sub
      redirect8 300 IN DNAME wild
      grow 300 IN DNAME fourteenletter.grow
      redirect9 300 IN DNAME %1$s.%1$s.%1$s
      """
          .formatted("l".repeat(60));

  private static final String DELEGATIONS =
      """
      sub 900 IN NS ns.sub
      sub 900 IN NS ns.sibling
      sub 900 IN NS ns1
      sub 900 IN NS ns.example.net.
      sub 900 IN DS 12345 13 2 e2d3c916f6deeac73294e8268fb5885044a833fc5459588f4a9184cfc41a5766
      ns.sub 900 IN A 192.0.2.40
      ns.sub 900 IN AAAA 2001:db8::40
      mx.below.sub 900 IN A 192.0.2.41
      occluded.sub 900 IN TXT "never answered"
      sibling 900 IN NS ns.sibling
      sibling 900 IN NS ns.sub
      ns.sibling 900 IN A 192.0.2.42
      bare 900 IN NS ns.bare
      lame 900 IN NS missing
      aliased 900 IN NS alias
      wildns 900 IN NS any.wild
      otherns 900 IN NS ns.other.test.
      deep.under.ent2 900 IN NS ns.deep.under.ent2
      ns.deep.under.ent2 900 IN A 192.0.2.43
      child 900 IN NS ns.child
      child 900 IN DS 54321 13 2 e2d3c916f6deeac73294e8268fb5885044a833fc5459588f4a9184cfc41a5766
      ns.child 900 IN A 192.0.2.44
      big 900 IN NS ns1.big
      big 900 IN NS ns2.big
      big 900 IN NS ns3.big
      big 900 IN NS ns4.big
      big 900 IN NS ns5.big
      ns1.big 900 IN AAAA 2001:db8::51
      ns2.big 900 IN AAAA 2001:db8::52
      ns3.big 900 IN AAAA 2001:db8::53
      ns4.big 900 IN AAAA 2001:db8::54
      ns5.big 900 IN AAAA 2001:db8::55
      *.mixed 300 IN A 192.0.2.45
      cut.mixed 900 IN NS ns.cut.mixed
      ns.cut.mixed 900 IN A 192.0.2.46
      """;

  private static final String OTHER =
      """
      @ 3600 IN NS ns
      ns 600 IN A 192.0.2.60
      ns 600 IN AAAA 2001:db8::60
      www 300 IN A 192.0.2.61
      mail 300 IN A 192.0.2.62
      svc 300 IN A 192.0.2.63
      back 300 IN CNAME host.rich.test.
      chain 300 IN CNAME alias3.rich.test.
      ping 300 IN CNAME pong.rich.test.
      sub 300 IN NS ns.sub
      ns.sub 300 IN A 192.0.2.64
      """;

  private static final String CHILD =
      """
      @ 900 IN NS ns
      ns 900 IN A 192.0.2.44
      www 300 IN A 192.0.2.65
      up 300 IN CNAME host.rich.test.
      """;

  /// Zones whose own answers and whose answers about each other are compared.
  static final List<ServedZone> ZONES =
      List.of(
          zone("rich.test.", TYPES + TREE + DELEGATIONS),
          zone("other.test.", OTHER),
          zone("child.rich.test.", CHILD),
          zone(
              "apexdname.test.",
              "@ 3600 IN NS ns.other.test.\n@ 300 IN DNAME rich.test.\n@ 300 IN TXT apex\n"),
          zone("apexwild.test.", "@ 3600 IN NS ns.other.test.\n* 300 IN CNAME host.rich.test.\n"));

  private RichZones() {}

  private static ServedZone zone(String origin, String records) {
    return new ServedZone(
        origin, Stream.concat(Stream.of(ServedZone.START_OF_AUTHORITY), records.lines()).toList());
  }
}
