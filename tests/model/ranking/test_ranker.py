"""The ranking of units for a text, and the likeliest topic of a part of a text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from model.complaint import Complaint
from model.ranking.topics import topic_of
from model.versions.office_home import Office

if TYPE_CHECKING:
    from pathlib import Path

    from model.router import Router


@pytest.fixture(scope="module")
def router(sample_home: Path) -> Router:
    return Office(sample_home, "kumham").load_champion()[0]


def test_the_likeliest_topic_is_that_of_the_first_unit(router: Router) -> None:
    texts = [
        Complaint("Laporan penganiayaan saya di polres belum ditindaklanjuti penyidik polisi"),
        Complaint("Sertifikat tanah saya belum terbit di kantor pertanahan padahal semua berkas sudah lengkap"),
    ]
    ranking = router._ranking  # noqa: SLF001 - no public way: a router answers with confidences
    found = ranking.likeliest_topics(texts)
    ranked = ranking.rank_many(texts, units=1, categories=0)
    assert [topic for topic, _ in found] == [topic_of(each.units[0].unit_id, router.units) for each in ranked]
    assert all(0.5 < probability <= 1 for _, probability in found)
    assert ranking.likeliest_topics([]) == []
