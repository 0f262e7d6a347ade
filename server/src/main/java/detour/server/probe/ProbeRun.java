package detour.server.probe;

import detour.failover.model.Destination;
import detour.failover.model.ProbeOptions;
import detour.server.probe.ProbeResult.Outcome;
import detour.server.probe.ProbeResult.Step;
import detour.server.probe.text.FailureText;
import detour.server.probe.text.OneLine;
import detour.server.probe.tls.TlsSettings;
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
  private long startNanos;
  private long stepStartNanos;
  private long measuredNanos = -1;
  private @Nullable InetAddress address;
  private @Nullable Channel channel;
  private @Nullable Future<?> deadline;
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

  /// After which the run ends by itself.
  public Duration timeout() {
    return timeout;
  }

  /// The local address to probe from; null for the system's choice.
  public @Nullable InetAddress source() {
    return options.source();
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

  /// Says how long this step took where the kind knows better than the run, which would count its
  /// pauses too. What comes after it in the step is not counted.
  public void measured(long nanos) {
    measuredNanos = nanos;
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

  /// Opens a UDP socket towards the address alone; failing to ends the run. The handlers see
  /// `channelActive` once it is open, write plain buffers, and receive
  /// [io.netty.channel.socket.DatagramPacket]. It is closed with the run.
  ///
  /// @param datagramBytesMax longer datagrams are cut to this
  public void openUdp(int port, int datagramBytesMax, ChannelInitializer<Channel> handlers) {
    prober
        .transport()
        .openUdp(
            loop,
            options.source(),
            new InetSocketAddress(address(), port),
            datagramBytesMax,
            handlers,
            this);
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
    startNanos = stepStartNanos;
    deadline = loop.schedule(this::timedOut, timeout.toNanos(), TimeUnit.NANOSECONDS);
  }

  /// Begins as a part of another run, whose timeout it shares.
  void beginWithin(ProbeRun whole) {
    stepStartNanos = nanoClock.getAsLong();
    startNanos = whole.startNanos;
    long leftNanos = startNanos + timeout.toNanos() - stepStartNanos;
    deadline = loop.schedule(this::timedOut, Math.max(0, leftNanos), TimeUnit.NANOSECONDS);
  }

  /// Leaves the timeout to runs that are parts of this one.
  void leaveTimeoutToParts() {
    leaveStep();
    step = "";
    if (deadline != null) {
      deadline.cancel(false);
    }
  }

  /// Ends the run as one of its parts did.
  ///
  /// @param detail in place of the part's own
  void endAs(ProbeResult part, String detail) {
    steps.addAll(part.steps());
    address = part.address();
    end(part.outcome(), detail);
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
      steps.add(new Step(step, measuredNanos < 0 ? nowNanos - stepStartNanos : measuredNanos));
    }
    measuredNanos = -1;
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

  private void end(Outcome outcome, String detail) {
    if (ended) {
      return;
    }
    ended = true;
    leaveStep();
    if (deadline != null) {
      deadline.cancel(false);
    }
    if (channel != null) {
      var _ = channel.close();
    }
    ProbeResult result = judged(new ProbeResult(outcome, OneLine.of(detail), steps, address));
    try {
      // Never from within the caller: a schedule that starts the next probe on a result would
      // otherwise recurse when many fail at once.
      loop.execute(() -> done.accept(result));
    } catch (RejectedExecutionException closing) {
      // The loop is shut down: nobody waits for results any more.
    }
  }
}
