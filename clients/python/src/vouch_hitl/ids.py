"""Ids of logs, made by the sender."""

from __future__ import annotations

import os
import time

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def new_log_id() -> str:
    """A new log id: a TypeID over a UUIDv7, which sorts by time.

    Whoever chooses the id of a log can name it before it is sent, and send it again safely.
    """
    number = int(time.time() * 1000) << 80 | int.from_bytes(os.urandom(10), "big")
    number = number & ~(0xF << 76) | 0x7 << 76  # version 7
    number = number & ~(0x3 << 62) | 0x2 << 62  # the variant of RFC 9562
    digits = (_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))
    return "log_" + "".join(digits)
