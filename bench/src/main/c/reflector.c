// reflector: the floor under any UDP DNS server on this kernel.
//
// One thread: recvmmsg, flip the QR bit, append 16 octets (an answer's length), sendmmsg. It looks
// nothing up, so what it costs is what the kernel costs.
//
// usage: reflector PORT
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

enum {
  BATCH = 64,
  PACKET_BYTES = 2048,
  ANSWER_BYTES = 16,
  SOCKET_BUFFER_BYTES = 4 << 20,
};

static struct mmsghdr messages[BATCH];
static struct iovec vectors[BATCH];
static char packets[BATCH][PACKET_BYTES];
static struct sockaddr_in peers[BATCH];

static int bound_socket(int port) {
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  int bytes = SOCKET_BUFFER_BYTES;
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0) {
    perror("reflector: bind");
    exit(1);
  }
  return fd;
}

static void send_all(int fd, int count) {
  int sent = 0;
  while (sent < count) {
    int n = sendmmsg(fd, messages + sent, count - sent, 0);
    if (n <= 0) {
      return;
    }
    sent += n;
  }
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: reflector PORT\n");
    return 2;
  }
  int fd = bound_socket(atoi(argv[1]));
  for (int i = 0; i < BATCH; i++) {
    vectors[i].iov_base = packets[i];
    messages[i].msg_hdr.msg_name = &peers[i];
    messages[i].msg_hdr.msg_iov = &vectors[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  for (;;) {
    for (int i = 0; i < BATCH; i++) {
      vectors[i].iov_len = PACKET_BYTES - ANSWER_BYTES;
      messages[i].msg_hdr.msg_namelen = sizeof peers[i];
    }
    int received = recvmmsg(fd, messages, BATCH, MSG_WAITFORONE, NULL);
    if (received <= 0) {
      continue;
    }
    for (int i = 0; i < received; i++) {
      packets[i][2] |= 0x84;  // QR, AA
      packets[i][3] = 0;      // RCODE 0
      vectors[i].iov_len = messages[i].msg_len + ANSWER_BYTES;
    }
    send_all(fd, received);
  }
}
