package detour.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/// The conventions that matter, as tests: who may import whom, what the cores may not touch, names,
/// file length.
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("detour");

  /// What a package of kinds of check may import.
  private static final Set<String> KIND_OF_CHECK =
      Set.of(
          "server.options",
          "server.probe",
          "server.probe.tls",
          "server.probe.text",
          "failover.model");

  /// Package to the packages of ours that it may import, besides itself. Root packages see
  /// everything.
  private static final Map<String, Set<String>> MAY_IMPORT =
      Map.ofEntries(
          Map.entry("dns.wire", Set.of()),
          Map.entry("dns.zone", Set.of("dns.wire")),
          Map.entry("dns.answer", Set.of("dns.wire", "dns.zone")),
          Map.entry("failover.model", Set.of()),
          Map.entry("failover.opinion", Set.of("failover.model")),
          Map.entry("failover.guard", Set.of("failover.model", "failover.opinion")),
          Map.entry("failover.verdict", Set.of("failover.model", "failover.opinion")),
          Map.entry(
              "failover.selection",
              Set.of("failover.model", "failover.opinion", "failover.verdict")),
          Map.entry("failover.safety", Set.of("failover.model")),
          Map.entry("server.options", Set.of("failover.model")),
          Map.entry(
              "server.config",
              Set.of(
                  "server.access",
                  "server.options",
                  "server.pem",
                  "failover.model",
                  "dns.wire",
                  "dns.zone",
                  "dns.answer")),
          Map.entry(
              "server.probe",
              Set.of(
                  "server.options",
                  "server.publish",
                  "server.metrics",
                  "server.probe.tls",
                  "server.probe.text",
                  "failover.model",
                  "failover.opinion")),
          Map.entry("server.probe.text", Set.of()),
          Map.entry("server.files", Set.of()),
          Map.entry("server.pem", Set.of("server.files")),
          Map.entry("server.access", Set.of("server.files")),
          Map.entry(
              "server.probe.tls", Set.of("server.options", "server.pem", "server.probe.text")),
          Map.entry("server.probe.application", KIND_OF_CHECK),
          Map.entry("server.probe.http", KIND_OF_CHECK),
          Map.entry("server.probe.socket", KIND_OF_CHECK),
          Map.entry("server.probe.local", KIND_OF_CHECK),
          Map.entry("server.probe.prometheus", KIND_OF_CHECK),
          Map.entry("server.probe.dns", KIND_OF_CHECK),
          Map.entry(
              "server.probe.icmp",
              Set.of(
                  "server.options",
                  "server.probe",
                  "server.probe.text",
                  "server.linux",
                  "failover.model")),
          Map.entry(
              "server.probe.push",
              Set.of(
                  "server.options",
                  "server.probe",
                  "server.probe.text",
                  "server.publish",
                  "failover.model")),
          Map.entry(
              "server.probe.kinds",
              Set.of(
                  "server.options",
                  "server.probe",
                  "server.probe.application",
                  "server.probe.dns",
                  "server.probe.http",
                  "server.probe.icmp",
                  "server.probe.local",
                  "server.probe.prometheus",
                  "server.probe.push",
                  "server.probe.socket")),
          Map.entry("server.store", Set.of("server.publish", "server.metrics", "failover.model")),
          Map.entry(
              "server.publish",
              Set.of(
                  "server.metrics",
                  "dns.wire",
                  "dns.zone",
                  "dns.answer",
                  "failover.model",
                  "failover.opinion",
                  "failover.guard",
                  "failover.safety",
                  "failover.verdict",
                  "failover.selection")),
          Map.entry(
              "server.listen",
              Set.of(
                  "server.dnstap",
                  "server.files",
                  "server.linux",
                  "server.metrics",
                  "server.pem",
                  "dns.wire",
                  "dns.answer")),
          Map.entry("server.dnstap", Set.of("server.metrics", "dns.answer")),
          Map.entry("server.telemetry", Set.of("server.metrics")),
          Map.entry("server.trend", Set.of("server.publish", "failover.model", "failover.opinion")),
          Map.entry(
              "server.api",
              Set.of(
                  "server.access",
                  "server.pem",
                  "server.publish",
                  "server.trend",
                  "server.metrics",
                  "failover.model",
                  "failover.opinion",
                  "failover.verdict",
                  "failover.selection")),
          Map.entry(
              "server.cli",
              Set.of(
                  "server.access",
                  "server.api",
                  "server.pem",
                  "server.query",
                  "server.zones",
                  "dns.wire")),
          Map.entry("server.query", Set.of("server.pem", "dns.wire")),
          Map.entry(
              "server.zones", Set.of("server.config", "server.query", "dns.wire", "dns.zone")),
          Map.entry(
              "server.cluster",
              Set.of(
                  "server.cluster.store",
                  "server.publish",
                  "server.metrics",
                  "server.trend",
                  "failover.model",
                  "failover.safety",
                  "failover.verdict")),
          Map.entry("server.cluster.store", Set.of("server.pem", "server.metrics")),
          Map.entry(
              "server.cluster.configuration",
              Set.of("server.cluster.store", "server.publish", "server.metrics")),
          Map.entry("server.demo", Set.of()),
          Map.entry("server.fence", Set.of("server.publish", "failover.model", "failover.safety")),
          Map.entry("server.linux", Set.of()),
          Map.entry("server.metrics", Set.of()),
          Map.entry("server", Set.of("*")));

  private static final Pattern FORBIDDEN_PACKAGE =
      Pattern.compile(".*\\.(utils?|common|helpers?|managers?|impl|misc|core|base)(\\..*)?");
  private static final Pattern FORBIDDEN_CLASS =
      Pattern.compile(".*(Utils?|Helpers?|Manager|Impl|Common|Misc)$");
  private static final int LINES_WARNING = 400;
  private static final int LINES_MAX = 600;

  @Test
  void shouldImportOnlyWhatTheTableAllows() {
    Set<String> violations = new TreeSet<>();
    for (JavaClass origin : CLASSES) {
      Set<String> allowed = MAY_IMPORT.get(packageOf(origin));
      if (allowed == null) {
        violations.add("package " + origin.getPackageName() + " is not in the import table");
      } else if (!allowed.contains("*")) {
        origin.getDirectDependenciesFromSelf().stream()
            .map(dependency -> dependency.getTargetClass().getBaseComponentType())
            .filter(target -> target.getPackageName().startsWith("detour."))
            .filter(target -> !target.getPackageName().equals(origin.getPackageName()))
            .filter(target -> !allowed.contains(packageOf(target)))
            .forEach(target -> violations.add(origin.getName() + " -> " + target.getName()));
      }
    }
    assertThat(violations).isEmpty();
  }

  @Test
  void shouldHaveNoPackageCycles() {
    SlicesRuleDefinition.slices()
        .matching("detour.(*).(*)..")
        .should()
        .beFreeOfCycles()
        .check(CLASSES);
  }

  @Test
  void shouldKeepTheCoresPure() {
    for (String core : List.of("detour.dns..", "detour.failover..")) {
      noClasses()
          .that()
          .resideInAPackage(core)
          .should()
          .dependOnClassesThat()
          .haveNameMatching(
              "java\\.lang\\.Thread.*|java\\.lang\\.System\\$Logger.*|java\\.util\\.logging\\..*"
                  + "|java\\.util\\.concurrent\\.(locks\\..*|.*Executor.*|.*Future.*|ThreadLocalRandom)"
                  + "|java\\.util\\.(Timer|Random)|java\\.time\\.Clock|java\\.nio\\.(channels|file)\\..*"
                  + "|java\\.io\\.(File.*|PrintStream|RandomAccessFile)"
                  + "|java\\.net\\.(Socket|ServerSocket|Datagram|URL|Http).*")
          .check(CLASSES);
      for (String clock : List.of("nanoTime", "currentTimeMillis", "getenv", "getProperty")) {
        noClasses()
            .that()
            .resideInAPackage(core)
            .should()
            .callMethodWhere(calls(System.class, clock))
            .check(CLASSES);
      }
      for (Class<?> dated :
          List.of(
              java.time.Instant.class,
              java.time.LocalDate.class,
              java.time.LocalDateTime.class,
              java.time.ZonedDateTime.class,
              java.time.OffsetDateTime.class)) {
        noClasses()
            .that()
            .resideInAPackage(core)
            .should()
            .callMethodWhere(calls(dated, "now"))
            .check(CLASSES);
      }
      noClasses()
          .that()
          .resideInAPackage(core)
          .should()
          .callMethodWhere(calls(Math.class, "random"))
          .check(CLASSES);
    }
  }

  @Test
  void shouldDependOnNothingButTheJdkInTheCores() {
    Set<String> foreign =
        CLASSES.stream()
            .filter(c -> c.getPackageName().matches("detour\\.(dns|failover)\\..*"))
            .flatMap(c -> c.getDirectDependenciesFromSelf().stream())
            .map(d -> d.getTargetClass().getBaseComponentType())
            .filter(t -> !t.isPrimitive())
            .map(JavaClass::getName)
            .filter(n -> !n.startsWith("java.") && !n.startsWith("org.jspecify."))
            .filter(n -> !n.matches("detour\\.(dns|failover)\\..*"))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(foreign).isEmpty();
  }

  @Test
  void shouldNameThingsByWhatTheyAre() {
    Set<String> vague = new TreeSet<>();
    for (JavaClass c : CLASSES) {
      if (FORBIDDEN_PACKAGE.matcher(c.getPackageName()).matches()
          || FORBIDDEN_CLASS.matcher(c.getSimpleName()).matches()) {
        vague.add(c.getName());
      }
    }
    assertThat(vague).isEmpty();
  }

  @Test
  void shouldMarkEveryPackageForNullness() {
    Set<String> unmarked = new TreeSet<>();
    for (JavaClass c : CLASSES) {
      if (!c.getPackage().isAnnotatedWith(NullMarked.class)) {
        unmarked.add(c.getPackageName());
      }
    }
    assertThat(unmarked).isEmpty();
  }

  @Test
  void shouldKeepFilesShort() throws IOException {
    Path root = Path.of("..").toAbsolutePath().normalize();
    List<String> tooLong = new ArrayList<>();
    for (String module : List.of("dns", "failover", "server", "systemtest", "bench")) {
      try (Stream<Path> files = Files.walk(root.resolve(module).resolve("src"))) {
        for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
          long lines = Files.readAllLines(file).size();
          if (lines > LINES_MAX) {
            tooLong.add(root.relativize(file) + ": " + lines);
          } else if (lines > LINES_WARNING) {
            System.out.println("warning: " + root.relativize(file) + " has " + lines + " lines");
          }
        }
      }
    }
    assertThat(tooLong).isEmpty();
  }

  private static String packageOf(JavaClass c) {
    String name = c.getPackageName();
    return name.equals("detour.server") ? "server" : name.substring("detour.".length());
  }

  private static com.tngtech.archunit.base.DescribedPredicate<
          com.tngtech.archunit.core.domain.JavaMethodCall>
      calls(Class<?> owner, String method) {
    return com.tngtech.archunit.base.DescribedPredicate.describe(
        owner.getSimpleName() + "." + method,
        call -> call.getTargetOwner().isEquivalentTo(owner) && call.getName().equals(method));
  }
}
