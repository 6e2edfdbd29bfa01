from __future__ import annotations

import time
from uuid import UUID

from data.ids import time_ordered_id


def test_ids_are_uuids_of_version_7_in_the_order_of_their_time() -> None:
    ids = []
    for _ in range(20):
        ids.append(time_ordered_id())
        time.sleep(0.002)
    assert ids == sorted(set(ids))
    assert {UUID(written).version for written in ids} == {7}
    assert {UUID(written).variant for written in ids} == {"specified in RFC 4122"}
