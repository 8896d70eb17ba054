// SPDX-License-Identifier: MIT
// Attributes and messages of generic netlink for IPVS: read from requests, written into answers.
#ifndef STAND_IN_WIRE_H
#define STAND_IN_WIRE_H

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stddef.h>
#include <stdint.h>

#include "table.h"

#define FAMILY_ID 0x21
#define DUMP_DATAGRAM 16000
#define ATTRIBUTES 20

struct attributes {
    const struct nlattr *at[ATTRIBUTES];
};

struct answer {
    uint8_t octets[DUMP_DATAGRAM + 2048];
    size_t length;
};

void parse(struct attributes *found, const void *octets, size_t length);
void parse_nested(struct attributes *found, const struct nlattr *attribute);

// Copies what is there, up to the size; the rest keeps its value. 0 when it is not there.
int take(const struct attributes *from, int type, void *to, size_t size);

// 0, or an errno below 0. Without `whole` the key alone.
int read_service(const struct nlattr *nest, struct service *s, uint32_t *mask, int whole);
int read_destination(const struct nlattr *nest, const struct service *owner, struct destination *d, int whole);

void put(struct answer *to, uint16_t type, const void *data, size_t length);
void put32(struct answer *to, uint16_t type, uint32_t value);
void put16(struct answer *to, uint16_t type, uint16_t value);
size_t open_message(struct answer *to, const struct nlmsghdr *request, uint16_t type, uint16_t flags, uint8_t command);
void close_message(struct answer *to, size_t begin);
void put_service(struct answer *to, const struct nlmsghdr *request, uint16_t flags, const struct service *s);
void put_destination(struct answer *to, const struct nlmsghdr *request, const struct destination *d);
void put_daemon(struct answer *to, const struct nlmsghdr *request, const struct sync_daemon *d);

#endif
