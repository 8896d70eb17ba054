// SPDX-License-Identifier: MIT
// The tables of the stand-in for IPVS: services with their destinations in the order in which they came, the two synchronisation daemons, the
// time-outs. Whoever calls holds the lock of requests.c.
#ifndef STAND_IN_TABLE_H
#define STAND_IN_TABLE_H

#include <linux/ip_vs.h>
#include <stdint.h>

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

extern struct service *first_service;
extern struct sync_daemon daemons[2];  // of the master, of the backup
extern uint32_t timeouts[3];           // TCP, TCP after FIN, UDP; seconds

struct service *find_service(const struct service *key);
struct service *add_service(const struct service *key);
void remove_service(struct service *s);
struct destination *find_destination(const struct service *owner, const struct destination *key);
void add_destination(struct service *owner, const struct destination *key);
void remove_destination(struct destination *d);

#endif
