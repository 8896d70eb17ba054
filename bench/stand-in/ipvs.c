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
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/genetlink.h>
#include <linux/ip_vs.h>
#include <linux/netlink.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "record.h"

#define FAMILY_ID 0x21
#define DESCRIPTORS 65536
#define PEER_FROM 700
#define BUCKETS 65536
#define DUMP_DATAGRAM 16000
#define QUEUED (64 << 20)

// ---- libc's own calls ----

static int (*real_socket)(int, int, int);
static int (*real_close)(int);
static int (*real_bind)(int, const struct sockaddr *, socklen_t);
static int (*real_connect)(int, const struct sockaddr *, socklen_t);
static int (*real_getsockname)(int, struct sockaddr *, socklen_t *);
static int (*real_setsockopt)(int, int, int, const void *, socklen_t);
static ssize_t (*real_send)(int, const void *, size_t, int);
static ssize_t (*real_sendto)(int, const void *, size_t, int, const struct sockaddr *, socklen_t);
static ssize_t (*real_sendmsg)(int, const struct msghdr *, int);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_recvfrom)(int, void *, size_t, int, struct sockaddr *, socklen_t *);
static ssize_t (*real_recvmsg)(int, struct msghdr *, int);
static void *(*real_dlsym)(void *, const char *);

struct standing {
    int peer;       // our end of the pair, 0 when the descriptor is not a stand-in
    uint32_t port;  // what bind asked for
    int cap_ack;    // NETLINK_CAP_ACK
};

