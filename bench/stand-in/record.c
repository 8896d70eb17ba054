// SPDX-License-Identifier: MIT
// Prints what the stand-in for IPVS wrote down: every message, or with --table the table that follows from those that succeeded, sorted.
//
//   ipvs-record [--table] FILE
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/ip_vs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "record.h"

static const char *const commands[] = { "LOOK_UP", "NEW_SERVICE", "SET_SERVICE", "DEL_SERVICE", "GET_SERVICE", "NEW_DEST", "SET_DEST", "DEL_DEST",
    "GET_DEST", "NEW_DAEMON", "DEL_DAEMON", "GET_DAEMON", "SET_CONFIG", "GET_CONFIG", "SET_INFO", "GET_INFO", "ZERO", "FLUSH" };

static void print_service(char *to, size_t room, const struct record *r)
{
    char address[INET6_ADDRSTRLEN] = "";
    if (r->mark)
        snprintf(to, room, "fwmark:%u/%u", r->mark, r->family == AF_INET6 ? 6 : 4);
    else if (r->family && inet_ntop(r->family, r->address, address, sizeof address))
        snprintf(to, room, "%u:[%s]:%u", r->protocol, address, r->port);
    else
        snprintf(to, room, "-");
}

static void print_destination(char *to, size_t room, const struct record *r)
{
    char address[INET6_ADDRSTRLEN] = "";
    if (r->destination_family && inet_ntop(r->destination_family, r->destination, address, sizeof address))
        snprintf(to, room, "[%s]:%u", address, r->destination_port);
    else
        snprintf(to, room, "-");
}

struct line {
    char key[112];
    char service[64];
    char rest[128];
    size_t order;
};

static int by_key(const void *a, const void *b)
{
    const struct line *first = a, *second = b;
    int order = strcmp(first->key, second->key);
    return order ? order : (first->order > second->order) - (first->order < second->order);
}

static int by_order(const void *a, const void *b)
{
    const struct line *first = a, *second = b;
    return (first->order > second->order) - (first->order < second->order);
}

// A table is what the last change of each entry left, unless its service went after that.
static void print_table(const struct record *records, size_t count)
{
    struct line *lines = calloc(count + 1, sizeof *lines);
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        const struct record *r = &records[i];
        struct line *line = &lines[used];
        if (!r->complete || r->error || (r->command > IPVS_CMD_DEL_DEST && r->command != IPVS_CMD_FLUSH) || r->command == 0 || r->command == IPVS_CMD_GET_SERVICE)
            continue;
        if (r->command == IPVS_CMD_FLUSH) {
            used = 0;
            continue;
        }
        char destination[64] = "";
        print_service(line->service, sizeof line->service, r);
        line->order = i;
        line->rest[0] = 0;
        if (r->command >= IPVS_CMD_NEW_DEST)
            print_destination(destination, sizeof destination, r);
        snprintf(line->key, sizeof line->key, "%s%s%s", line->service, *destination ? " -> " : "", destination);
        if (r->command == IPVS_CMD_NEW_SERVICE || r->command == IPVS_CMD_SET_SERVICE)
            snprintf(line->rest, sizeof line->rest, "%s flags %x persistence %u mask %08x engine %u", r->scheduler, r->flags, r->timeout, ntohl(r->netmask), r->engine);
        else if (r->command != IPVS_CMD_DEL_SERVICE && r->command != IPVS_CMD_DEL_DEST)
            snprintf(line->rest, sizeof line->rest, "weight %d forwarding %u thresholds %u %u tunnel %u %u %u", r->weight, r->mode, r->upper, r->lower,
                r->tunnel, r->tunnel_port, r->tunnel_flags);
        used++;
    }
    // A service that went takes its destinations along: those lines are made empty, in the order of events.
    qsort(lines, used, sizeof *lines, by_order);
    for (size_t i = 0; i < used; i++)
        if (!strchr(lines[i].key, '>') && !*lines[i].rest)
            for (size_t j = 0; j < i; j++)
                if (strcmp(lines[j].service, lines[i].service) == 0)
                    lines[j].rest[0] = 0;
    qsort(lines, used, sizeof *lines, by_key);
    for (size_t i = 0; i < used; i++)
        if (*lines[i].rest && (i + 1 == used || strcmp(lines[i].key, lines[i + 1].key) != 0))
            printf("%s %s\n", lines[i].key, lines[i].rest);
    free(lines);
}

int main(int count, char **arguments)
{
    int table = count == 3 && strcmp(arguments[1], "--table") == 0;
    if (count != 2 && !table) {
        fprintf(stderr, "ipvs-record [--table] FILE\n");
        return 2;
    }
    int fd = open(arguments[count - 1], O_RDONLY);
    size_t size = sizeof(struct record_header) + (size_t)RECORD_CAPACITY * sizeof(struct record);
    const struct record_header *header = fd < 0 ? MAP_FAILED : mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
    if (header == MAP_FAILED || header->magic != RECORD_MAGIC) {
        fprintf(stderr, "%s is not a record of the stand-in for IPVS\n", arguments[count - 1]);
        return 1;
    }
    const struct record *records = (const struct record *)(header + 1);
    size_t used = header->count < RECORD_CAPACITY ? header->count : RECORD_CAPACITY;
    if (table) {
        print_table(records, used);
        return 0;
    }
    for (size_t i = 0; i < used; i++) {
        const struct record *r = &records[i];
        char service[64], destination[64];
        if (!r->complete)
            continue;
        print_service(service, sizeof service, r);
        print_destination(destination, sizeof destination, r);
        printf("%llu.%09llu %u %s%s %d %s %s %d\n", (unsigned long long)(r->time / 1000000000), (unsigned long long)(r->time % 1000000000), r->process,
            r->command < sizeof commands / sizeof *commands ? commands[r->command] : "?", r->dump ? "(all)" : "", r->error, service, destination, r->weight);
    }
    return 0;
}
