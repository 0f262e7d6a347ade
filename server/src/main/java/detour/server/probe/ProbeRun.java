package detour.server.probe;

import detour.failover.model.Destination;
import detour.failover.model.ProbeOptions;
import detour.server.probe.ProbeResult.Note;
import detour.server.probe.ProbeResult.Outcome;
import detour.server.probe.ProbeResult.Step;
import detour.server.probe.text.FailureText;
import detour.server.probe.text.OneLine;
import detour.server.probe.tls.TlsSession;
import detour.server.probe.tls.TlsSettings;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
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
  private static final int NOTES_MAX = 30;

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
  private final List<Runnable> endings = new ArrayList<>(1);
  private String step = "";
  private String activity = "starting";
  private String qualification = "";
  private long startNanos;
  private long stepStartNanos;
  private long measuredNanos = -1;
  private @Nullable InetAddress address;
  private @Nullable Channel channel;
  private @Nullable Future<?> deadline;
  private final List<Note> notes = new ArrayList<>(0);
  private @Nullable TlsSession tls;
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

  /// The local address to probe from; null for the system's choice.
  public @Nullable InetAddress source() {
    return options.source();
  }

  /// After which the run ends by itself.
  public Duration timeout() {
    return timeout;
  }

  public boolean ended() {
    return ended;
  }

  /// Runs the action on the loop once the run has ended, however it does: at once where it already
  /// has. For what the kind began besides a connection.
  public void atEnd(Runnable action) {
    if (ended) {
      action.run();
    } else {
      endings.add(action);
    }
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

  /// Resolves a host name, of which `then` gets the addresses, best first and at least one; failing
  /// to ends the run. `then` is not called once the run has ended.
  public void resolve(String hostName, Consumer<List<InetAddress>> then) {
    enter("resolve", "resolving " + hostName);
    var _ =
        prober
            .resolver()
            .resolve(hostName)
            .whenCompleteAsync(
                (addresses, error) -> {
                  if (addresses == null) {
                    fail("cannot resolve " + hostName + because(error));
                  } else if (!ended) {
                    then.accept(addresses);
                  }
                },
                loop);
  }

  private static String because(@Nullable Throwable error) {
    Throwable cause =
        error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
    return cause == null || cause.getMessage() == null ? "" : ": " + cause.getMessage();
  }

  /// Opens a connection to the address; failing to ends the run. The handlers see `channelActive`
  /// once it is open. It is closed with the run.
  public void connect(int port, ChannelInitializer<Channel> handlers) {
    connect(address(), port, handlers);
  }

  /// The same to another address. A run has one connection: the one before is closed.
  public void connect(InetAddress to, int port, ChannelInitializer<Channel> handlers) {
    enter("connect", "connecting");
    prober
        .transport()
        .connect(loop, options.source(), new InetSocketAddress(to, port), handlers, this);
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

  /// Opens a connection to the address as [#connect] does and shakes hands for TLS; failing to ends
  /// the run. The handlers see `channelActive` once the handshake is over.
  ///
  /// @param host whom the certificate must be for, unless the settings say another name
  /// @param protocols what is offered by ALPN (RFC 7301), best first; empty for none
  public void connectTls(
      int port,
      TlsSettings settings,
      String host,
      List<String> protocols,
      ChannelInitializer<Channel> handlers) {
    connectTls(address(), port, settings, host, protocols, handlers);
  }

  /// The same to another address. A run has one connection: the one before is closed.
  public void connectTls(
      InetAddress to,
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
                    notStarted("certificates or keys cannot be read" + because(error));
                  } else if (!ended) {
                    offer(engine, protocols);
                    connect(to, port, behindTls(engine, handlers));
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

  /// An engine that verifies as the settings say that the other side is `name`; for protocols that
  /// begin TLS in the middle of a connection, others have [#connectTls]. What it learns of the
  /// other side's certificate goes into the result. Completes exceptionally, on any thread, when
  /// certificates or keys cannot be read.
  public CompletableFuture<SSLEngine> tlsEngine(TlsSettings settings, String name, int port) {
    return prober
        .trust()
        .session(settings, name, port)
        .thenApplyAsync(
            session -> {
              tls = session;
              return session.engine();
            },
            loop);
  }

  /// The TLS session that was begun last; null when there is none.
  public @Nullable TlsSession tls() {
    return tls;
  }

  /// Says how the probe got where it is: completes the detail of whatever ends the run from here
  /// on.
  ///
  /// @param words as ` after a redirect to http://www.example.com/`
  public void qualify(String words) {
    qualification = words;
  }

  /// Adds to what `detour check` prints besides the steps; ignored beyond a few dozen.
  ///
  /// @param label a word or two, as `redirect`
  public void note(String label, String text) {
    if (!ended && notes.size() < NOTES_MAX) {
      notes.add(Note.of(label, text));
    }
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
    Channel before = channel;
    this.channel = connection;
    if (before != null) {
      var _ = before.close();
    }
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
  private ProbeResult judged(ProbeResult seen) {
    if (seen.outcome() == Outcome.NOT_STARTED) {
      return seen;
    }
    ProbeResult result = seen.passed() && tls != null ? judgedByExpiry(seen, tls) : seen;
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

  private static ProbeResult judgedByExpiry(ProbeResult result, TlsSession session) {
    Instant now = Instant.now();
    return switch (session.expiry(now)) {
      case FINE -> result;
      case WARN -> result.with(Outcome.DEGRADED, session.expiryText(now) + ": " + result.detail());
      case FAIL -> result.with(Outcome.FAILED, session.expiryText(now) + ": " + result.detail());
    };
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
    if (tls != null) {
      tls.notes(Instant.now()).forEach(this::note);
    }
    ended = true;
    leaveStep();
    if (deadline != null) {
      deadline.cancel(false);
    }
    endings.forEach(Runnable::run);
    ProbeResult result =
        judged(new ProbeResult(outcome, OneLine.of(detail + qualification), steps, address, notes));
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
