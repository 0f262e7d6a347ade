package detour.server.dnstap;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// Whatever a receiver answers is an ACCEPT or not, and never more than that.
final class FrameStreamFuzz {
  @FuzzTest
  void shouldReadAnyControlFrame(byte[] octets) {
    String problem = FrameStream.problem(ByteBuffer.wrap(octets));
    if (problem == null) {
      assertThat(new String(octets, StandardCharsets.ISO_8859_1))
          .contains("protobuf:dnstap.Dnstap");
    }
  }
}
