// SPDX-License-Identifier: MIT
// A stand-in for the kernel's IPVS, for benches on kernels that have none: a library for LD_PRELOAD that answers a process's generic netlink
// sockets itself. Whoever asks, C keepalived through libnl or ours through libc, is answered by the same code, so what differs is the asker.
//
//   LD_PRELOAD=…/ipvs.so IPVS_RECORD=/dev/shm/file keepalived …
//
// A netlink socket of the generic family becomes one end of a pair of datagram sockets, so poll, epoll, peeking and non-blocking calls work as
// ever; what is sent to it is answered into the other end within the call, as the kernel does. One service table per process, without
// connections, time-outs or packets. IPVS_RECORD names a file that takes a record of every message (record.h), if it is set; several processes
// may share it. Not there: other families of generic netlink (answered as missing), setsockopt(IP_VS_SO_…), system calls made without libc.
//
// Written from linux/ip_vs.h, linux/genetlink.h, linux/netlink.h and what the kernel of user-mode Linux answers.
//
// This file: the calls in front of libc's, and the record. requests.c: what is asked, and the answers. wire.c: attributes. table.c: the tables.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "record.h"
#include "standing.h"

#define DESCRIPTORS 65536
#define PEER_FROM 700
#define QUEUED (64 << 20)

// ---- libc's own calls ----

static int (*real_socket)(int, int, int);
static int (*real_close)(int);
static int (*real_bind)(int, const struct sockaddr *, socklen_t);
static int (*real_connect)(int, const struct sockaddr *, socklen_t);
static int (*real_getsockname)(int, struct sockaddr *, socklen_t *);
static int (*real_setsockopt)(int, int, int, const void *, socklen_t);
ssize_t (*real_send)(int, const void *, size_t, int);
static ssize_t (*real_sendto)(int, const void *, size_t, int, const struct sockaddr *, socklen_t);
static ssize_t (*real_sendmsg)(int, const struct msghdr *, int);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_recvfrom)(int, void *, size_t, int, struct sockaddr *, socklen_t *);
static ssize_t (*real_recvmsg)(int, struct msghdr *, int);
static void *(*real_dlsym)(void *, const char *);

static struct standing standings[DESCRIPTORS];

static struct standing *standing_of(int fd)
{
    return fd >= 0 && fd < DESCRIPTORS && standings[fd].peer ? &standings[fd] : NULL;
}

// ---- the record ----

static struct record_header *journal;

static void open_journal(void)
{
    const char *path = getenv("IPVS_RECORD");
    size_t size = sizeof(struct record_header) + (size_t)RECORD_CAPACITY * sizeof(struct record);
    if (!path || !*path)
        return;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0)
        return;
    struct stat status;
    if (fstat(fd, &status) == 0 && ((size_t)status.st_size >= size || ftruncate(fd, (off_t)size) == 0)) {
        void *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (map != MAP_FAILED) {
            journal = map;
            journal->magic = RECORD_MAGIC;
        }
    }
    real_close(fd);
}

void write_down(struct record *record)
{
    struct timespec now;
    if (!journal)
        return;
    uint64_t index = __atomic_fetch_add(&journal->count, 1, __ATOMIC_RELAXED);
    if (index >= RECORD_CAPACITY)
        return;
    clock_gettime(CLOCK_MONOTONIC, &now);
    record->time = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
    record->process = (uint32_t)getpid();
    struct record *slot = (struct record *)(journal + 1) + index;
    record->complete = 0;
    *slot = *record;
    __atomic_store_n(&slot->complete, 1, __ATOMIC_RELEASE);
}

__attribute__((constructor)) static void begin(void)
{
    real_dlsym = dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.2.5");
    if (!real_dlsym)
        real_dlsym = dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.34");
    if (!real_dlsym)
        real_dlsym = dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.17");
    if (!real_dlsym)
        abort();
    real_socket = real_dlsym(RTLD_NEXT, "socket");
    real_close = real_dlsym(RTLD_NEXT, "close");
    real_bind = real_dlsym(RTLD_NEXT, "bind");
    real_connect = real_dlsym(RTLD_NEXT, "connect");
    real_getsockname = real_dlsym(RTLD_NEXT, "getsockname");
    real_setsockopt = real_dlsym(RTLD_NEXT, "setsockopt");
    real_send = real_dlsym(RTLD_NEXT, "send");
    real_sendto = real_dlsym(RTLD_NEXT, "sendto");
    real_sendmsg = real_dlsym(RTLD_NEXT, "sendmsg");
    real_write = real_dlsym(RTLD_NEXT, "write");
    real_recvfrom = real_dlsym(RTLD_NEXT, "recvfrom");
    real_recvmsg = real_dlsym(RTLD_NEXT, "recvmsg");
    open_journal();
}

// ---- the calls in front of libc's: all that the library exports ----

#pragma GCC visibility push(default)

int socket(int domain, int type, int protocol)
{
    int pair[2], most = QUEUED;
    if (domain != AF_NETLINK || protocol != NETLINK_GENERIC)
        return real_socket(domain, type, protocol);
    if (socketpair(AF_UNIX, SOCK_DGRAM | (type & (SOCK_NONBLOCK | SOCK_CLOEXEC)), 0, pair) < 0)
        return -1;
    int peer = fcntl(pair[1], F_DUPFD_CLOEXEC, PEER_FROM);
    real_close(pair[1]);
    if (peer < 0 || pair[0] >= DESCRIPTORS) {
        real_close(pair[0]);
        errno = EMFILE;
        return -1;
    }
    real_setsockopt(peer, SOL_SOCKET, SO_SNDBUFFORCE, &most, sizeof most);
    standings[pair[0]] = (struct standing){ .peer = peer, .port = (uint32_t)getpid() };
    return pair[0];
}

