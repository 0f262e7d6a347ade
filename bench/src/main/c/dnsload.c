// dnsload: closed-loop UDP DNS load, for servers measured side by side on loopback.
//
// Every socket keeps up to WINDOW queries in flight and sends more only as answers come, so a server
// is offered what it can take and its receive buffer does not overflow. Answers are matched to their
// queries by id; with VERIFY=1 each must also repeat its question and hold at least one record.
//
// usage: dnsload PORT SECONDS WINDOW SOCKETS QUERYFILE
//   QUERYFILE has lines `name TYPE`, with TYPE one of A AAAA CNAME MX TXT.
// environment: HOST (an IPv4 address, 127.0.0.1), EDNS=1 (an OPT record of 1232 octets), VERIFY=1
// prints one line of JSON: sent, received, lost, nonzero_rcode, mismatched, qps.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>

enum {
  BATCH = 64,
  HEADER_BYTES = 12,
  MAX_QUERY_BYTES = 320,
  MAX_ANSWER_BYTES = 4096,
  MAX_WINDOW = 16384,
  SOCKET_BUFFER_BYTES = 4 << 20,
};

static const double LOST_AFTER_SECONDS = 0.2;

// All queries, one after the other; query i lies at offsets[i] and ends at offsets[i + 1].
struct queries {
  unsigned char *bytes;
  size_t *offsets;
  int count;
};

struct client {
  int fd;
  int in_flight;
  uint16_t next_id;
  double last_answer;
  int query_of_id[65536];  // index of the query sent with this id; -1 for none
};

struct totals {
  unsigned long sent, received, lost, nonzero_rcode, mismatched;
};

static struct mmsghdr out[BATCH], in[BATCH];
static struct iovec out_vectors[BATCH], in_vectors[BATCH];
static unsigned char out_packets[BATCH][MAX_QUERY_BYTES], in_packets[BATCH][MAX_ANSWER_BYTES];

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static void fail(const char *what) {
  perror(what);
  exit(2);
}

static int type_number(const char *type) {
  static const struct { const char *name; int number; } types[] = {
      {"A", 1}, {"CNAME", 5}, {"MX", 15}, {"TXT", 16}, {"AAAA", 28}};
  for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
    if (strcasecmp(type, types[i].name) == 0) {
      return types[i].number;
    }
  }
  fprintf(stderr, "dnsload: unknown type %s\n", type);
  exit(2);
}

// Writes the query and returns its length.
static int encode(const char *name, int type, int edns, unsigned char *query) {
  memset(query, 0, HEADER_BYTES);
  query[5] = 1;  // QDCOUNT
  int n = HEADER_BYTES;
  for (const char *label = name; *label != 0;) {
    const char *dot = strchrnul(label, '.');
    int length = (int)(dot - label);
    query[n++] = length;
    memcpy(query + n, label, length);
    n += length;
    label = *dot == '.' ? dot + 1 : dot;
  }
  query[n++] = 0;
  query[n++] = type >> 8;
  query[n++] = type & 255;
  query[n++] = 0;
  query[n++] = 1;  // class IN
  if (edns) {
    query[11] = 1;  // ARCOUNT
    static const unsigned char opt[] = {0, 0, 41, 1232 >> 8, 1232 & 255, 0, 0, 0, 0, 0, 0};
    memcpy(query + n, opt, sizeof opt);
    n += sizeof opt;
  }
  return n;
}

static struct queries read_queries(const char *file, int edns) {
  FILE *f = fopen(file, "r");
  if (f == NULL) {
    fail(file);
  }
  struct queries q = {0};
  size_t byte_capacity = 0;
  int capacity = 0;
  size_t end = 0;
  char name[256], type[20];
  while (fscanf(f, "%255s %19s", name, type) == 2) {
    if (q.count + 1 >= capacity) {
      capacity = capacity ? capacity * 2 : 1024;
      q.offsets = realloc(q.offsets, capacity * sizeof *q.offsets);
    }
    if (end + MAX_QUERY_BYTES > byte_capacity) {
      byte_capacity = byte_capacity ? byte_capacity * 2 : 1 << 16;
      q.bytes = realloc(q.bytes, byte_capacity);
    }
    if (q.offsets == NULL || q.bytes == NULL) {
      fail("dnsload: memory");
    }
    q.offsets[q.count++] = end;
    end += encode(name, type_number(type), edns, q.bytes + end);
    q.offsets[q.count] = end;
  }
  fclose(f);
  if (q.count == 0) {
    fprintf(stderr, "dnsload: no queries in %s\n", file);
    exit(2);
  }
  return q;
}

