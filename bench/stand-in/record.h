// SPDX-License-Identifier: MIT
// What the stand-in for IPVS (ipvs.c) writes down of every message, and what read it back (record.c, Kernel/IpvsStandIn.cs of the bench).
// The file is mapped and shared, so that writing costs no system call and a reader sees a record at once.
#ifndef STAND_IN_RECORD_H
#define STAND_IN_RECORD_H

#include <stdint.h>

#define RECORD_MAGIC 0x3156504953444e41ULL
#define RECORD_CAPACITY (1u << 20)

// At offset 0; the records begin at offset 128.
struct record_header {
    uint64_t magic;
    uint64_t count;  // records begun; one is whole when its `complete` is 1
    uint8_t reserved[112];
};

struct record {
    uint64_t time;      // 0: CLOCK_MONOTONIC, ns
    uint32_t process;   // 8
    int32_t error;      // 12: what the stand-in answered: 0, or an errno below 0
    uint8_t command;    // 16: IPVS_CMD_ of linux/ip_vs.h; 0 is a look-up of the family
    uint8_t complete;   // 17
    uint8_t dump;       // 18: 1 when the whole table was asked for
    uint8_t mode;       // 19: forwarding method
    uint16_t family;    // 20: AF_ of the service
    uint16_t protocol;  // 22
    uint8_t address[16];      // 24: as in the message, network order
    uint8_t destination[16];  // 40
    uint16_t port;               // 56: host order, as the one below
    uint16_t destination_port;   // 58
    uint32_t mark;      // 60
    int32_t weight;     // 64
    uint32_t upper;     // 68
    uint32_t lower;     // 72
    uint32_t flags;     // 76: of the service
    uint32_t timeout;   // 80: persistence, s; of SET_CONFIG: TCP
    uint32_t netmask;   // 84: as in the message
    char scheduler[16];          // 88; of a sync daemon: the interface
    uint16_t destination_family; // 104
    uint8_t tunnel;              // 106
    uint8_t tunnel_flags;        // 107
    uint16_t tunnel_port;        // 108
    uint8_t engine;              // 110: 1 with a persistence engine
    uint8_t reserved[17];
};

_Static_assert(sizeof(struct record_header) == 128, "the reader counts on it");
_Static_assert(sizeof(struct record) == 128, "the reader counts on it");

#endif