int close(int fd)
{
    struct standing *standing = standing_of(fd);
    if (standing) {
        real_close(standing->peer);
        standing->peer = 0;
    }
    return real_close(fd);
}

int bind(int fd, const struct sockaddr *address, socklen_t length)
{
    struct standing *standing = standing_of(fd);
    if (!standing)
        return real_bind(fd, address, length);
    uint32_t port = length >= sizeof(struct sockaddr_nl) ? ((const struct sockaddr_nl *)address)->nl_pid : 0;
    if (port)
        standing->port = port;
    return 0;
}

int connect(int fd, const struct sockaddr *address, socklen_t length)
{
    return standing_of(fd) ? 0 : real_connect(fd, address, length);
}

static void write_name(void *to, socklen_t *length, uint32_t port)
{
    struct sockaddr_nl name = { .nl_family = AF_NETLINK, .nl_pid = port };
    memcpy(to, &name, *length < sizeof name ? *length : sizeof name);
    *length = sizeof name;
}

int getsockname(int fd, struct sockaddr *address, socklen_t *length)
{
    struct standing *standing = standing_of(fd);
    if (!standing)
        return real_getsockname(fd, address, length);
    write_name(address, length, standing->port);
    return 0;
}

int setsockopt(int fd, int level, int name, const void *value, socklen_t length)
{
    struct standing *standing = standing_of(fd);
    if (!standing)
        return real_setsockopt(fd, level, name, value, length);
    if (level == SOL_NETLINK && name == NETLINK_CAP_ACK && length >= sizeof(int))
        standing->cap_ack = *(const int *)value;
    return 0;
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    struct standing *standing = standing_of(fd);
    if (!standing)
        return real_sendmsg(fd, message, flags);
    if (message->msg_iovlen == 1)
        return receive_from_asker(standing, message->msg_iov[0].iov_base, message->msg_iov[0].iov_len);
    size_t length = 0, at = 0;
    for (size_t i = 0; i < message->msg_iovlen; i++)
        length += message->msg_iov[i].iov_len;
    uint8_t *whole = malloc(length ? length : 1);
    for (size_t i = 0; i < message->msg_iovlen; at += message->msg_iov[i].iov_len, i++)
        memcpy(whole + at, message->msg_iov[i].iov_base, message->msg_iov[i].iov_len);
    ssize_t sent = receive_from_asker(standing, whole, length);
    free(whole);
    return sent;
}

ssize_t sendto(int fd, const void *octets, size_t length, int flags, const struct sockaddr *to, socklen_t to_length)
{
    struct standing *standing = standing_of(fd);
    return standing ? receive_from_asker(standing, octets, length) : real_sendto(fd, octets, length, flags, to, to_length);
}

ssize_t send(int fd, const void *octets, size_t length, int flags)
{
    struct standing *standing = standing_of(fd);
    return standing ? receive_from_asker(standing, octets, length) : real_send(fd, octets, length, flags);
}

ssize_t write(int fd, const void *octets, size_t length)
{
    struct standing *standing = standing_of(fd);
    return standing ? receive_from_asker(standing, octets, length) : real_write(fd, octets, length);
}

ssize_t recvfrom(int fd, void *octets, size_t length, int flags, struct sockaddr *from, socklen_t *from_length)
{
    if (!standing_of(fd))
        return real_recvfrom(fd, octets, length, flags, from, from_length);
    ssize_t got = real_recvfrom(fd, octets, length, flags, NULL, NULL);
    if (got >= 0 && from && from_length)
        write_name(from, from_length, 0);
    return got;
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
    if (!standing_of(fd))
        return real_recvmsg(fd, message, flags);
    void *name = message->msg_name;
    socklen_t room = message->msg_namelen;
    message->msg_name = NULL;
    message->msg_namelen = 0;
    ssize_t got = real_recvmsg(fd, message, flags);
    message->msg_name = name;
    message->msg_namelen = room;
    if (got >= 0 && name)
        write_name(name, &message->msg_namelen, 0);
    return got;
}

// A run time that finds libc's functions by dlsym would pass the ones above by.
void *dlsym(void *handle, const char *name)
{
    static const struct {
        const char *name;
        void *ours, *real;
    } calls[] = {
        { "socket", socket, &real_socket }, { "close", close, &real_close }, { "bind", bind, &real_bind },
        { "connect", connect, &real_connect }, { "getsockname", getsockname, &real_getsockname },
        { "setsockopt", setsockopt, &real_setsockopt }, { "sendmsg", sendmsg, &real_sendmsg }, { "sendto", sendto, &real_sendto },
        { "send", send, &real_send }, { "write", write, &real_write }, { "recvfrom", recvfrom, &real_recvfrom },
        { "recvmsg", recvmsg, &real_recvmsg },
    };
    if (!real_dlsym)
        begin();
    void *found = real_dlsym(handle, name);
    for (size_t i = 0; found && i < sizeof calls / sizeof *calls; i++)
        if (strcmp(name, calls[i].name) == 0)
            return found == *(void *const *)calls[i].real ? calls[i].ours : found;
    return found;
}

#pragma GCC visibility pop
