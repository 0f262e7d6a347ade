/* webserver PORT: answers every HTTP request on every address of this machine with 200, and closes.
 *
 * One thread, epoll, edge-free: a connection is accepted, its request is read as far as the empty line, the answer is
 * written, and the connection is closed. What never sends a request is left open. So thousands of checks a second cost
 * as little as can be, and one process stands for as many backends as there are addresses in 127.0.0.0/8.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS 512

static const char ANSWER[] =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n";

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static int listener(int port) {
    int one = 1;
    int sock = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_ANY)};
    if (sock < 0)
        fail("socket");
    setsockopt(sock, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(sock, (struct sockaddr *)&any, sizeof any) != 0)
        fail("bind");
    if (listen(sock, 4096) != 0)
        fail("listen");
    return sock;
}

static void accept_all(int epoll, int sock) {
    for (;;) {
        int client = accept4(sock, NULL, NULL, SOCK_NONBLOCK);
        if (client < 0)
            return; /* none left, or no descriptor: the next event tries again */
        struct epoll_event event = {.events = EPOLLIN, .data.fd = client};
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, client, &event) != 0)
            close(client);
    }
}

/* A request of a check comes in one segment: what is read ends with the empty line, or it is no request. */
static void serve(int client) {
    char request[4096];
    ssize_t octets = read(client, request, sizeof request);
    if (octets < 0 && errno == EAGAIN)
        return;
    if (octets >= 4 && memcmp(request + octets - 4, "\r\n\r\n", 4) == 0) {
        ssize_t written = write(client, ANSWER, sizeof ANSWER - 1);
        (void)written; /* a client that is gone already */
    }
    close(client);
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: webserver PORT\n");
        return 2;
    }
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    int sock = listener(atoi(argv[1]));
    int epoll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = sock};
    if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, sock, &event) != 0)
        fail("epoll");
    for (;;) {
        struct epoll_event events[EVENTS];
        int ready = epoll_wait(epoll, events, EVENTS, -1);
        if (ready < 0 && errno != EINTR)
            fail("epoll_wait");
        for (int i = 0; i < ready; i++) {
            if (events[i].data.fd == sock)
                accept_all(epoll, sock);
            else
                serve(events[i].data.fd);
        }
    }
}
