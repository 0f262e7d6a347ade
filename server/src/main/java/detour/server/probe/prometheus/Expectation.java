package detour.server.probe.prometheus;

import java.math.BigDecimal;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a value is compared with, as `> 0`.
record Expectation(Comparison comparison, double bound) {
  static final String JSON_PATTERN =
      "^\\s*(==|!=|<=|>=|<|>)\\s*[+-]?[0-9.]+([eE][+-]?[0-9]+)?\\s*$";
  private static final Pattern FORM =
      Pattern.compile(
          "\\s*(?<sign>==|!=|<=|>=|<|>)\\s*(?<bound>[+-]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][+-]?\\d{1,3})?)\\s*");

  enum Comparison {
    EQUAL("=="),
    NOT_EQUAL("!="),
    LESS("<"),
    AT_MOST("<="),
    GREATER(">"),
    AT_LEAST(">=");

    private final String sign;

    Comparison(String sign) {
      this.sign = sign;
    }
  }

  /// @throws IllegalArgumentException for another form
  static Expectation of(String text) {
    Matcher matcher = FORM.matcher(text);
    if (matcher.matches()) {
      for (Comparison comparison : Comparison.values()) {
        if (comparison.sign.equals(matcher.group("sign"))) {
          return new Expectation(comparison, Double.parseDouble(matcher.group("bound")));
        }
      }
    }
    throw new IllegalArgumentException("a comparison and a number, as \"> 0\" or \"== 1\"");
  }

  /// Whether the value will do. NaN, which is neither more nor less than anything, never will.
  boolean accepts(double value) {
    return !Double.isNaN(value)
        && switch (comparison) {
          case EQUAL -> value == bound;
          case NOT_EQUAL -> value != bound;
          case LESS -> value < bound;
          case AT_MOST -> value <= bound;
          case GREATER -> value > bound;
          case AT_LEAST -> value >= bound;
        };
  }

  @Override
  public String toString() {
    return comparison.sign + " " + text(bound);
  }

  /// As people write it: `1`, not `1.0`.
  static String text(double value) {
    return Double.isFinite(value)
        ? new BigDecimal(Double.toString(value)).stripTrailingZeros().toPlainString()
        : Double.toString(value);
  }
}
