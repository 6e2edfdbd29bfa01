"""Passwords are hashed with the parameters of RFC 9106."""

from __future__ import annotations

from argon2 import PasswordHasher, Type
from argon2.profiles import RFC_9106_LOW_MEMORY

from service.ledger.access.accounts import production_hasher


def test_the_production_hasher_is_argon2id_with_64_mib_and_three_passes() -> None:
    hasher: PasswordHasher = production_hasher()
    assert (hasher.type, hasher.time_cost, hasher.memory_cost, hasher.parallelism) == (Type.ID, 3, 65_536, 4)
    assert (hasher.hash_len, hasher.salt_len) == (RFC_9106_LOW_MEMORY.hash_len, RFC_9106_LOW_MEMORY.salt_len)
