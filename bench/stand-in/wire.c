// SPDX-License-Identifier: MIT
#include "wire.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

void parse(struct attributes *found, const void *octets, size_t length)
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

void parse_nested(struct attributes *found, const struct nlattr *attribute)
{
    if (attribute)
        parse(found, data_of(attribute), length_of(attribute));
    else
        memset(found, 0, sizeof *found);
}

int take(const struct attributes *from, int type, void *to, size_t size)
{
    const struct nlattr *attribute = from->at[type];
    if (!attribute)
        return 0;
    memcpy(to, data_of(attribute), length_of(attribute) < size ? length_of(attribute) : size);
    return 1;
}

int read_service(const struct nlattr *nest, struct service *s, uint32_t *mask, int whole)
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

int read_destination(const struct nlattr *nest, const struct service *owner, struct destination *d, int whole)
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

void put(struct answer *to, uint16_t type, const void *data, size_t length)
{
    struct nlattr attribute = { (uint16_t)(NLA_HDRLEN + length), type };
    uint8_t *at = to->octets + to->length;
    memcpy(at, &attribute, sizeof attribute);
    memcpy(at + NLA_HDRLEN, data, length);
    memset(at + NLA_HDRLEN + length, 0, NLA_ALIGN(length) - length);
    to->length += NLA_HDRLEN + NLA_ALIGN(length);
}

void put32(struct answer *to, uint16_t type, uint32_t value) { put(to, type, &value, 4); }

void put16(struct answer *to, uint16_t type, uint16_t value) { put(to, type, &value, 2); }

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

size_t open_message(struct answer *to, const struct nlmsghdr *request, uint16_t type, uint16_t flags, uint8_t command)
{
    struct nlmsghdr header = { 0, type, flags, request->nlmsg_seq, request->nlmsg_pid };
    struct genlmsghdr generic = { command, type == GENL_ID_CTRL ? 2 : IPVS_GENL_VERSION, 0 };
    size_t begin = to->length;
    memcpy(to->octets + begin, &header, sizeof header);
    memcpy(to->octets + begin + NLMSG_HDRLEN, &generic, sizeof generic);
    to->length = begin + NLMSG_HDRLEN + GENL_HDRLEN;
    return begin;
}

void close_message(struct answer *to, size_t begin)
{
    ((struct nlmsghdr *)(to->octets + begin))->nlmsg_len = (uint32_t)(to->length - begin);
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

void put_service(struct answer *to, const struct nlmsghdr *request, uint16_t flags, const struct service *s)
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

void put_destination(struct answer *to, const struct nlmsghdr *request, const struct destination *d)
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

void put_daemon(struct answer *to, const struct nlmsghdr *request, const struct sync_daemon *d)
{
    size_t begin = open_message(to, request, FAMILY_ID, NLM_F_MULTI, IPVS_CMD_NEW_DAEMON);
    size_t nest = open_nest(to, IPVS_CMD_ATTR_DAEMON);
    put32(to, IPVS_DAEMON_ATTR_STATE, d->state);
    put(to, IPVS_DAEMON_ATTR_MCAST_IFN, d->interface, strlen(d->interface) + 1);
    put32(to, IPVS_DAEMON_ATTR_SYNC_ID, d->id);
    close_nest(to, nest);
    close_message(to, begin);
}
