// SPDX-License-Identifier: MIT
// For LD_PRELOAD in a kernel whose nftables has the family bridge and not ip (Debian's user-mode Linux): what a process sends to nftables for a
// table of family ip is sent for one of family bridge. A bridge's input hook sees a packet before IP does and the packet keeps its mark, so on a
// host whose address is on a bridge such a table marks for IPVS as one of family ip would. Only for IPv4; what is read back is not changed.
//
// Written from linux/netlink.h and linux/netfilter/nfnetlink.h.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <sys/socket.h>

static int is_netfilter(int socket)
{
    int domain = 0, protocol = 0;
    socklen_t length = sizeof(int);
    if (getsockopt(socket, SOL_SOCKET, SO_DOMAIN, &domain, &length) != 0 || domain != AF_NETLINK)
        return 0;
    length = sizeof(int);
    return getsockopt(socket, SOL_SOCKET, SO_PROTOCOL, &protocol, &length) == 0 && protocol == NETLINK_NETFILTER;
}

// The buffer is its sender's, who sends it once and may hold it in memory that he does not mind to see changed.
static void to_bridge(void *buffer, size_t length)
{
    struct nlmsghdr *message = buffer;
    for (int left = (int)length; NLMSG_OK(message, left); message = NLMSG_NEXT(message, left)) {
        struct nfgenmsg *family = NLMSG_DATA(message);
        if (NFNL_SUBSYS_ID(message->nlmsg_type) == NFNL_SUBSYS_NFTABLES && family->nfgen_family == NFPROTO_IPV4)
            family->nfgen_family = NFPROTO_BRIDGE;
    }
}

static void *(*real_dlsym)(void *, const char *);
static ssize_t (*real_sendto)(int, const void *, size_t, int, const struct sockaddr *, socklen_t);
static ssize_t (*real_sendmsg)(int, const struct msghdr *, int);

__attribute__((constructor)) static void begin(void)
{
    static const char *const versions[] = { "GLIBC_2.2.5", "GLIBC_2.34", "GLIBC_2.17" };
    for (size_t i = 0; !real_dlsym && i < sizeof versions / sizeof *versions; i++)
        real_dlsym = dlvsym(RTLD_NEXT, "dlsym", versions[i]);
    if (!real_dlsym)
        abort();
    real_sendto = real_dlsym(RTLD_NEXT, "sendto");
    real_sendmsg = real_dlsym(RTLD_NEXT, "sendmsg");
}

ssize_t sendto(int socket, const void *buffer, size_t length, int flags, const struct sockaddr *to, socklen_t to_length)
{
    if (is_netfilter(socket))
        to_bridge((void *)buffer, length);
    return real_sendto(socket, buffer, length, flags, to, to_length);
}

ssize_t sendmsg(int socket, const struct msghdr *message, int flags)
{
    if (is_netfilter(socket))
        for (size_t i = 0; i < message->msg_iovlen; i++)
            to_bridge(message->msg_iov[i].iov_base, message->msg_iov[i].iov_len);
    return real_sendmsg(socket, message, flags);
}

// A run time that finds libc's functions by dlsym would pass the ones above by.
void *dlsym(void *handle, const char *name)
{
    if (!real_dlsym)
        begin();
    void *found = real_dlsym(handle, name);
    return found && found == (void *)real_sendto ? (void *)sendto : found && found == (void *)real_sendmsg ? (void *)sendmsg : found;
}
