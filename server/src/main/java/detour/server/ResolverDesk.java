package detour.server;

import detour.dns.wire.AddressText;
import detour.dns.wire.RecordType;
import detour.server.api.ConvergenceReport;
import detour.server.api.Resolvers;
import detour.server.query.QueryClient;
import detour.server.query.QueryFailed;
import detour.server.query.QueryReport;
import detour.server.query.QuerySettings;
import detour.server.query.Question;
import detour.server.query.Target;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Asks the resolvers that are configured, over UDP and once each. Whoever asks again within
/// seconds is told the same, and one name is asked for at a time, so that nobody can make this
/// server ask more than a few questions a second. Any thread.
final class ResolverDesk implements Resolvers, AutoCloseable {
  private static final Duration FRESH = Duration.ofSeconds(2);
  private static final int MOST_REMEMBERED = 256;

  private final List<InetSocketAddress> resolvers;
  private final Duration timeout;
  private final InstantSource clock;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, Told> told = new LinkedHashMap<>();

  private record Told(Instant at, List<ConvergenceReport.Resolver> answers) {}

  ResolverDesk(List<InetSocketAddress> resolvers, Duration timeout, InstantSource clock) {
    this.resolvers = List.copyOf(resolvers);
    this.timeout = timeout;
    this.clock = clock;
  }

  @Override
  public synchronized List<ConvergenceReport.Resolver> ask(String owner, Set<Integer> types) {
    Instant now = clock.instant();
    told.values().removeIf(known -> known.at().plus(FRESH).isBefore(now));
    Told known = told.get(owner);
    if (known != null) {
      return known.answers();
    }
    List<Future<ConvergenceReport.Resolver>> asked = new ArrayList<>();
    for (InetSocketAddress resolver : resolvers) {
      for (String type : names(types)) {
        Callable<ConvergenceReport.Resolver> question = () -> ask(resolver, owner, type);
        asked.add(threads.submit(question));
      }
    }
    List<ConvergenceReport.Resolver> answers = new ArrayList<>();
    for (Future<ConvergenceReport.Resolver> question : asked) {
      try {
        answers.add(question.get());
      } catch (ExecutionException e) {
        throw new IllegalStateException("a resolver was asked in a wrong way", e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
    }
    if (told.size() < MOST_REMEMBERED) {
      told.put(owner, new Told(clock.instant(), answers));
    }
    return answers;
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }

  private ConvergenceReport.Resolver ask(InetSocketAddress resolver, String owner, String type) {
    Target target = new Target(resolver, resolver.getAddress().getHostAddress());
    QuerySettings settings =
        new QuerySettings(
            target,
            QuerySettings.Transport.UDP,
            true,
            true,
            timeout,
            1,
            null,
            new QuerySettings.Tls(null, ""));
    try {
      return answer(target, type, new QueryClient(settings).ask(Question.parse(owner, type, "IN")));
    } catch (QueryFailed | IllegalArgumentException e) {
      return new ConvergenceReport.Resolver(
          target.toString(),
          type,
          clock.instant(),
          0,
          "",
          List.of(),
          null,
          List.of(),
          String.valueOf(e.getMessage()));
    }
  }

  private ConvergenceReport.Resolver answer(Target target, String type, QueryReport report) {
    List<QueryReport.RecordReport> records =
        report.answer().stream().filter(record -> record.type().equals(type)).toList();
    return new ConvergenceReport.Resolver(
        target.toString(),
        type,
        clock.instant(),
        report.milliseconds(),
        report.rcode(),
        records.stream().map(record -> data(type, record.data())).toList(),
        records.stream()
            .map(QueryReport.RecordReport::ttl)
            .min(Comparator.naturalOrder())
            .orElse(null),
        List.of(),
        "");
  }

  /// Addresses as this server writes them.
  private static String data(String type, String data) {
    return type.equals("AAAA") ? AddressText.of(InetAddress.ofLiteral(data).getAddress()) : data;
  }

  /// Of the addresses; other types of a service say nothing of who is asked.
  private static List<String> names(Set<Integer> types) {
    List<String> names = new ArrayList<>();
    if (types.contains(RecordType.A)) {
      names.add("A");
    }
    if (types.contains(RecordType.AAAA)) {
      names.add("AAAA");
    }
    return names;
  }
}
