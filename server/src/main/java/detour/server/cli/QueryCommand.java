package detour.server.cli;

import detour.server.query.QueryClient;
import detour.server.query.QueryFailed;
import detour.server.query.QueryReport;
import detour.server.query.QuerySettings;
import detour.server.query.Question;
import detour.server.query.Target;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/// `detour query`: asks a DNS server, ours or any other, and shows all of its answer.
@Command(
    name = "query",
    mixinStandardHelpOptions = true,
    description = {
      "Ask a DNS server and show all of its answer.",
      "",
      "Without @SERVER the server of the configuration is asked, else 127.0.0.1. Exits with 0 when"
          + " there is an answer, whatever it says; with 3 when there is none."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  detour query www.example.com",
      "  detour query example.com MX @192.0.2.53",
      "  detour query www.example.com --subnet 198.51.100.0/24 --nsid --zoneversion",
      "  detour query www.example.com --tls @[2001:db8::53] --tls-name ns1.example.com",
      "  detour query --reverse 192.0.2.10",
      "  detour query www.example.com --repeat 60 --interval 500ms"
    })
final class QueryCommand implements Callable<Integer> {
  private final LocalActions local;
  private final Terminal terminal;

  @CommandLine.Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      arity = "0..*",
      paramLabel = "NAME [TYPE] [CLASS] [@SERVER[:PORT]]",
      hideParamSyntax = true,
      description = "What to ask, and whom. TYPE is A, CLASS is IN unless said otherwise.")
  private List<String> words = new ArrayList<>();

  @Mixin private ConfigurationOption configuration = new ConfigurationOption();
  @Mixin private QueryOptions options = new QueryOptions();

  @Option(
      names = {"-x", "--reverse"},
      paramLabel = "ADDRESS",
      description = "Ask for the name of an address, instead of NAME.")
  private String reverse = "";

  @Option(
      names = "--class",
      paramLabel = "CLASS",
      description = "IN, CH, HS, ANY, or one as CLASS3.")
  private String dclass = "";

  @Option(names = "--short", description = "Print only the data of the answer, one record a line.")
  private boolean brief;

  @Option(names = "--json", description = "Print the answer as JSON.")
  private boolean json;

  @Option(
      names = "--check",
      description = "Exit with 1 unless every answer is NOERROR and has a record.")
  private boolean check;

  @Option(
      names = "--repeat",
      paramLabel = "N",
      description = "Ask N times, a line for each, and sum up.")
  private int repeat;

  @Option(
      names = {"-w", "--watch"},
      description = "Ask until Ctrl-C, a line for each change, and sum up.")
  private boolean watch;

  @Option(
      names = "--interval",
      paramLabel = "TIME",
      defaultValue = "1s",
      description = "From one question to the next, with --repeat or --watch. Default: 1s.")
  private String interval = "";

  QueryCommand(LocalActions local, Terminal terminal) {
    this.local = local;
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    try {
      QueryWords asked = QueryWords.of(words, reverse, dclass);
      Question question = Question.parse(asked.name(), asked.type(), asked.dclass());
      boolean many = watch || repeat != 0;
      if (repeat < 0 || (watch && repeat != 0) || (many && brief)) {
        throw new IllegalArgumentException(
            "--repeat N, with N above 0, --watch and --short exclude each other");
      }
      QueryRepetition.Plan plan =
          new QueryRepetition.Plan(
              watch ? Integer.MAX_VALUE : repeat,
              QueryOptions.time("--interval", interval),
              watch,
              json);
      QuerySettings settings = options.settings(target(asked.server()));
      QueryClient client = new QueryClient(settings);
      if (!many) {
        return once(client, question);
      }
      return new QueryRepetition(client, question, settings, plan, terminal).run(check);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    } catch (QueryFailed e) {
      throw new CommandFailed(ExitCode.UNREACHABLE, e.getMessage());
    }
  }

  private int once(QueryClient client, Question question) throws QueryFailed {
    QueryReport report = client.ask(question);
    if (json) {
      terminal.out().println(ServerClient.JSON.writeValueAsString(report));
    } else if (brief) {
      report
          .answer()
          .forEach(record -> terminal.out().println(terminal.look().clean(record.data())));
    } else {
      terminal.out().print(QueryView.render(report, terminal.look()));
    }
    return check && !report.hasData() ? ExitCode.NO : ExitCode.DONE;
  }

  private Target target(String server) throws QueryFailed {
    local.logToStandardError();
    int port = options.usualPort();
    Target.Family family = options.family();
    if (!server.isEmpty()) {
      return Target.parse(server, port, family);
    }
    InetSocketAddress own = local.dnsServer(configuration.file());
    if (own == null) {
      return Target.parse("127.0.0.1", port, Target.Family.ANY);
    }
    String host = own.getAddress().getHostAddress();
    return new Target(
        options.asksOtherPort() ? new InetSocketAddress(own.getAddress(), port) : own, host);
  }
}
