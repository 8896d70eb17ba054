/*
 * Every real server of the checks bench in one process: a listener that is all addresses of a network (a local route makes them so), and
 * listeners of their own for the victims, which a command closes. One epoll set, one thread; it must never be what limits a rate.
 *
 *   servers tcp|http PORT VICTIMS ADDRESS VICTIMPORT CONTROL
 *
 * Victim i is ADDRESS + i, port VICTIMPORT. CONTROL is the path of a unix datagram socket: "kill I" closes a victim's listener, "revive I" opens
 * it again; anything else ends the process. http answers every request with 200 and a body of 512 octets and closes.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { EVENTS = 256, DESCRIPTORS = 65536, MOST_VICTIMS = 4096, BODY = 512 };
enum { LISTENER = 1, CONNECTION = 2, CONTROL = 3 };

static char kinds[DESCRIPTORS];
static int victims[MOST_VICTIMS];
static char answer[1024];
static int answer_length, epoll, is_http;

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static void watch(int descriptor, char kind)
{
    struct epoll_event event = { EPOLLIN, { .fd = descriptor } };
    kinds[descriptor] = kind;
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) < 0) {
        fail("epoll_ctl");
    }
}

static int listen_at(uint32_t address, int port)
{
    struct sockaddr_in name = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr = { htonl(address) } };
    int s = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1;
    setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (s < 0 || bind(s, (struct sockaddr *)&name, sizeof name) < 0 || listen(s, 4096) < 0) {
        fail("listen");
    }

    watch(s, LISTENER);
    return s;
}

static void take(int listener)
{
    int s;
    while ((s = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        if (is_http && s < DESCRIPTORS) {
            watch(s, CONNECTION);
        } else {
            close(s);
        }
    }
}

static void serve(int s)
{
    char request[2048];
    if (recv(s, request, sizeof request, 0) > 0) {
        send(s, answer, (size_t)answer_length, MSG_NOSIGNAL);
    }

    close(s);
}

static void obey(int control, uint32_t first, int count, int port)
{
    char text[64];
    ssize_t length = recv(control, text, sizeof text - 1, 0);
    if (length < 0) {
        return;
    }

    text[length] = 0;
    int index;
    if (sscanf(text, "kill %d", &index) == 1 && index >= 0 && index < count) {
        if (victims[index] >= 0) {
            close(victims[index]);
        }

        victims[index] = -1;
    } else if (sscanf(text, "revive %d", &index) == 1 && index >= 0 && index < count) {
        if (victims[index] < 0) {
            victims[index] = listen_at(first + (uint32_t)index, port);
        }
    } else {
        exit(0);
    }
}

int main(int count, char **words)
{
    if (count != 7 || atoi(words[3]) > MOST_VICTIMS) {
        fprintf(stderr, "usage: servers tcp|http PORT VICTIMS ADDRESS VICTIMPORT CONTROL\n");
        return 2;
    }

    struct rlimit files = { DESCRIPTORS, DESCRIPTORS };
    setrlimit(RLIMIT_NOFILE, &files);
    is_http = !strcmp(words[1], "http");
    int number = atoi(words[3]), port = atoi(words[5]);
    uint32_t first = ntohl(inet_addr(words[4]));
    answer_length = sprintf(answer, "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\nConnection: close\r\n\r\n", BODY);
    memset(answer + answer_length, 'k', BODY);
    answer_length += BODY;

    epoll = epoll_create1(EPOLL_CLOEXEC);
    listen_at(INADDR_ANY, atoi(words[2]));
    for (int i = 0; i < number; i++) {
        victims[i] = listen_at(first + (uint32_t)i, port);
    }

    int control = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct sockaddr_un path = { .sun_family = AF_UNIX };
    strncpy(path.sun_path, words[6], sizeof path.sun_path - 1);
    if (control < 0 || bind(control, (struct sockaddr *)&path, sizeof path) < 0) {
        fail(words[6]);
    }

    watch(control, CONTROL);
    for (;;) {
        struct epoll_event events[EVENTS];
        int n = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < n; i++) {
            int descriptor = events[i].data.fd;
            switch (kinds[descriptor]) {
            case LISTENER:
                take(descriptor);
                break;
            case CONNECTION:
                serve(descriptor);
                break;
            default:
                obey(control, first, number, port);
            }
        }
    }
}
