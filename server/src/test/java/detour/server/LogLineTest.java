package detour.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class LogLineTest {
  private static final JsonMapper JSON = new JsonMapper();

  @Test
  void shouldNameThePackageOfOursAndAlignTheMessage() {
    assertThat(LogLine.text(event("detour.server.store.Writer", "is written again")))
        .matches("\\d\\d:\\d\\d:\\d\\d\\.\\d{3} WARN  store     is written again\n");
    assertThat(LogLine.text(event("org.example.Their", "hello")))
        .contains(" WARN  Their     hello");
  }

  @Test
  void shouldAppendKeyValuesToText() {
    LoggingEvent event = event("detour.server.Main", "ready");
    event.addKeyValuePair(new KeyValuePair("zones", 3));
    assertThat(LogLine.text(event)).endsWith("server    ready  zones=3\n");
  }

  @Test
  void shouldKeepControlCharactersFromTheTerminal() {
    String line = LogLine.text(event("detour.a.B", "a\u001b[2Jb\nc\u0085d"));
    assertThat(line).endsWith(" a?[2Jb?c?d\n");
  }

  @Test
  void shouldWriteOneFlatJsonObject() {
    LoggingEvent event = event("detour.server.store.Writer", "he said \"no\\\"\n\t\u0001é😀");
    event.addKeyValuePair(new KeyValuePair("count", 7L));
    event.addKeyValuePair(new KeyValuePair("share", Double.NaN));
    event.addKeyValuePair(new KeyValuePair("ok", true));
    event.addKeyValuePair(new KeyValuePair("level", "theirs"));
    event.addKeyValuePair(new KeyValuePair("nothing", nothing()));
    String line = LogLine.json(event);
    assertThat(line.lines()).hasSize(1);
    JsonNode json = JSON.readTree(line);
    assertThat(json.get("ts").asString()).isEqualTo("1970-01-01T00:00:01.500Z");
    assertThat(json.get("level").asString()).isEqualTo("WARN");
    assertThat(json.get("logger").asString()).isEqualTo("detour.server.store.Writer");
    assertThat(json.get("msg").asString()).isEqualTo("he said \"no\\\"\n\t\u0001é😀");
    assertThat(json.get("count").asInt()).isEqualTo(7);
    assertThat(json.get("share").asString()).isEqualTo("NaN");
    assertThat(json.get("ok").asBoolean()).isTrue();
    assertThat(json.get("level_").asString()).isEqualTo("theirs");
    assertThat(json.get("nothing").isNull()).isTrue();
  }

  @Test
  void shouldPutAStackTraceIntoTheSameJsonObject() {
    LoggingEvent event = event("detour.a.B", "failed", new IllegalStateException("why"));
    String line = LogLine.json(event);
    assertThat(line.lines()).hasSize(1);
    assertThat(JSON.readTree(line).get("error").asString())
        .startsWith("java.lang.IllegalStateException: why\n\tat ");
  }

  private static LoggingEvent event(String logger, String message) {
    return event(logger, message, null);
  }

  private static LoggingEvent event(String logger, String message, @Nullable Throwable thrown) {
    Logger source = new LoggerContext().getLogger(logger);
    LoggingEvent event =
        new LoggingEvent(LogLineTest.class.getName(), source, Level.WARN, message, thrown, null);
    event.setTimeStamp(1500);
    return event;
  }

  private static @Nullable Object nothing() {
    return null;
  }
}
