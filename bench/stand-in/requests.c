// SPDX-License-Identifier: MIT
// The requests: carried out on the tables, answered and written down, one at a time.
#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>

#include "standing.h"
#include "wire.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

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

static int known_scheduler(const char *name)
{
    static const char *const names[] = { "rr", "wrr", "lc", "wlc", "lblc", "lblcr", "dh", "sh", "sed", "nq", "fo", "ovf", "mh", "twos" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return 1;
    return 0;
}

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

ssize_t receive_from_asker(struct standing *from, const void *octets, size_t length)
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