static void open_client(struct client *client, int port, double start) {
  const char *host = getenv("HOST");
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  address.sin_addr.s_addr = inet_addr(host ? host : "127.0.0.1");
  client->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  int bytes = SOCKET_BUFFER_BYTES;
  setsockopt(client->fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  setsockopt(client->fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
  if (connect(client->fd, (struct sockaddr *)&address, sizeof address) != 0) {
    fail("dnsload: connect");
  }
  client->in_flight = 0;
  client->next_id = 1;
  client->last_answer = start;
  memset(client->query_of_id, -1, sizeof client->query_of_id);
}

static void forget(struct client *client) {
  client->in_flight = 0;
  memset(client->query_of_id, -1, sizeof client->query_of_id);
}

// Returns whether anything was sent.
static int send_queries(
    struct client *client, int window, const struct queries *q, int *next, struct totals *totals) {
  int wanted = window - client->in_flight;
  if (wanted > BATCH) {
    wanted = BATCH;
  }
  // Half a batch at least, so that a system call is worth its price; all of a window that is smaller.
  if (wanted <= 0 || (wanted < BATCH / 2 && wanted != window)) {
    return 0;
  }
  uint16_t id = client->next_id;
  for (int j = 0; j < wanted; j++, id++) {
    int query = (*next + j) % q->count;
    size_t length = q->offsets[query + 1] - q->offsets[query];
    memcpy(out_packets[j], q->bytes + q->offsets[query], length);
    out_packets[j][0] = id >> 8;
    out_packets[j][1] = id & 255;
    out_vectors[j].iov_len = length;
  }
  int sent = sendmmsg(client->fd, out, wanted, 0);
  for (int j = 0; j < sent; j++) {
    client->query_of_id[client->next_id++] = (*next + j) % q->count;
  }
  if (sent <= 0) {
    return 0;
  }
  *next = (*next + sent) % q->count;
  client->in_flight += sent;
  totals->sent += sent;
  return 1;
}

static int repeats_question(const unsigned char *answer, int length, const struct queries *q, int query) {
  const unsigned char *sent = q->bytes + q->offsets[query];
  int end = HEADER_BYTES;
  while (sent[end] != 0) {
    end += 1 + sent[end];
  }
  end += 5;  // the root label, type and class
  return length > end && memcmp(answer + HEADER_BYTES, sent + HEADER_BYTES, end - HEADER_BYTES) == 0;
}

static void account(struct client *client, const unsigned char *answer, int length,
                    const struct queries *q, int verify, struct totals *totals) {
  int id = answer[0] << 8 | answer[1];
  int query = client->query_of_id[id];
  if (length < HEADER_BYTES || query < 0 || (answer[2] & 0x80) == 0) {
    totals->mismatched++;
    return;
  }
  client->query_of_id[id] = -1;
  client->in_flight--;
  totals->received++;
  if ((answer[3] & 15) != 0) {
    totals->nonzero_rcode++;
  } else if (verify && ((answer[6] | answer[7]) == 0 || !repeats_question(answer, length, q, query))) {
    totals->mismatched++;
  }
}

// Returns whether anything was received.
static int receive_answers(
    struct client *client, double t, const struct queries *q, int verify, struct totals *totals) {
  int received = recvmmsg(client->fd, in, BATCH, MSG_DONTWAIT, NULL);
  if (received > 0) {
    for (int j = 0; j < received; j++) {
      account(client, in_packets[j], in[j].msg_len, q, verify, totals);
    }
    client->last_answer = t;
    return 1;
  }
  if (client->in_flight > 0 && t - client->last_answer > LOST_AFTER_SECONDS) {
    totals->lost += client->in_flight;
    forget(client);
    client->last_answer = t;
  }
  return 0;
}

int main(int argc, char **argv) {
  if (argc != 6) {
    fprintf(stderr, "usage: dnsload PORT SECONDS WINDOW SOCKETS QUERYFILE\n");
    return 2;
  }
  int port = atoi(argv[1]), window = atoi(argv[3]), sockets = atoi(argv[4]);
  double seconds = atof(argv[2]);
  if (port <= 0 || port > 65535 || seconds <= 0 || window <= 0 || window > MAX_WINDOW || sockets <= 0) {
    fprintf(stderr, "dnsload: PORT, SECONDS, WINDOW (to %d) or SOCKETS out of range\n", MAX_WINDOW);
    return 2;
  }
  int verify = getenv("VERIFY") != NULL;
  struct queries q = read_queries(argv[5], getenv("EDNS") != NULL);
  struct client *clients = calloc(sockets, sizeof *clients);
  struct pollfd *polled = calloc(sockets, sizeof *polled);
  if (clients == NULL || polled == NULL) {
    fail("dnsload: memory");
  }
  for (int i = 0; i < BATCH; i++) {
    out_vectors[i].iov_base = out_packets[i];
    out[i].msg_hdr.msg_iov = &out_vectors[i];
    out[i].msg_hdr.msg_iovlen = 1;
    in_vectors[i].iov_base = in_packets[i];
    in_vectors[i].iov_len = MAX_ANSWER_BYTES;
    in[i].msg_hdr.msg_iov = &in_vectors[i];
    in[i].msg_hdr.msg_iovlen = 1;
  }
  double start = now(), t;
  for (int i = 0; i < sockets; i++) {
    open_client(&clients[i], port, start);
    polled[i].fd = clients[i].fd;
    polled[i].events = POLLIN;
  }
  struct totals totals = {0};
  int next = 0;
  while ((t = now()) < start + seconds) {
    int moved = 0;
    for (int i = 0; i < sockets; i++) {
      moved |= send_queries(&clients[i], window, &q, &next, &totals);
      moved |= receive_answers(&clients[i], t, &q, verify, &totals);
    }
    if (!moved) {
      poll(polled, sockets, 1);
    }
  }
  printf("{\"sent\":%lu,\"received\":%lu,\"lost\":%lu,\"nonzero_rcode\":%lu,\"mismatched\":%lu,\"qps\":%.0f}\n",
         totals.sent, totals.received, totals.lost, totals.nonzero_rcode, totals.mismatched,
         totals.received / (now() - start));
  return 0;
}
