package detour.server.probe.dns;

import detour.failover.model.CheckSettings;
import detour.server.options.Option;
import detour.server.options.Values;
import detour.server.probe.ProbeKind;
import detour.server.probe.ProbeRun;
import detour.server.probe.dns.DnsSettings.Transport;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import java.net.URI;
import java.util.List;
import java.util.Map;

/// Passes when a DNS query is answered as expected, over UDP, TCP or TLS.
public final class DnsCheck implements ProbeKind {
  private static final int MESSAGE_BYTES_MAX = 65_535;
  private static final int LENGTH_BYTES = 2;

  @Override
  public String name() {
    return "dns";
  }

  @Override
  public String doc() {
    return "Passes when a DNS query is answered as expected.";
  }

  @Override
  public List<Option<?>> options() {
    return DnsOptions.all();
  }

  @Override
  public CheckSettings settings(Values values) {
    return DnsOptions.settings(values);
  }

  /// As RFC 4501 has it: `dns://192.0.2.53/www.example.com?type=AAAA`.
  @Override
  public Map<String, Object> fromUrl(URI url) {
    return DnsOptions.fromUrl(url);
  }

  @Override
  public void start(CheckSettings settings, ProbeRun run) {
    DnsSettings dns = (DnsSettings) settings;
    Query query = Query.of(dns);
    switch (dns.transport()) {
      case UDP -> {
        run.openUdp(dns.port(), MESSAGE_BYTES_MAX, datagrams(query, dns, run));
      }
      case TCP -> run.connect(dns.port(), stream(query, dns, run));
      case TLS ->
          run.connectTls(
              dns.port(), dns.tls(), run.destination().text(), List.of(), stream(query, dns, run));
    }
  }

  private static ChannelInitializer<Channel> datagrams(
      Query query, DnsSettings settings, ProbeRun run) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel channel) {
        channel.pipeline().addLast(new Question(query, settings.expected(), Transport.UDP, run));
      }
    };
  }

  /// RFC 1035 section 4.2.2: each message goes behind its length.
  private static ChannelInitializer<Channel> stream(
      Query query, DnsSettings settings, ProbeRun run) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel channel) {
        channel
            .pipeline()
            .addLast(
                new LengthFieldBasedFrameDecoder(
                    LENGTH_BYTES + MESSAGE_BYTES_MAX, 0, LENGTH_BYTES, 0, LENGTH_BYTES),
                new Question(query, settings.expected(), settings.transport(), run));
      }
    };
  }
}