static struct standing standings[DESCRIPTORS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

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

static void write_down(struct record *record)
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

// ---- the table ----

struct service {
    struct service *next_in_bucket, *next, *previous;
    struct destination *first, *last;
    uint16_t family, protocol, port;  // port in network order
    uint32_t mark;
    uint8_t address[16];
    char scheduler[IP_VS_SCHEDNAME_MAXLEN];
    char engine[IP_VS_PENAME_MAXLEN];
    uint32_t flags, timeout, netmask;
};

struct destination {
    struct destination *next_in_bucket, *next, *previous;
    struct service *owner;
    uint16_t family, port, tunnel_port, tunnel_flags;
    uint8_t address[16];
    uint8_t tunnel;
    uint32_t mode, upper, lower;
    int32_t weight;
};

struct sync_daemon {
    uint32_t state, id;
    char interface[IP_VS_IFNAME_MAXLEN];
};

static struct service *services[BUCKETS], *first_service, *last_service;
static struct destination *destinations[BUCKETS];
static struct sync_daemon daemons[2];
static uint32_t timeouts[3] = { 900, 120, 300 };

static uint32_t mix(uint32_t hash, const void *octets, size_t length)
{
    const uint8_t *at = octets;
    while (length--)
        hash = (hash ^ *at++) * 16777619u;
    return hash;
}

static uint32_t hash_service(const struct service *s)
{
    uint32_t hash = mix(2166136261u, &s->family, 2);
    if (s->mark)
        return mix(hash, &s->mark, 4) % BUCKETS;
    hash = mix(hash, &s->protocol, 2);
    hash = mix(hash, s->address, 16);
    return mix(hash, &s->port, 2) % BUCKETS;
}

static int same_service(const struct service *a, const struct service *b)
{
    if (a->family != b->family || a->mark != b->mark)
        return 0;
    return a->mark || (a->protocol == b->protocol && a->port == b->port && memcmp(a->address, b->address, 16) == 0);
}

static struct service *find_service(const struct service *key)
{
    struct service *s = services[hash_service(key)];
    while (s && !same_service(s, key))
        s = s->next_in_bucket;
    return s;
}

static uint32_t hash_destination(const struct service *owner, const struct destination *d)
{
    uint32_t hash = mix(2166136261u, &owner, sizeof owner);
    hash = mix(hash, d->address, 16);
    return mix(hash, &d->port, 2) % BUCKETS;
}

static struct destination *find_destination(const struct service *owner, const struct destination *key)
{
    struct destination *d = destinations[hash_destination(owner, key)];
    while (d && !(d->owner == owner && d->port == key->port && d->family == key->family && memcmp(d->address, key->address, 16) == 0))
        d = d->next_in_bucket;
    return d;
}

static void remove_destination(struct destination *d)
{
    struct destination **link = &destinations[hash_destination(d->owner, d)];
    while (*link != d)
        link = &(*link)->next_in_bucket;
    *link = d->next_in_bucket;
    *(d->previous ? &d->previous->next : &d->owner->first) = d->next;
    *(d->next ? &d->next->previous : &d->owner->last) = d->previous;
    free(d);
}

static void remove_service(struct service *s)
{
    while (s->first)
        remove_destination(s->first);
    struct service **link = &services[hash_service(s)];
    while (*link != s)
        link = &(*link)->next_in_bucket;
    *link = s->next_in_bucket;
    *(s->previous ? &s->previous->next : &first_service) = s->next;
    *(s->next ? &s->next->previous : &last_service) = s->previous;
    free(s);
}

static struct service *add_service(const struct service *key)
{
    struct service *s = malloc(sizeof *s);
    *s = *key;
    struct service **bucket = &services[hash_service(s)];
    s->next_in_bucket = *bucket;
    *bucket = s;
    s->first = s->last = NULL;
    s->next = NULL;
    s->previous = last_service;
    *(last_service ? &last_service->next : &first_service) = s;
    last_service = s;
    return s;
}

static void add_destination(struct service *owner, const struct destination *key)
{
    struct destination *d = malloc(sizeof *d);
    *d = *key;
    d->owner = owner;
    struct destination **bucket = &destinations[hash_destination(owner, d)];
    d->next_in_bucket = *bucket;
    *bucket = d;
    d->next = NULL;
    d->previous = owner->last;
    *(owner->last ? &owner->last->next : &owner->first) = d;
    owner->last = d;
}

// ---- attributes ----

#define ATTRIBUTES 20

struct attributes {
    const struct nlattr *at[ATTRIBUTES];
};

static void parse(struct attributes *found, const void *octets, size_t length)
{
    memset(found, 0, sizeof *found);
    const uint8_t *at = octets;
    while (length >= NLA_HDRLEN) {
        const struct nlattr *attribute = (const struct nlattr *)at;
        size_t size = attribute->nla_len, step = NLA_ALIGN(size);
        if (size < NLA_HDRLEN || size > length)
            return;
        if ((attribute->nla_type & NLA_TYPE_MASK) < ATTRIBUTES)
            found->at[attribute->nla_type & NLA_TYPE_MASK] = attribute;
        if (step >= length)
            return;
        at += step;
        length -= step;
    }
}

static const void *data_of(const struct nlattr *attribute) { return (const uint8_t *)attribute + NLA_HDRLEN; }

static size_t length_of(const struct nlattr *attribute) { return attribute->nla_len - NLA_HDRLEN; }

static void parse_nested(struct attributes *found, const struct nlattr *attribute)
{
    if (attribute)
        parse(found, data_of(attribute), length_of(attribute));
    else
        memset(found, 0, sizeof *found);
}

// Copies what is there, up to the size; the rest keeps its value.
static int take(const struct attributes *from, int type, void *to, size_t size)
{
    const struct nlattr *attribute = from->at[type];
    if (!attribute)
        return 0;
    memcpy(to, data_of(attribute), length_of(attribute) < size ? length_of(attribute) : size);
    return 1;
}

static int known_scheduler(const char *name)
{
    static const char *const names[] = { "rr", "wrr", "lc", "wlc", "lblc", "lblcr", "dh", "sh", "sed", "nq", "fo", "ovf", "mh", "twos" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return 1;
    return 0;
}

static int read_service(const struct nlattr *nest, struct service *s, uint32_t *mask, int whole)
{
    struct attributes a;
    struct ip_vs_flags flags = { 0, 0 };
    memset(s, 0, sizeof *s);
    parse_nested(&a, nest);
    if (!nest || !take(&a, IPVS_SVC_ATTR_AF, &s->family, 2))
        return -EINVAL;
    if (s->family != AF_INET && s->family != AF_INET6)
        return -EAFNOSUPPORT;
    if (!take(&a, IPVS_SVC_ATTR_FWMARK, &s->mark, 4) &&
        !(take(&a, IPVS_SVC_ATTR_PROTOCOL, &s->protocol, 2) && take(&a, IPVS_SVC_ATTR_ADDR, s->address, 16) && take(&a, IPVS_SVC_ATTR_PORT, &s->port, 2)))
        return -EINVAL;
    if (s->family == AF_INET)
        memset(s->address + 4, 0, 12);
    if (!whole)
        return 0;
    if (!take(&a, IPVS_SVC_ATTR_SCHED_NAME, s->scheduler, sizeof s->scheduler - 1) || !take(&a, IPVS_SVC_ATTR_FLAGS, &flags, sizeof flags) ||
        !take(&a, IPVS_SVC_ATTR_TIMEOUT, &s->timeout, 4) || !take(&a, IPVS_SVC_ATTR_NETMASK, &s->netmask, 4))
        return -EINVAL;
    take(&a, IPVS_SVC_ATTR_PE_NAME, s->engine, sizeof s->engine - 1);
    s->flags = flags.flags & flags.mask;
    *mask = flags.mask;
    return 0;
}

static int read_destination(const struct nlattr *nest, const struct service *owner, struct destination *d, int whole)
{
    struct attributes a;
    memset(d, 0, sizeof *d);
    parse_nested(&a, nest);
    if (!nest || !take(&a, IPVS_DEST_ATTR_ADDR, d->address, 16) || !take(&a, IPVS_DEST_ATTR_PORT, &d->port, 2))
        return -EINVAL;
    d->family = owner->family;
    take(&a, IPVS_DEST_ATTR_ADDR_FAMILY, &d->family, 2);
    if (d->family == AF_INET)
        memset(d->address + 4, 0, 12);
    if (!whole)
        return 0;
    if (!take(&a, IPVS_DEST_ATTR_FWD_METHOD, &d->mode, 4) || !take(&a, IPVS_DEST_ATTR_WEIGHT, &d->weight, 4) ||
        !take(&a, IPVS_DEST_ATTR_U_THRESH, &d->upper, 4) || !take(&a, IPVS_DEST_ATTR_L_THRESH, &d->lower, 4))
        return -EINVAL;
    take(&a, IPVS_DEST_ATTR_TUN_TYPE, &d->tunnel, 1);
    take(&a, IPVS_DEST_ATTR_TUN_PORT, &d->tunnel_port, 2);
    take(&a, IPVS_DEST_ATTR_TUN_FLAGS, &d->tunnel_flags, 2);
    d->mode &= IP_VS_CONN_F_FWD_MASK;
    return d->weight < 0 || d->lower > d->upper ? -ERANGE : 0;
}

// ---- answers ----

struct answer {
    uint8_t octets[DUMP_DATAGRAM + 2048];
    size_t length;
};

static void put(struct answer *to, uint16_t type, const void *data, size_t length)
{
    struct nlattr attribute = { (uint16_t)(NLA_HDRLEN + length), type };
    uint8_t *at = to->octets + to->length;
    memcpy(at, &attribute, sizeof attribute);
    memcpy(at + NLA_HDRLEN, data, length);
    memset(at + NLA_HDRLEN + length, 0, NLA_ALIGN(length) - length);
    to->length += NLA_HDRLEN + NLA_ALIGN(length);
}

static void put32(struct answer *to, uint16_t type, uint32_t value) { put(to, type, &value, 4); }

static void put16(struct answer *to, uint16_t type, uint16_t value) { put(to, type, &value, 2); }

static size_t open_nest(struct answer *to, uint16_t type)
{
    put(to, type | NLA_F_NESTED, "", 0);
    return to->length;
}

static void close_nest(struct answer *to, size_t opened)
{
    struct nlattr *attribute = (struct nlattr *)(to->octets + opened - NLA_HDRLEN);
    attribute->nla_len = (uint16_t)(to->length - opened + NLA_HDRLEN);
}

static size_t open_message(struct answer *to, const struct nlmsghdr *request, uint16_t type, uint16_t flags, uint8_t command)
{
    struct nlmsghdr header = { 0, type, flags, request->nlmsg_seq, request->nlmsg_pid };
    struct genlmsghdr generic = { command, type == GENL_ID_CTRL ? 2 : IPVS_GENL_VERSION, 0 };
    size_t begin = to->length;
    memcpy(to->octets + begin, &header, sizeof header);
    memcpy(to->octets + begin + NLMSG_HDRLEN, &generic, sizeof generic);
    to->length = begin + NLMSG_HDRLEN + GENL_HDRLEN;
    return begin;
}

static void close_message(struct answer *to, size_t begin)
{
    ((struct nlmsghdr *)(to->octets + begin))->nlmsg_len = (uint32_t)(to->length - begin);
}

static void deliver(const struct standing *to, struct answer *answer)
{
    if (answer->length)
        real_send(to->peer, answer->octets, answer->length, MSG_DONTWAIT | MSG_NOSIGNAL);
    answer->length = 0;
}

static void acknowledge(const struct standing *to, const struct nlmsghdr *request, int error)
{
    struct answer answer = { .length = 0 };
    size_t quoted = error && !to->cap_ack ? request->nlmsg_len : sizeof *request;
    if (quoted > DUMP_DATAGRAM)
        quoted = sizeof *request;
    struct nlmsghdr header = {
        (uint32_t)(NLMSG_HDRLEN + 4 + quoted), NLMSG_ERROR, quoted == sizeof *request ? NLM_F_CAPPED : 0, request->nlmsg_seq, request->nlmsg_pid
    };
    memcpy(answer.octets, &header, sizeof header);
    memcpy(answer.octets + NLMSG_HDRLEN, &error, 4);
    memcpy(answer.octets + NLMSG_HDRLEN + 4, request, quoted);
    answer.length = NLMSG_ALIGN(NLMSG_HDRLEN + 4 + quoted);
    deliver(to, &answer);
}

static void finish_dump(const struct standing *to, struct answer *answer, const struct nlmsghdr *request)
{
    int zero = 0;
    struct nlmsghdr header = { NLMSG_HDRLEN + 4, NLMSG_DONE, NLM_F_MULTI, request->nlmsg_seq, request->nlmsg_pid };
    memcpy(answer->octets + answer->length, &header, sizeof header);
    memcpy(answer->octets + answer->length + NLMSG_HDRLEN, &zero, 4);
    answer->length += NLMSG_HDRLEN + 4;
    deliver(to, answer);
}

static void put_statistics(struct answer *to, uint16_t narrow, uint16_t wide)
{
    static const uint64_t zero;
    size_t nest = open_nest(to, narrow);
    for (uint16_t type = IPVS_STATS_ATTR_CONNS; type <= IPVS_STATS_ATTR_OUTBPS; type++)
        put(to, type, &zero, type == IPVS_STATS_ATTR_INBYTES || type == IPVS_STATS_ATTR_OUTBYTES ? 8 : 4);
    close_nest(to, nest);
    nest = open_nest(to, wide);
    for (uint16_t type = IPVS_STATS_ATTR_CONNS; type <= IPVS_STATS_ATTR_OUTBPS; type++)
        put(to, type, &zero, 8);
    close_nest(to, nest);
}

static void put_service(struct answer *to, const struct nlmsghdr *request, uint16_t flags, const struct service *s)
{
    struct ip_vs_flags bits = { s->flags | IP_VS_SVC_F_HASHED, ~0u };
    size_t begin = open_message(to, request, FAMILY_ID, flags, IPVS_CMD_NEW_SERVICE);
    size_t nest = open_nest(to, IPVS_CMD_ATTR_SERVICE);
    put16(to, IPVS_SVC_ATTR_AF, s->family);
    if (s->mark) {
        put32(to, IPVS_SVC_ATTR_FWMARK, s->mark);
    } else {
        put16(to, IPVS_SVC_ATTR_PROTOCOL, s->protocol);
        put(to, IPVS_SVC_ATTR_ADDR, s->address, 16);
        put16(to, IPVS_SVC_ATTR_PORT, s->port);
    }
    put(to, IPVS_SVC_ATTR_SCHED_NAME, s->scheduler, strlen(s->scheduler) + 1);
    if (*s->engine)
        put(to, IPVS_SVC_ATTR_PE_NAME, s->engine, strlen(s->engine) + 1);
    put(to, IPVS_SVC_ATTR_FLAGS, &bits, sizeof bits);
    put32(to, IPVS_SVC_ATTR_TIMEOUT, s->timeout);
    put32(to, IPVS_SVC_ATTR_NETMASK, s->netmask);
    put_statistics(to, IPVS_SVC_ATTR_STATS, IPVS_SVC_ATTR_STATS64);
    close_nest(to, nest);
    close_message(to, begin);
}

static void put_destination(struct answer *to, const struct nlmsghdr *request, const struct destination *d)
{
    size_t begin = open_message(to, request, FAMILY_ID, NLM_F_MULTI, IPVS_CMD_NEW_DEST);
    size_t nest = open_nest(to, IPVS_CMD_ATTR_DEST);
    put(to, IPVS_DEST_ATTR_ADDR, d->address, 16);
    put16(to, IPVS_DEST_ATTR_PORT, d->port);
    put32(to, IPVS_DEST_ATTR_FWD_METHOD, d->mode);
    put32(to, IPVS_DEST_ATTR_WEIGHT, (uint32_t)d->weight);
    put(to, IPVS_DEST_ATTR_TUN_TYPE, &d->tunnel, 1);
    put16(to, IPVS_DEST_ATTR_TUN_PORT, d->tunnel_port);
    put16(to, IPVS_DEST_ATTR_TUN_FLAGS, d->tunnel_flags);
    put32(to, IPVS_DEST_ATTR_U_THRESH, d->upper);
    put32(to, IPVS_DEST_ATTR_L_THRESH, d->lower);
    put32(to, IPVS_DEST_ATTR_ACTIVE_CONNS, 0);
    put32(to, IPVS_DEST_ATTR_INACT_CONNS, 0);
    put32(to, IPVS_DEST_ATTR_PERSIST_CONNS, 0);
    put16(to, IPVS_DEST_ATTR_ADDR_FAMILY, d->family);
    put_statistics(to, IPVS_DEST_ATTR_STATS, IPVS_DEST_ATTR_STATS64);
    close_nest(to, nest);
    close_message(to, begin);
}

static void put_daemon(struct answer *to, const struct nlmsghdr *request, const struct sync_daemon *d)
{
    size_t begin = open_message(to, request, FAMILY_ID, NLM_F_MULTI, IPVS_CMD_NEW_DAEMON);
    size_t nest = open_nest(to, IPVS_CMD_ATTR_DAEMON);
    put32(to, IPVS_DAEMON_ATTR_STATE, d->state);
    put(to, IPVS_DAEMON_ATTR_MCAST_IFN, d->interface, strlen(d->interface) + 1);
    put32(to, IPVS_DAEMON_ATTR_SYNC_ID, d->id);
    close_nest(to, nest);
    close_message(to, begin);
}

// ---- requests ----

static int change_service(uint8_t command, const struct service *wanted, uint32_t mask)
{
    struct service *s = find_service(wanted);
    if (command == IPVS_CMD_NEW_SERVICE ? s != NULL : s == NULL)
        return command == IPVS_CMD_NEW_SERVICE ? -EEXIST : -ESRCH;
    if (command == IPVS_CMD_DEL_SERVICE) {
        remove_service(s);
        return 0;
    }
    if (!known_scheduler(wanted->scheduler))
        return -ENOENT;
    if (!s) {
        add_service(wanted);
        return 0;
    }
    memcpy(s->scheduler, wanted->scheduler, sizeof s->scheduler);
    memcpy(s->engine, wanted->engine, sizeof s->engine);
    s->flags = (s->flags & ~mask) | wanted->flags;
    s->timeout = wanted->timeout;
    s->netmask = wanted->netmask;
    return 0;
}

static int change_destination(uint8_t command, struct service *owner, const struct destination *wanted)
{
    struct destination *d = find_destination(owner, wanted);
    if (command == IPVS_CMD_NEW_DEST ? d != NULL : d == NULL)
        return command == IPVS_CMD_NEW_DEST ? -EEXIST : -ENOENT;
    if (command == IPVS_CMD_NEW_DEST) {
        add_destination(owner, wanted);
    } else if (command == IPVS_CMD_DEL_DEST) {
        remove_destination(d);
    } else {
        d->mode = wanted->mode;
        d->weight = wanted->weight;
        d->upper = wanted->upper;
        d->lower = wanted->lower;
        d->tunnel = wanted->tunnel;
        d->tunnel_port = wanted->tunnel_port;
        d->tunnel_flags = wanted->tunnel_flags;
    }
    return 0;
}

static int change_daemon(uint8_t command, const struct nlattr *nest, struct record *record)
{
    struct attributes a;
    struct sync_daemon wanted;
    memset(&wanted, 0, sizeof wanted);
    parse_nested(&a, nest);
    if (!nest || !take(&a, IPVS_DAEMON_ATTR_STATE, &wanted.state, 4) || (wanted.state != IP_VS_STATE_MASTER && wanted.state != IP_VS_STATE_BACKUP))
        return -EINVAL;
    take(&a, IPVS_DAEMON_ATTR_MCAST_IFN, wanted.interface, sizeof wanted.interface - 1);
    take(&a, IPVS_DAEMON_ATTR_SYNC_ID, &wanted.id, 4);
    record->mode = (uint8_t)wanted.state;
    memcpy(record->scheduler, wanted.interface, sizeof record->scheduler);
    struct sync_daemon *d = &daemons[wanted.state - 1];
    if (command == IPVS_CMD_NEW_DAEMON) {
        if (d->state)
            return -EEXIST;
        *d = wanted;
        return 0;
    }
    if (!d->state)
        return -ESRCH;
    d->state = 0;
    return 0;
}

static void note_service(struct record *record, const struct service *s)
{
    record->family = s->family;
    record->protocol = s->protocol;
    record->port = ntohs(s->port);
    record->mark = s->mark;
    record->flags = s->flags;
    record->timeout = s->timeout;
    record->netmask = s->netmask;
    record->engine = *s->engine != 0;
    memcpy(record->address, s->address, 16);
    memcpy(record->scheduler, s->scheduler, sizeof record->scheduler);
}

static void note_destination(struct record *record, const struct destination *d)
{
    record->destination_family = d->family;
    record->destination_port = ntohs(d->port);
    record->weight = d->weight;
    record->upper = d->upper;
    record->lower = d->lower;
    record->mode = (uint8_t)d->mode;
    record->tunnel = d->tunnel;
    record->tunnel_flags = (uint8_t)d->tunnel_flags;
    record->tunnel_port = ntohs(d->tunnel_port);
    memcpy(record->destination, d->address, 16);
}

static int dump(const struct standing *to, const struct nlmsghdr *request, uint8_t command, const struct attributes *a)
{
    struct answer answer = { .length = 0 };
    if (command == IPVS_CMD_GET_SERVICE) {
        for (struct service *s = first_service; s; s = s->next) {
            put_service(&answer, request, NLM_F_MULTI, s);
            if (answer.length > DUMP_DATAGRAM - 1024)
                deliver(to, &answer);
        }
    } else if (command == IPVS_CMD_GET_DEST) {
        struct service key, *s;
        uint32_t mask;
        // A service that is not there has no destinations: an empty dump, as from the kernel.
        s = read_service(a->at[IPVS_CMD_ATTR_SERVICE], &key, &mask, 0) == 0 ? find_service(&key) : NULL;
        for (struct destination *d = s ? s->first : NULL; d; d = d->next) {
            put_destination(&answer, request, d);
            if (answer.length > DUMP_DATAGRAM - 1024)
                deliver(to, &answer);
        }
    } else if (command == IPVS_CMD_GET_DAEMON) {
        for (int i = 0; i < 2; i++)
            if (daemons[i].state)
                put_daemon(&answer, request, &daemons[i]);
    } else {
        return -EOPNOTSUPP;
    }
    finish_dump(to, &answer, request);
    return 0;
}

static int answer_one(const struct standing *to, const struct nlmsghdr *request, uint8_t command, const struct attributes *a, struct record *record)
{
    struct answer answer = { .length = 0 };
    size_t begin;
    if (command == IPVS_CMD_GET_INFO) {
        begin = open_message(&answer, request, FAMILY_ID, 0, IPVS_CMD_SET_INFO);
        put32(&answer, IPVS_INFO_ATTR_VERSION, IP_VS_VERSION_CODE);
        put32(&answer, IPVS_INFO_ATTR_CONN_TAB_SIZE, 4096);
    } else if (command == IPVS_CMD_GET_CONFIG) {
        begin = open_message(&answer, request, FAMILY_ID, 0, IPVS_CMD_SET_CONFIG);
        for (int i = 0; i < 3; i++)
            put32(&answer, (uint16_t)(IPVS_CMD_ATTR_TIMEOUT_TCP + i), timeouts[i]);
    } else {
        struct service key, *s;
        uint32_t mask;
        int error = read_service(a->at[IPVS_CMD_ATTR_SERVICE], &key, &mask, 0);
        if (error)
            return error;
        note_service(record, &key);
        s = find_service(&key);
        if (!s)
            return -ESRCH;
        put_service(&answer, request, 0, s);
        deliver(to, &answer);
        return 0;
    }
    close_message(&answer, begin);
    deliver(to, &answer);
    return 0;
}

static int change(uint8_t command, const struct attributes *a, struct record *record)
{
    struct service key, *owner;
    struct destination wanted;
    uint32_t mask = 0;
    int error;
    switch (command) {
    case IPVS_CMD_FLUSH:
        while (first_service)
            remove_service(first_service);
        return 0;
    case IPVS_CMD_SET_CONFIG:
        for (int i = 0; i < 3; i++)
            take(a, IPVS_CMD_ATTR_TIMEOUT_TCP + i, &timeouts[i], 4);
        record->timeout = timeouts[0];
        return 0;
    case IPVS_CMD_NEW_DAEMON:
    case IPVS_CMD_DEL_DAEMON:
        return change_daemon(command, a->at[IPVS_CMD_ATTR_DAEMON], record);
    case IPVS_CMD_ZERO:
        return 0;
    case IPVS_CMD_NEW_SERVICE:
    case IPVS_CMD_SET_SERVICE:
    case IPVS_CMD_DEL_SERVICE:
        error = read_service(a->at[IPVS_CMD_ATTR_SERVICE], &key, &mask, command != IPVS_CMD_DEL_SERVICE);
        note_service(record, &key);
        return error ? error : change_service(command, &key, mask);
    case IPVS_CMD_NEW_DEST:
    case IPVS_CMD_SET_DEST:
    case IPVS_CMD_DEL_DEST:
        error = read_service(a->at[IPVS_CMD_ATTR_SERVICE], &key, &mask, 0);
        note_service(record, &key);
        if (error)
            return error;
        error = read_destination(a->at[IPVS_CMD_ATTR_DEST], &key, &wanted, command != IPVS_CMD_DEL_DEST);
        note_destination(record, &wanted);
        if (error)
            return error;
        owner = find_service(&key);
        return owner ? change_destination(command, owner, &wanted) : -ESRCH;
    default:
        return -EOPNOTSUPP;
    }
}

static int look_up_family(const struct standing *to, const struct nlmsghdr *request, const struct attributes *a)
{
    char name[GENL_NAMSIZ] = "";
    if (!take(a, CTRL_ATTR_FAMILY_NAME, name, sizeof name - 1))
        return -EINVAL;
    if (strcmp(name, IPVS_GENL_NAME) != 0)
        return -ENOENT;
    struct answer answer = { .length = 0 };
    size_t begin = open_message(&answer, request, GENL_ID_CTRL, 0, CTRL_CMD_NEWFAMILY);
    put(&answer, CTRL_ATTR_FAMILY_NAME, IPVS_GENL_NAME, sizeof IPVS_GENL_NAME);
    put16(&answer, CTRL_ATTR_FAMILY_ID, FAMILY_ID);
    put32(&answer, CTRL_ATTR_VERSION, IPVS_GENL_VERSION);
    put32(&answer, CTRL_ATTR_HDRSIZE, 0);
    put32(&answer, CTRL_ATTR_MAXATTR, IPVS_CMD_ATTR_MAX);
    close_message(&answer, begin);
    deliver(to, &answer);
    return 0;
}

static void handle(const struct standing *to, const struct nlmsghdr *request)
{
    struct attributes a;
    struct record record;
    int error, silent = 0;
    if (request->nlmsg_len < NLMSG_HDRLEN + GENL_HDRLEN)
        return;
    const struct genlmsghdr *generic = (const struct genlmsghdr *)((const uint8_t *)request + NLMSG_HDRLEN);
    parse(&a, (const uint8_t *)generic + GENL_HDRLEN, request->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN);
    memset(&record, 0, sizeof record);
    if (request->nlmsg_type == GENL_ID_CTRL) {
        error = generic->cmd == CTRL_CMD_GETFAMILY ? look_up_family(to, request, &a) : -EOPNOTSUPP;
    } else if (request->nlmsg_type != FAMILY_ID) {
        error = -ENOENT;
    } else {
        record.command = generic->cmd;
        switch (generic->cmd) {
        case IPVS_CMD_GET_SERVICE:
        case IPVS_CMD_GET_DEST:
        case IPVS_CMD_GET_DAEMON:
        case IPVS_CMD_GET_INFO:
        case IPVS_CMD_GET_CONFIG:
            if ((request->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP) {
                record.dump = 1;
                error = dump(to, request, generic->cmd, &a);
                silent = error == 0;
            } else {
                error = answer_one(to, request, generic->cmd, &a, &record);
            }
            break;
        default:
            error = change(generic->cmd, &a, &record);
        }
    }
    record.error = error;
    write_down(&record);
    if (error || ((request->nlmsg_flags & NLM_F_ACK) && !silent))
        acknowledge(to, request, error);
}

static ssize_t receive_from_asker(struct standing *from, const void *octets, size_t length)
{
    const uint8_t *at = octets;
    size_t left = length;
    pthread_mutex_lock(&lock);
    while (left >= NLMSG_HDRLEN) {
        const struct nlmsghdr *request = (const struct nlmsghdr *)at;
        size_t step = NLMSG_ALIGN(request->nlmsg_len);
        if (request->nlmsg_len < NLMSG_HDRLEN || request->nlmsg_len > left)
            break;
        handle(from, request);
        if (step >= left)
            break;
        at += step;
        left -= step;
    }
    pthread_mutex_unlock(&lock);
    return (ssize_t)length;
}

// ---- the calls in front of libc's ----

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
