package detour.server.api;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/// The coding gzip of HTTP (RFC 9110 section 8.4.1.3), for long responses.
final class Compression {
  private static final int BUFFER_BYTES = 16 * 1024;

  /// JSON of many like lines shrinks to a tenth at the lowest level already.
  private static final int LEVEL = Deflater.BEST_SPEED;

  private Compression() {}

  /// Whether a client takes gzip.
  ///
  /// @param header Accept-Encoding; null when it is missing
  static boolean isAccepted(@Nullable String header) {
    // RFC 9110 section 12.5.3: a weight of 0 forbids.
    return header != null
        && Arrays.stream(header.split(",", -1))
            .map(part -> part.replace(" ", "").toLowerCase(Locale.ROOT))
            .anyMatch(part ->
                (part.equals("gzip") || part.startsWith("gzip;"))
                    && !part.matches("gzip;q=0(\\.0*)?"));
  }

  static byte[] gzip(byte[] body) throws IOException {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream(BUFFER_BYTES + body.length / 8);
    try (GZIPOutputStream out =
        new GZIPOutputStream(compressed, BUFFER_BYTES) {
          {
            def.setLevel(LEVEL);
          }
        }) {
      out.write(body);
    }
    return compressed.toByteArray();
  }
}
