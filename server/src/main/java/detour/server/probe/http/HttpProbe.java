package detour.server.probe.http;

import detour.server.probe.ProbeRun;
import detour.server.probe.http.HttpSettings.Version;
import detour.server.probe.text.OneLine;
import detour.server.probe.tls.TlsSettings;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import java.net.InetAddress;
import java.util.List;

/// One probe: a request, and as many more as redirects lead to. Each has a connection of its own,
/// whose answer [HttpAnswer] judges.
final class HttpProbe {
  private static final int URL_SHOWN_MAX = 100;

  private final HttpSettings settings;
  private final ProbeRun run;
  private final Hop first;
  private int redirects;

  private HttpProbe(HttpSettings settings, ProbeRun run) {
    this.settings = settings;
    this.run = run;
    this.first = Hop.first(settings, run.destination());
  }

  static void start(HttpSettings settings, ProbeRun run) {
    HttpProbe probe = new HttpProbe(settings, run);
    probe.open(probe.first, run.address());
  }

  /// Whether an answer of this status is followed to where it points.
  boolean mayFollow(int status) {
    return redirects < settings.redirectsMax() && Redirect.STATUSES.contains(status);
  }

  /// Asks where an answer points to; fails the run where that is nowhere.
  ///
  /// @param location the answer's Location header
  void follow(Hop from, int status, String location) {
    redirects++;
    switch (Redirect.of(from, status, location, first.name())) {
      case Redirect.Nowhere(String why) -> run.fail("status " + status + ", a redirect " + why);
      case Redirect.To(Hop hop) -> {
        run.note("redirect", status + " to " + hop.url());
        run.qualify(
            (redirects == 1 ? " after a redirect to " : " after " + redirects + " redirects, to ")
                + OneLine.of(hop.url(), URL_SHOWN_MAX));
        go(hop);
      }
    }
  }

  private void go(Hop hop) {
    if (hop.own()) {
      open(hop, run.address());
      return;
    }
    try {
      open(hop, InetAddress.ofLiteral(hop.name()));
    } catch (IllegalArgumentException aName) {
      // The first address, as a client would take it.
      run.resolve(hop.name(), addresses -> open(hop, addresses.getFirst()));
    }
  }

  private void open(Hop hop, InetAddress address) {
    HttpAnswer answer = new HttpAnswer(settings, run, this, hop);
    ChannelInitializer<Channel> handlers =
        switch (settings.version()) {
          case HTTP_1_1 -> Http1Connection.handlers(hop, answer, run);
          case HTTP_2 -> Http2Connection.handlers(hop, answer, run);
        };
    TlsSettings tls = hop.tls();
    if (tls == null) {
      run.connect(address, hop.port(), handlers);
    } else {
      List<String> protocols =
          settings.version() == Version.HTTP_2 ? List.of(Http2Connection.ALPN) : List.of();
      run.connectTls(address, hop.port(), tls, hop.name(), protocols, handlers);
    }
  }
}
