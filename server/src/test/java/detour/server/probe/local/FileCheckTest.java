package detour.server.probe.local;

import static detour.server.probe.Probing.BRIEF;
import static detour.server.probe.Probing.PATIENT;
import static org.assertj.core.api.Assertions.assertThat;

import detour.server.probe.CheckRun;
import detour.server.probe.ProbeResult;
import detour.server.probe.ProbeResult.Outcome;
import detour.server.probe.Probing;
import detour.server.probe.local.FileSettings.Content;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileCheckTest {
  private static final String ADDRESS = "127.0.0.32";

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "up                          | PASSED   | the file says up",
        "\\n  OK - load is low \\nx  | PASSED   | the file says OK: load is low",
        "1                           | PASSED   | the file says 1",
        "degraded one disk           | DEGRADED | the file says degraded: one disk",
        "down: planned work          | FAILED   | the file says down: planned work",
        "drain                       | FAILED   | the file says drain",
        "MAINT                       | FAILED   | the file says MAINT",
        "upside down                 | FAILED   | the file says 'upside down': expected up,"
            + " degraded or down",
        "\\n                         | FAILED   | the file is empty: expected up, degraded or down",
      })
  void shouldTakeTheStateFromTheFirstWord(String text, Outcome outcome, String detail)
      throws Exception {
    write(text.replace("\\n", "\n"));

    ProbeResult result = state(null);

    assertThat(result.outcome()).isEqualTo(outcome);
    assertThat(result.detail()).isEqualTo(detail);
  }

  @Test
  void shouldFailWithoutAFile() throws Exception {
    assertThat(state(null).detail()).isEqualTo("the file does not exist");
  }

  @Test
  void shouldPassOnExistenceAloneWhereTheContentIsOfNoInterest() throws Exception {
    write("down");

    assertThat(run(Content.ANY, null, PATIENT).detail()).isEqualTo("the file is there");
  }

  @Test
  void shouldFailWhenTheFileWasNotWrittenForTooLong() throws Exception {
    write("up");
    assertThat(state(Duration.ofMinutes(5)).passed()).isTrue();

    Files.setLastModifiedTime(file(), FileTime.from(Instant.now().minusSeconds(600)));

    ProbeResult stale = state(Duration.ofMinutes(5));
    assertThat(stale.passed()).isFalse();
    assertThat(stale.detail())
        .matches("the file was written 6\\d\\d s ago, at most 300 s is expected");
    assertThat(state(null).passed()).isTrue();
  }

  @Test
  void shouldReadNoMoreThanTheBeginning() throws Exception {
    write("up\n" + "x".repeat(5_000_000));
    assertThat(state(null).detail()).isEqualTo("the file says up");
    write(" ".repeat(FileReads.BYTES_MAX) + "up");
    assertThat(state(null).detail()).startsWith("the file is empty");
  }

  @Test
  void shouldWaitForNoPipeAndReadNoDirectory() throws Exception {
    assertThat(new ProcessBuilder("mkfifo", file().toString()).start().waitFor()).isZero();
    assertThat(state(null).detail()).isEqualTo("it is no plain file");
    Files.delete(file());
    Files.createDirectory(file());
    assertThat(state(null).detail()).isEqualTo("it is a directory");
  }

  @Test
  void shouldSayWhenTheFileMayNotBeRead() throws Exception {
    // Every system has this one, and not even root may read it.
    FileSettings settings = new FileSettings("/proc/self/mem", Content.STATE, null);
    assertThat(run(settings, BRIEF).passed()).isFalse();
  }

  private void write(String text) throws IOException {
    Files.writeString(file(), text);
  }

  private Path file() {
    return folder.resolve("state-" + ADDRESS);
  }

  private ProbeResult state(@Nullable Duration maxAge) throws InterruptedException {
    return run(Content.STATE, maxAge, PATIENT);
  }

  private ProbeResult run(Content content, @Nullable Duration maxAge, Duration timeout)
      throws InterruptedException {
    return run(new FileSettings(folder + "/state-{address}", content, maxAge), timeout);
  }

  private static ProbeResult run(FileSettings settings, Duration timeout)
      throws InterruptedException {
    return CheckRun.once(
        new FileCheck(), Probing.check("file", settings, timeout), Probing.destination(ADDRESS));
  }
}
