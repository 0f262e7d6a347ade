package detour.server.probe;

import detour.failover.model.Destination;
import detour.failover.model.ProbeOptions;
import detour.server.probe.ProbeResult.Outcome;
import detour.server.probe.ProbeResult.Step;
import detour.server.probe.text.FailureText;
import detour.server.probe.text.OneLine;
import detour.server.probe.tls.TlsSettings;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/// One probe under way: where it goes, what it does at the moment, and its end, which comes exactly
/// once. Confined to one event loop.
///
/// The first of [#pass], [#fail], [#notStarted] and the timeout ends the run, closes its connection
/// and reports; whatever comes later is ignored, so handlers need not know whether they are late.
public final class ProbeRun {
  /// How long the other side may take to close the connection after a farewell.
  private static final long FAREWELL_MILLIS = 500;

  private final Prober prober;
  private final EventLoop loop;
  private final Destination destination;
  private final Duration timeout;
  private final ProbeOptions options;
  private final LongSupplier nanoClock;
  private final Consumer<ProbeResult> done;
  private final List<Step> steps = new ArrayList<>(5);
  private String step = "";
  private String activity = "starting";
  private long stepStartNanos;
  private @Nullable InetAddress address;
  private @Nullable Channel channel;
  private @Nullable Future<?> deadline;
  private byte @Nullable [] farewell;
  private boolean preparing;
  private boolean ended;

  ProbeRun(
      Prober prober,
      EventLoop loop,
      Destination destination,
      Duration timeout,
      ProbeOptions options,
      Consumer<ProbeResult> done) {
    this.prober = prober;
    this.loop = loop;
    this.destination = destination;
    this.timeout = timeout;
    this.options = options;
    this.nanoClock = prober.nanoClock();
    this.done = done;
  }

  public EventLoop loop() {
    return loop;
  }

  /// What the operator wrote; its text is the default for names that a protocol carries.
  public Destination destination() {
    return destination;
  }

  /// What to connect to.
  public InetAddress address() {
    if (address == null) {
      throw new IllegalStateException("the destination is not resolved yet");
    }
    return address;
  }

  public boolean ended() {
    return ended;
  }

  /// Ends the step before and begins the next.
  ///
  /// @param name as it is printed, as `connect`
  /// @param activity completes "timed out after 2 s while ..."
  public void enter(String name, String activity) {
    leaveStep();
    step = name;
    preparing = false;
    this.activity = activity;
  }

  /// Says more closely what this step does.
  public void doing(String activity) {
    this.activity = activity;
  }

  /// Says what this server does for itself, until the next step: time that runs out meanwhile is
  /// not the endpoint's failure.
  public void prepare(String activity) {
    preparing = true;
    this.activity = activity;
  }

  /// What was last said to be done, as `reading the headers`.
  public String activity() {
    return activity;
  }

  /// Opens a connection to the address; failing to ends the run. The handlers see `channelActive`
  /// once it is open. It is closed with the run.
  public void connect(int port, ChannelInitializer<Channel> handlers) {
    enter("connect", "connecting");
    prober
        .transport()
        .connect(loop, options.source(), new InetSocketAddress(address(), port), handlers, this);
  }

  /// Opens a connection as [#connect] does and shakes hands for TLS; failing to ends the run. The
  /// handlers see `channelActive` once the handshake is over.
  ///
  /// @param host whom the certificate must be for, unless the settings say another name
  /// @param protocols what is offered by ALPN (RFC 7301), best first; empty for none
  public void connectTls(
      int port,
      TlsSettings settings,
      String host,
      List<String> protocols,
      ChannelInitializer<Channel> handlers) {
    prepare("reading the certificates to trust");
    var _ =
        tlsEngine(settings, settings.nameOr(host), port)
            .whenCompleteAsync(
                (engine, error) -> {
                  if (engine == null) {
                    notStarted("the certificates to trust cannot be read: " + reason(error));
                  } else if (!ended) {
                    offer(engine, protocols);
                    connect(port, behindTls(engine, handlers));
                  }
                },
                loop);
  }

  private static void offer(SSLEngine engine, List<String> protocols) {
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setApplicationProtocols(protocols.toArray(String[]::new));
    engine.setSSLParameters(parameters);
  }

