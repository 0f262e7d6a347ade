package detour.server.probe.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/// Any bytes are an answer or a reason why not.
final class QueryAnswerFuzz {
  private static final String ANSWER =
      """
      {"status":"success","data":{"resultType":"vector","result":[
        {"metric":{"__name__":"up","job":"node"},"value":[1732269600.1,"1"]},
        {"metric":{},"value":[1732269600.1,"+Inf"]}]}}\
      """;

  @FuzzTest
  void shouldReadAnyBytes(byte[] bytes) {
    check(bytes);
  }

  @Test
  void shouldReadASoundAnswerWithAnOctetMissingOrChanged() {
    byte[] whole = ANSWER.getBytes(StandardCharsets.UTF_8);
    for (int end = 0; end <= whole.length; end++) {
      check(Arrays.copyOf(whole, end));
    }
    for (int i = 0; i < whole.length; i++) {
      for (char other : "\u0000[{}]\"0,n".toCharArray()) {
        byte[] changed = whole.clone();
        changed[i] = (byte) other;
        check(changed);
      }
    }
    check("[".repeat(100_000).getBytes(StandardCharsets.UTF_8));
  }

  private static void check(byte[] bytes) {
    switch (QueryAnswer.read(bytes)) {
      case QueryAnswer.Found found -> assertThat(found.samples()).doesNotContainNull();
      case QueryAnswer.Refused refused -> assertThat(refused.reason()).isNotNull();
    }
  }
}
