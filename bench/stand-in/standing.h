// SPDX-License-Identifier: MIT
// A descriptor that stands for a generic netlink socket, and what becomes of what is written to it.
#ifndef STAND_IN_STANDING_H
#define STAND_IN_STANDING_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "record.h"

struct standing {
    int peer;       // our end of the pair, 0 when the descriptor is not a stand-in
    uint32_t port;  // what bind asked for
    int cap_ack;    // NETLINK_CAP_ACK
};

// Carries out the requests of a datagram and answers each into the other end (requests.c).
ssize_t receive_from_asker(struct standing *from, const void *octets, size_t length);

// libc's own (ipvs.c).
extern ssize_t (*real_send)(int, const void *, size_t, int);

// Writes a message down, if that is asked for (ipvs.c).
void write_down(struct record *record);

#endif
