package detour.server.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinuxTest {
  @BeforeEach
  void requireLinux() {
    assumeTrue(System.getProperty("os.name").equals("Linux"));
  }

  @Test
  void shouldBeAvailable() {
    assertThat(Linux.missing()).isNull();
    assertThat(Linux.isAvailable()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  void shouldReceiveAndReplyInBatches(String host) throws Exception {
    InetSocketAddress wanted = new InetSocketAddress(InetAddress.getByName(host), 0);
    try (BatchSocket socket = BatchSocket.open(wanted, 1, 1 << 16).getFirst();
        DatagramBatch batch = new DatagramBatch();
        DatagramSocket client = new DatagramSocket()) {
      client.setSoTimeout(5_000);
      for (int i = 0; i < 100; i++) {
        byte[] message = ("message " + i).getBytes(StandardCharsets.US_ASCII);
        client.send(new DatagramPacket(message, message.length, socket.address()));
      }

      int first = socket.receive(batch, true);
      assertThat(first).isEqualTo(DatagramBatch.SIZE);
      replyToEverySecond(batch, first);
      assertThat(socket.send(batch, 0)).isEqualTo(first / 2);
      int second = socket.receive(batch, true);
      assertThat(first + second).isEqualTo(100);
      replyToEverySecond(batch, second);
      assertThat(socket.send(batch, 0)).isEqualTo(second / 2);

      DatagramPacket packet = new DatagramPacket(new byte[100], 100);
      for (int i = 1; i < 100; i += 2) {
        client.receive(packet);
        assertThat(new String(packet.getData(), 0, packet.getLength(), StandardCharsets.US_ASCII))
            .isEqualTo("message " + i);
      }
    }
  }

  @Test
  void shouldSayThatNothingCame() throws Exception {
    try (BatchSocket socket = BatchSocket.open(loopback(), 1, 1 << 16).getFirst();
        DatagramBatch batch = new DatagramBatch()) {
      assertThat(socket.receive(batch, false)).isEqualTo(-Errno.EAGAIN);
    }
  }

  @Test
  void shouldWakeAWaitingReceiver() throws Exception {
    try (BatchSocket socket = BatchSocket.open(loopback(), 1, 1 << 16).getFirst();
        DatagramBatch batch = new DatagramBatch()) {
      CompletableFuture<Integer> waiting =
          CompletableFuture.supplyAsync(() -> socket.receive(batch, true));
      socket.wake();

      waiting.get(5, TimeUnit.SECONDS);
      if (waiting.join() > 0) {
        assertThat(batch.length(0)).isZero();
      }
      assertThat(socket.receive(batch, false)).isEqualTo(-Errno.EAGAIN);
    }
  }

  @Test
  void shouldMarkADatagramThatWasCut() throws Exception {
    try (BatchSocket socket = BatchSocket.open(loopback(), 1, 1 << 16).getFirst();
        DatagramBatch batch = new DatagramBatch();
        DatagramSocket client = new DatagramSocket()) {
      int fits = DatagramBatch.BUFFER_BYTES;
      client.send(new DatagramPacket(new byte[fits], fits, socket.address()));
      client.send(new DatagramPacket(new byte[fits + 1], fits + 1, socket.address()));

      assertThat(socket.receive(batch, true)).isEqualTo(2);
      assertThat(batch.length(0)).isEqualTo(fits);
      assertThat(batch.length(1)).isZero();
    }
  }

  @Test
  void shouldSpreadClientsOverSocketsThatShareAnAddress() throws Exception {
    List<BatchSocket> sockets = BatchSocket.open(loopback(), 4, 1 << 16);
    InetSocketAddress address = sockets.getFirst().address();
    assertThat(sockets).allMatch(socket -> socket.address().equals(address));
    for (int i = 0; i < 256; i++) {
      try (DatagramSocket client = new DatagramSocket()) {
        client.send(new DatagramPacket(new byte[1], 1, address));
      }
    }

    int received = 0;
    for (BatchSocket socket : sockets) {
      int before = received;
      try (DatagramBatch batch = new DatagramBatch()) {
        for (int n = socket.receive(batch, false); n > 0; n = socket.receive(batch, false)) {
          received += n;
        }
      }
      assertThat(received).isGreaterThan(before);
      socket.close();
    }
    assertThat(received).isEqualTo(256);
  }

  @Test
  void shouldNameTheFailure() {
    InetSocketAddress notHere = new InetSocketAddress("192.0.2.1", 0);

    assertThatThrownBy(() -> BatchSocket.open(notHere, 2, 1 << 16))
        .isInstanceOf(SystemCallException.class)
        .hasMessage("bind failed with EADDRNOTAVAIL");
  }

  private static void replyToEverySecond(DatagramBatch batch, int received) {
    for (int slot = 1; slot < received; slot += 2) {
      batch.reply(slot, batch.length(slot));
    }
  }

  private static InetSocketAddress loopback() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }
}
