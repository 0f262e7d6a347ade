package detour.server.dnstap;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import detour.dns.answer.ClientAddress;
import detour.dns.answer.Transport;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What listener threads leave in a ring, and what is taken out of it.
class TapRingTest {
  private static final int CAPACITY = 1 << 12;
  private static final ClientAddress CLIENT = ClientAddress.of(new byte[] {(byte) 192, 0, 2, 7});

  private final byte[] message = new byte[512];

  private static TapRing ring(int oneIn) {
    return new TapRing(CAPACITY, 512, oneIn, null, 4711);
  }

  private boolean put(TapRing ring, int number, int query, int response) {
    MemorySegment memory = MemorySegment.ofArray(message);
    message[0] = (byte) number;
    if (!ring.take(memory, 0, query)) {
      return false;
    }
    message[0] = (byte) -number;
    ring.answered(Transport.UDP, CLIENT, 5353, 1_000 + number, memory, 0, response);
    return true;
  }

  @Test
  void shouldKeepQueryAndResponseApart() {
    TapRing ring = ring(1);

    assertThat(put(ring, 5, 33, 61)).isTrue();

    TappedExchange exchange = requireNonNull(ring.poll());
    assertThat(exchange.query()).hasSize(33).startsWith(5);
    assertThat(exchange.response()).hasSize(61).startsWith(-5);
    assertThat(exchange.client()).containsExactly(192, 0, 2, 7);
    assertThat(exchange.clientPort()).isEqualTo(5353);
    assertThat(exchange.millis()).isEqualTo(1_005);
    assertThat(ring.poll()).isNull();
  }

  @Test
  void shouldTellAnIpv6ClientInSixteenOctets() {
    byte[] address = {0x20, 1, 0xd, (byte) 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9};
    TapRing ring = ring(1);
    MemorySegment memory = MemorySegment.ofArray(message);
    ring.take(memory, 0, 12);
    ring.answered(Transport.TCP, ClientAddress.of(address), 0, 1, memory, 0, 0);

    TappedExchange exchange = requireNonNull(ring.poll());
    assertThat(exchange.client()).isEqualTo(address);
    assertThat(exchange.response()).isEmpty();
  }

  @Test
  void shouldDropAndCountWhatFindsNoRoomAndKeepWhatIsThere() {
    TapRing ring = ring(1);
    int kept = 0;
    while (put(ring, kept, 40, 200)) {
      kept++;
    }
    assertThat(kept).isBetween(5, CAPACITY / 240);
    put(ring, 99, 40, 200);
    assertThat(ring.dropped()).isEqualTo(2);

    List<Long> numbers = new ArrayList<>();
    for (TappedExchange e = ring.poll(); e != null; e = ring.poll()) {
      numbers.add(e.millis() - 1_000);
    }
    assertThat(numbers).hasSize(kept).isSorted().doesNotHaveDuplicates();
    assertThat(put(ring, 1, 40, 200)).isTrue();
  }

  @Test
  void shouldLoseNothingAcrossTheEndOfItsMemory() {
    TapRing ring = ring(1);
    for (int i = 0; i < 10_000; i++) {
      assertThat(put(ring, i % 100, 12 + i % 300, i % 500)).isTrue();
      TappedExchange exchange = requireNonNull(ring.poll());
      assertThat(exchange.query()).hasSize(12 + i % 300);
      assertThat(exchange.response()).hasSize(i % 500);
      assertThat(exchange.query()[0]).isEqualTo((byte) (i % 100));
    }
    assertThat(ring.dropped()).isZero();
  }

  @Test
  void shouldTakeOneQueryOfSoManyInTheMean() {
    TapRing ring = ring(10);
    int taken = 0;
    for (int i = 0; i < 10_000; i++) {
      if (put(ring, 1, 12, 12)) {
        taken++;
        ring.poll();
      }
    }
    assertThat(taken).isBetween(900, 1_100);
    assertThat(ring.dropped()).isZero();
  }

  @Test
  void shouldTakeNothingWithoutAReceiver() {
    assertThat(put(new TapRing(), 1, 12, 12)).isFalse();
  }

  @Test
  void shouldHandOverBetweenTwoThreads() throws InterruptedException {
    TapRing ring = ring(1);
    int exchanges = 200_000;
    int[] taken = {0};
    Thread writer =
        Thread.ofPlatform()
            .start(() -> {
              for (int i = 0; i < exchanges; i++) {
                taken[0] += put(ring, i % 100, 12 + i % 90, i % 200) ? 1 : 0;
              }
            });
    int read = 0;
    boolean ended = false;
    while (true) {
      TappedExchange exchange = ring.poll();
      if (exchange != null) {
        int number = (int) exchange.millis() - 1_000;
        assertThat(exchange.query()[0]).isEqualTo((byte) number);
        read++;
      } else if (ended) {
        break;
      } else {
        ended = !writer.isAlive();
        Thread.onSpinWait();
      }
    }
    assertThat(read).isEqualTo(taken[0]);
    assertThat(read + ring.dropped()).isEqualTo(exchanges);
  }
}
