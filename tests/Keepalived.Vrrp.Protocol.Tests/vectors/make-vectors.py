#!/usr/bin/env python3
"""Makes auth-hmac.tsv and auth-ah.tsv from the description of the wire, with nothing but Python's own hmac.

Written independently of the C#: it builds every packet itself, so that a mistake has to be made twice to stay unseen.
    ./make-vectors.py          writes the files beside it
    ./make-vectors.py --check  fails when they are not what it would write
"""
import hashlib
import hmac
import ipaddress
import pathlib
import struct
import sys

HERE = pathlib.Path(__file__).parent


def ones_complement(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def message(version, source, destination, router, priority, interval, addresses, auth_type=0, trailer=b""):
    """An advertisement with its checksum; interval in seconds (2) or centiseconds (3)."""
    packed = [ipaddress.ip_address(a).packed for a in addresses]
    middle = struct.pack("!BB", auth_type, interval) if version == 2 else struct.pack("!H", interval)
    four = source.version == 4
    tail = b"".join(packed) + (bytes(8) if version == 2 and four else b"")
    head = struct.pack("!BBBB", version << 4 | 1, router, priority, len(packed)) + middle
    body = head + b"\0\0" + tail
    if not four:
        covered = body + trailer
        pseudo = source.packed + destination.packed + struct.pack("!IBBBB", len(covered), 0, 0, 0, 112)
        value = ones_complement(pseudo + covered)
    elif version == 3:
        value = ones_complement(source.packed + destination.packed + struct.pack("!BBH", 0, 112, len(body)) + body)
    else:
        value = ones_complement(body)
    return head + struct.pack("!H", value) + tail


def ip_header(source, destination, payload_length, protocol, ttl, identification):
    fields = [0x45, 0xC0, 20 + payload_length, identification, 0, ttl, protocol, 0, source.packed, destination.packed]
    fields[7] = ones_complement(struct.pack("!BBHHHBBH4s4s", *fields))
    return struct.pack("!BBHHHBBH4s4s", *fields)


def trailer(key_id, key, stamp, source, unsigned):
    """unsigned: the message; its checksum is taken out here."""
    seconds, fraction, counter = stamp
    first = struct.pack("!BBHIHH", 1, key_id, 0, seconds, fraction, counter)
    cover = struct.pack("!BBBB", source.version, unsigned[0] >> 4, unsigned[1], 0) + source.packed.ljust(16, b"\0")
    covered = cover + unsigned[:6] + b"\0\0" + unsigned[8:] + first + bytes(16)
    return first + hmac.new(key, covered, hashlib.sha256).digest()[:16]


TEXT_KEY = b"0123456789abcdef0123456789abcdef"
LONG_KEY = bytes(range(64))
HMAC_CASES = [
    # name, version, source, destination, router, priority, interval, addresses, key id, key, (seconds, fraction, counter)
    ("v3-ipv4-multicast", 3, "10.91.0.1", "224.0.0.18", 52, 200, 50, ["10.91.0.102"], 1, TEXT_KEY, (1795249431, 0x8000, 0)),
    ("v3-ipv4-unicast", 3, "10.91.0.1", "10.91.0.2", 54, 101, 100, ["10.91.0.104"], 255, LONG_KEY, (1795249431, 0xFFFF, 0xFFFF)),
    ("v3-ipv4-leaving", 3, "10.91.0.1", "224.0.0.18", 52, 0, 50, ["10.91.0.102"], 1, TEXT_KEY, (1795249431, 0x8000, 1)),
    ("v3-ipv4-no-address", 3, "10.91.0.1", "224.0.0.18", 1, 1, 4095, [], 7, TEXT_KEY, (0, 0, 0)),
    ("v3-ipv6-multicast", 3, "fe80::a", "ff02::12", 53, 120, 100, ["fe80::53", "fd91::53"], 2, LONG_KEY, (1795249432, 1, 2)),
    ("v3-ipv6-unicast", 3, "fd91::1", "fd91::2", 53, 120, 100, ["fd91::53"], 2, LONG_KEY, (0xFFFFFFFF, 0, 0)),
    ("v2-ipv4-multicast", 2, "10.91.0.1", "224.0.0.18", 51, 150, 1, ["10.91.0.100", "10.91.0.101"], 3, TEXT_KEY, (1795249433, 0x1234, 0)),
    ("v2-ipv6-multicast", 2, "fe80::a", "ff02::12", 53, 120, 1, ["fe80::53"], 3, TEXT_KEY, (1795249434, 0, 0)),
]
AH_CASES = [
    # name, source, destination, ttl, router, priority, interval, addresses, password, sequence, identification
    ("multicast", "10.91.0.1", "224.0.0.18", 255, 51, 150, 1, ["10.91.0.100", "10.91.0.101"], b"secret1", 1, 1),
    ("unicast", "10.91.0.1", "10.91.0.2", 255, 52, 150, 1, ["10.91.0.110", "10.91.0.111"], b"secret1", 1, 1),
    ("unicast-ttl", "10.91.0.1", "10.91.0.2", 64, 52, 1, 255, [], b"x", 0xFFFFFFFE, 0xBEEF),
    ("eight-bytes", "10.91.0.1", "224.0.0.18", 255, 255, 0, 1, ["10.91.0.100"], b"12345678", 0x01020304, 65535),
]


def hmac_lines():
    yield "# name version source destination router priority interval addresses key-id key seconds fraction counter packet"
    for name, version, source, destination, router, priority, interval, addresses, key_id, key, stamp in HMAC_CASES:
        a, b = ipaddress.ip_address(source), ipaddress.ip_address(destination)
        unsigned = message(version, a, b, router, priority, interval, addresses)
        signed = trailer(key_id, key, stamp, a, unsigned)
        packet = message(version, a, b, router, priority, interval, addresses, trailer=signed) + signed
        if a.version == 4:
            packet = ip_header(a, b, len(packet), 112, 255, 1) + packet
        yield "\t".join(str(f) for f in (name, version, source, destination, router, priority, interval, ",".join(addresses) or "-", key_id, key.hex(), *stamp, packet.hex()))


def ah_lines():
    yield "# name source destination ttl router priority interval addresses password sequence identification packet"
    for name, source, destination, ttl, router, priority, interval, addresses, password, sequence, identification in AH_CASES:
        a, b = ipaddress.ip_address(source), ipaddress.ip_address(destination)
        body = message(2, a, b, router, priority, interval, addresses, auth_type=2)
        header = ip_header(a, b, 24 + len(body), 51, ttl, identification)
        before = struct.pack("!BBH4sI", 112, 4, 0, a.packed, sequence)
        immutable = bytearray(header)
        immutable[1] = 0
        immutable[6:8] = immutable[10:12] = b"\0\0"
        if not b.is_multicast:
            immutable[8] = 0
        digest = hmac.new(password, bytes(immutable) + before + bytes(12) + body, hashlib.md5).digest()[:12]
        yield "\t".join(str(f) for f in (name, source, destination, ttl, router, priority, interval, ",".join(addresses) or "-", password.hex(), sequence, identification, (header + before + digest + body).hex()))


def main():
    stale = False
    for file, lines in (("auth-hmac.tsv", hmac_lines()), ("auth-ah.tsv", ah_lines())):
        text = "\n".join(lines) + "\n"
        path = HERE / file
        if "--check" in sys.argv:
            stale |= not path.exists() or path.read_text() != text
        else:
            path.write_text(text)
    sys.exit(f"{HERE} has other vectors than this script makes" if stale else 0)


main()
