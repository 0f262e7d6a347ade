package detour.server.probe.application;

import detour.server.probe.ProbeRun;
import detour.server.probe.application.HealthMessages.ServingStatus;
import detour.server.probe.text.OneLine;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Judges the answer to a health call: headers, one message, trailers.
final class GrpcAnswer extends ChannelInboundHandlerAdapter {
  /// A whole answer takes a few octets; more is no answer to this call.
  static final int MESSAGE_BYTES_MAX = 4096;

  private static final String[] CODES = {
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED"
  };
  private static final int UNIMPLEMENTED = 12;

  private final GrpcSettings settings;
  private final ProbeRun run;
  private final ByteBuf message = Unpooled.buffer(64, MESSAGE_BYTES_MAX);
  private boolean begun;

  GrpcAnswer(GrpcSettings settings, ProbeRun run) {
    this.settings = settings;
    this.run = run;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object frame) {
    try {
      if (run.ended()) {
        return;
      }
      switch (frame) {
        case Http2HeadersFrame headers -> headers(headers);
        case Http2DataFrame data -> data(data);
        default -> {
          // Whatever else there is of a stream is the codec's affair.
        }
      }
    } finally {
      ReferenceCountUtil.release(frame);
    }
  }

  private void headers(Http2HeadersFrame frame) {
    Http2Headers headers = frame.headers();
    if (begun) {
      if (frame.isEndStream()) {
        trailers(headers);
      } else {
        run.fail("the answer is not gRPC: headers within the answer");
      }
      return;
    }
    if (isInterim(headers.status())) {
      return;
    }
    begun = true;
    run.enter("match", "reading the answer");
    if (!"200".contentEquals(String.valueOf(headers.status()))) {
      run.fail("HTTP status " + shown(headers.status()) + ", expected 200");
      return;
    }
    CharSequence type = headers.get("content-type");
    if (type == null || !isGrpc(type.toString())) {
      run.fail("content-type " + shown(type) + ", expected application/grpc");
      return;
    }
    if (frame.isEndStream()) {
      trailers(headers); // an error alone comes as headers that are trailers
    }
  }

  /// RFC 9110 section 15.2: interim answers precede the final one.
  private static boolean isInterim(@Nullable CharSequence status) {
    return status != null && status.length() == 3 && status.charAt(0) == '1';
  }

  /// As `application/grpc`, `application/grpc+proto` or with parameters.
  private static boolean isGrpc(String type) {
    String essence = type.strip();
    return essence.equals("application/grpc")
        || essence.startsWith("application/grpc+")
        || essence.startsWith("application/grpc;");
  }

  private void data(Http2DataFrame frame) {
    ByteBuf content = frame.content();
    if (!begun) {
      run.fail("the answer is not gRPC: a message before its headers");
    } else if (content.readableBytes() > message.maxWritableBytes()) {
      run.fail("the answer is longer than " + MESSAGE_BYTES_MAX / 1024 + " KiB");
    } else {
      message.writeBytes(content);
      if (frame.isEndStream()) {
        run.fail("the answer ends without a grpc-status");
      }
    }
  }

  private void trailers(Http2Headers trailers) {
    CharSequence code = trailers.get("grpc-status");
    if (code == null) {
      run.fail("the answer ends without a grpc-status");
    } else if ("0".contentEquals(code)) {
      judge();
    } else {
      run.fail(status(code.toString(), trailers.get("grpc-message")));
    }
  }

  private void judge() {
    ServingStatus status;
    try {
      status = HealthMessages.status(message);
    } catch (MalformedReply malformed) {
      run.fail("the answer is not gRPC: " + malformed.getMessage());
      return;
    }
    if (status == ServingStatus.SERVING) {
      run.pass("SERVING");
    } else {
      String asked = settings.service().isEmpty() ? "the server" : settings.service();
      run.fail(asked + " is " + (status == null ? "in a state that has no name" : status.name()));
    }
  }

  /// As `grpc-status 5 NOT_FOUND: unknown service`.
  private static String status(String code, @Nullable CharSequence text) {
    int number = code.matches("[0-9]{1,2}") ? Integer.parseInt(code) : -1;
    String name = number >= 0 && number < CODES.length ? " " + CODES[number] : "";
    String hint = number == UNIMPLEMENTED ? " (the server has no health service)" : "";
    String message = text == null || text.isEmpty() ? "" : ": " + decoded(text.toString());
    return "grpc-status " + OneLine.of(code, 20) + name + hint + message;
  }

  /// The percent-encoding of grpc-message: whatever is no good escape stays as it is.
  static String decoded(String encoded) {
    ByteArrayOutputStream octets = new ByteArrayOutputStream(encoded.length());
    for (int i = 0; i < encoded.length(); i++) {
      char c = encoded.charAt(i);
      if (c == '%' && i + 2 < encoded.length()) {
        int high = Character.digit(encoded.charAt(i + 1), 16);
        int low = Character.digit(encoded.charAt(i + 2), 16);
        if (high >= 0 && low >= 0) {
          octets.write((high << 4) | low);
          i += 2;
          continue;
        }
      }
      octets.write(c);
    }
    return octets.toString(StandardCharsets.UTF_8);
  }

  private static String shown(@Nullable CharSequence text) {
    return text == null ? "missing" : OneLine.of(text.toString(), 60);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof Http2ResetFrame reset) {
      run.fail("the server reset the call: " + GrpcConnection.error(reset.errorCode()));
    }
    context.fireUserEventTriggered(event);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable error) {
    GrpcConnection.fail(run, error);
  }
}
