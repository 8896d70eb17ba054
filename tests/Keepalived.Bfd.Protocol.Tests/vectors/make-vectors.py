#!/usr/bin/env python3
"""Makes control packets by RFC 5880 section 4 without any code of the project.

    ./make-vectors.py          writes packets.tsv beside itself
    ./make-vectors.py --check  fails when it is not what it would write

Columns: name, type (0..5), key id, secret (hex), sequence, version word fields (diag state poll final demand mult),
my discriminator, your discriminator, tx, rx, echo rx (microseconds), packet (hex).
"""
import hashlib
import pathlib
import struct
import sys

DIGEST = {2: hashlib.md5, 3: hashlib.md5, 4: hashlib.sha1, 5: hashlib.sha1}


def header(diag, state, poll, final, demand, auth, mult, length, mine, yours, tx, rx, echo):
    flags = state << 6 | poll << 5 | final << 4 | auth << 2 | demand << 1
    return struct.pack("!BBBBIIIII", 1 << 5 | diag, flags, mult, length, mine, yours, tx, rx, echo)


def packet(kind, key, secret, sequence, *fields):
    diag, state, poll, final, demand, mult, *rest = fields
    if kind == 0:
        return header(diag, state, poll, final, demand, 0, mult, 24, *rest)
    if kind == 1:
        section = struct.pack("!BBB", 1, 3 + len(secret), key) + secret
        return header(diag, state, poll, final, demand, 1, mult, 24 + len(section), *rest) + section
    size = DIGEST[kind]().digest_size
    before = header(diag, state, poll, final, demand, 1, mult, 24 + 8 + size, *rest) + struct.pack("!BBBBI", kind, 8 + size, key, 0, sequence)
    return before + DIGEST[kind](before + secret.ljust(size, b"\0")).digest()


UP = (0, 3, 0, 0, 0, 3, 0xA0A0A0A0, 0x01020304, 50000, 50000, 0)
DOWN = (1, 1, 0, 0, 0, 5, 0xDEADBEEF, 0, 1000000, 10000, 50000)
POLL = (7, 3, 1, 0, 0, 255, 1, 0xFFFFFFFF, 1, 4294967295, 4294967295)
FINAL = (3, 2, 0, 1, 1, 1, 0x80000000, 2, 300000, 0, 0)

ROWS = [
    ("plain-up", 0, 0, b"", 0, *UP),
    ("plain-down", 0, 0, b"", 0, *DOWN),
    ("plain-poll", 0, 0, b"", 0, *POLL),
    ("plain-final-demand", 0, 0, b"", 0, *FINAL),
    ("password-short", 1, 0, b"x", 0, *UP),
    ("password-long", 1, 255, b"sixteen letters!", 0, *DOWN),
    ("md5", 2, 1, b"secret", 7, *UP),
    ("md5-whole-key", 2, 9, b"sixteen letters!", 0xFFFFFFFF, *POLL),
    ("md5-meticulous", 3, 2, b"secret", 0x12345678, *DOWN),
    ("sha1", 4, 3, b"secret", 1, *UP),
    ("sha1-whole-key", 4, 0, b"exactly twenty chars", 0x80000000, *FINAL),
    ("sha1-meticulous", 5, 255, bytes(range(1, 21)), 0, *POLL),
]

def table():
    lines = ["# made by make-vectors.py"]
    for name, kind, key, secret, sequence, *fields in ROWS:
        columns = [name, kind, key, secret.hex(), sequence, *fields, packet(kind, key, secret, sequence, *fields).hex()]
        lines.append("\t".join(map(str, columns)))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    target = pathlib.Path(__file__).with_name("packets.tsv")
    if "--check" in sys.argv:
        sys.exit(target.read_text() != table())
    target.write_text(table())
