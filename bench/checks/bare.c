/*
 * The least that a loop of checks can cost: non-blocking connects from one thread, spread evenly by one timerfd, watched by one epoll set.
 * No log, no state of servers, no deadlines, no allocation. What bench/run --only checks compares both daemons with.
 *
 *   bare tcp|tcp-reset|http RATE SECONDS ADDRESS PORT
 *
 * Server i of 0..RATE-1 is ADDRESS + i; each is checked once a second. tcp: socket, connect, epoll_ctl, getsockopt, close. tcp-reset: closes with a
 * reset (SO_LINGER 0), as keepalived does. http: connect, send a request, read to the end, close. At the end prints "done FAILED".
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 128, DESCRIPTORS = 65536, TIMER = 0 };

static const char request[] = "GET / HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: 10.78.0.0:80\r\n\r\n";
static char sent[DESCRIPTORS]; /* by descriptor: the request is under way */
static long done, failed;
static int epoll, is_http, resets;

static void finish(int socket, int ok)
{
    if (resets) {
        struct linger now = { 1, 0 };
        setsockopt(socket, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    }

    close(socket); /* leaves the epoll set by itself */
    sent[socket] = 0;
    done++;
    failed += !ok;
}

static void begin(struct sockaddr_in *server)
{
    int s = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (s < 0 || s >= DESCRIPTORS) {
        perror("socket");
        exit(1);
    }

    if (connect(s, (struct sockaddr *)server, sizeof *server) < 0 && errno != EINPROGRESS) {
        finish(s, 0);
        return;
    }

    struct epoll_event event = { EPOLLOUT, { .fd = s } };
    epoll_ctl(epoll, EPOLL_CTL_ADD, s, &event);
}

static void ready(int s)
{
    if (sent[s]) {
        char buffer[4096];
        ssize_t count;
        while ((count = recv(s, buffer, sizeof buffer, 0)) > 0) {
        }

        if (count == 0 || errno != EAGAIN) {
            finish(s, count == 0);
        }

        return;
    }

    int error = 0;
    socklen_t length = sizeof error;
    getsockopt(s, SOL_SOCKET, SO_ERROR, &error, &length);
    if (error || !is_http) {
        finish(s, !error);
        return;
    }

    sent[s] = 1;
    if (send(s, request, sizeof request - 1, MSG_NOSIGNAL) < 0) {
        finish(s, 0);
        return;
    }

    struct epoll_event event = { EPOLLIN, { .fd = s } };
    epoll_ctl(epoll, EPOLL_CTL_MOD, s, &event);
}

int main(int count, char **words)
{
    if (count != 6) {
        fprintf(stderr, "usage: bare tcp|tcp-reset|http RATE SECONDS ADDRESS PORT\n");
        return 2;
    }

    struct rlimit files = { DESCRIPTORS, DESCRIPTORS };
    setrlimit(RLIMIT_NOFILE, &files);
    is_http = !strcmp(words[1], "http");
    resets = !strcmp(words[1], "tcp-reset");
    long rate = atol(words[2]);
    uint64_t wanted = (uint64_t)rate * (uint64_t)atol(words[3]);
    uint32_t first = ntohl(inet_addr(words[4]));
    struct sockaddr_in server = { .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(words[5])) };

    epoll = epoll_create1(EPOLL_CLOEXEC);
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    struct itimerspec every = { { 0, 1000000000 / rate }, { 0, 1000000000 / rate } };
    timerfd_settime(timer, 0, &every, NULL);
    struct epoll_event event = { EPOLLIN, { .fd = TIMER } };
    epoll_ctl(epoll, EPOLL_CTL_ADD, timer, &event);

    uint64_t begun = 0, due = 0;
    while ((uint64_t)done < wanted) {
        struct epoll_event events[EVENTS];
        int n = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < n; i++) {
            if (events[i].data.fd != TIMER) {
                ready(events[i].data.fd);
                continue;
            }

            uint64_t expiries = 0;
            if (read(timer, &expiries, sizeof expiries) == sizeof expiries) {
                due += expiries;
            }

            for (; begun < due && begun < wanted; begun++) {
                server.sin_addr.s_addr = htonl(first + (uint32_t)(begun % (uint64_t)rate));
                begin(&server);
            }
        }
    }

    printf("%ld %ld\n", done, failed);
    return 0;
}
