// SPDX-License-Identifier: MIT
#include "table.h"

#include <stdlib.h>
#include <string.h>

#define BUCKETS 65536

struct service *first_service;
struct sync_daemon daemons[2];
uint32_t timeouts[3] = { 900, 120, 300 };

static struct service *services[BUCKETS], *last_service;
static struct destination *destinations[BUCKETS];

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

struct service *find_service(const struct service *key)
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

struct destination *find_destination(const struct service *owner, const struct destination *key)
{
    struct destination *d = destinations[hash_destination(owner, key)];
    while (d && !(d->owner == owner && d->port == key->port && d->family == key->family && memcmp(d->address, key->address, 16) == 0))
        d = d->next_in_bucket;
    return d;
}

void remove_destination(struct destination *d)
{
    struct destination **link = &destinations[hash_destination(d->owner, d)];
    while (*link != d)
        link = &(*link)->next_in_bucket;
    *link = d->next_in_bucket;
    *(d->previous ? &d->previous->next : &d->owner->first) = d->next;
    *(d->next ? &d->next->previous : &d->owner->last) = d->previous;
    free(d);
}

void remove_service(struct service *s)
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

struct service *add_service(const struct service *key)
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

void add_destination(struct service *owner, const struct destination *key)
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
