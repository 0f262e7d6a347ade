package detour.server.api;

import java.util.List;

/// One check that was run once, with the time of each step.
///
/// @param subject what was checked, as `www.example.com/ams/web1` or a URL
/// @param check kind and target, as `http http://192.0.2.10:80/healthz`
/// @param detail why it failed, or what was seen when it passed
/// @param milliseconds all steps together
/// @param notes what else was seen, as the names of a certificate
public record CheckReport(
    String subject,
    String check,
    boolean passed,
    String detail,
    double milliseconds,
    List<Step> steps,
    List<Note> notes) {

  /// A report without notes.
  public CheckReport(
      String subject,
      String check,
      boolean passed,
      String detail,
      double milliseconds,
      List<Step> steps) {
    this(subject, check, passed, detail, milliseconds, steps, List.of());
  }

  /// One step, as `connect`, `tls` or `first byte`; steps follow each other.
  public record Step(String name, double milliseconds) {}

  /// One thing that was seen, as `issuer` and `CN=Example CA`.
  public record Note(String label, String text) {}
}
