"""Ids that sort by the time they were made."""

from __future__ import annotations

import secrets
import time


def time_ordered_id() -> str:
    """A UUID of version 7 (RFC 9562): sortable by time, so that a database's index grows at its end."""
    value = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    written = f"{value:032x}"
    return f"{written[:8]}-{written[8:12]}-{written[12:16]}-{written[16:20]}-{written[20:]}"