  private ChannelInitializer<Channel> behindTls(
      SSLEngine engine, ChannelInitializer<Channel> handlers) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel channel) {
        TlsHandshake.addTo(channel.pipeline(), engine, ProbeRun.this);
        channel.pipeline().addLast(handlers);
      }
    };
  }

  private static String reason(@Nullable Throwable error) {
    return error == null ? "" : FailureText.of(error);
  }

  /// An engine that verifies as the settings say that the other side is `name`; for protocols that
  /// begin TLS in the middle of a connection, others have [#connectTls].
  public CompletableFuture<SSLEngine> tlsEngine(TlsSettings settings, String name, int port) {
    return prober.trust().engine(settings, name, port);
  }

  /// What is sent on the connection when the run ends, however it ends, so that the other side does
  /// not take it for broken off. It is closed once the other side closed it, or a moment later.
  public void farewell(byte[] octets) {
    farewell = octets;
  }

  public void pass(String detail) {
    end(Outcome.PASSED, detail);
  }

  /// Passes with a warning: the endpoint can serve, but others are to be preferred.
  public void passDegraded(String warning) {
    end(Outcome.DEGRADED, warning);
  }

  public void fail(String detail) {
    end(Outcome.FAILED, detail);
  }

  /// Ends the run by an error of the connection: the endpoint's failure, unless this machine had no
  /// socket or port left.
  public void failed(Throwable error) {
    String limit = FailureText.ownLimit(error);
    if (limit == null) {
      fail(FailureText.of(error));
    } else {
      notStarted(limit);
    }
  }

  /// Ends the run without a statement about the endpoint.
  public void notStarted(String reason) {
    end(Outcome.NOT_STARTED, reason);
  }

  void begin() {
    stepStartNanos = nanoClock.getAsLong();
    deadline = loop.schedule(this::timedOut, timeout.toNanos(), TimeUnit.NANOSECONDS);
  }

  void resolved(InetAddress resolved) {
    this.address = resolved;
  }

  /// The connection that ends with this run, from before it is open.
  void owns(Channel connection) {
    this.channel = connection;
    if (ended) {
      var _ = connection.close();
    }
  }

  private void timedOut() {
    String detail = "timed out after " + FailureText.span(timeout) + " while " + activity;
    end(preparing ? Outcome.NOT_STARTED : Outcome.FAILED, detail);
  }

  private void leaveStep() {
    long nowNanos = nanoClock.getAsLong();
    if (!step.isEmpty()) {
      steps.add(new Step(step, nowNanos - stepStartNanos));
    }
    stepStartNanos = nowNanos;
  }

  /// What the result means under this check's options.
  private ProbeResult judged(ProbeResult result) {
    if (result.outcome() == Outcome.NOT_STARTED) {
      return result;
    }
    if (options.inverted()) {
      return result.with(
          result.passed() ? Outcome.FAILED : Outcome.PASSED, "inverted: " + result.detail());
    }
    Duration slowAfter = options.slowAfter();
    if (slowAfter != null
        && result.outcome() == Outcome.PASSED
        && result.nanos() > slowAfter.toNanos()) {
      return result.with(
          Outcome.DEGRADED, "slow, over " + FailureText.span(slowAfter) + ": " + result.detail());
    }
    return result;
  }

  private void part(Channel connection) {
    if (farewell == null || !connection.isActive()) {
      var _ = connection.close();
      return;
    }
    // Closing at once would send a reset, which may overtake the farewell. What closes the
    // connection is the other side's end of it.
    var _ = connection.writeAndFlush(Unpooled.wrappedBuffer(farewell));
    Future<?> patience =
        loop.schedule(
            () -> {
              var _ = connection.close();
            },
            FAREWELL_MILLIS,
            TimeUnit.MILLISECONDS);
    var _ = connection.closeFuture().addListener(closed -> patience.cancel(false));
  }

  private void end(Outcome outcome, String detail) {
    if (ended) {
      return;
    }
    ended = true;
    leaveStep();
    if (deadline != null) {
      deadline.cancel(false);
    }
    ProbeResult result = judged(new ProbeResult(outcome, OneLine.of(detail), steps, address));
    try {
      if (channel != null) {
        part(channel);
      }
      // Never from within the caller: a schedule that starts the next probe on a result would
      // otherwise recurse when many fail at once.
      loop.execute(() -> done.accept(result));
    } catch (RejectedExecutionException closing) {
      // The loop is shut down: nobody waits for results any more.
    }
  }
}
