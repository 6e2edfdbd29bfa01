"""`pilah users`, `pilah keys` and other commands that change the ledger."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import httpx2 as httpx
import pytest

from service.ledger.database import open_ledger
from tests.service.running import serving

_PILAH = Path(sys.executable).with_name("pilah")


def _pilah(home: Path, *arguments: str, typed: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [_PILAH, *arguments],
        env=os.environ | {"PILAH_HOME": str(home)} | environment,
        input=typed,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_users_are_added_listed_and_disabled(tmp_path: Path) -> None:
    assert _pilah(tmp_path, "users", "add", "sari", "--role", "administrator", typed="kata-sandi-uji\n").returncode == 0
    assert _pilah(tmp_path, "users", "list").stdout == "sari\tadministrator\n"
    refused = _pilah(tmp_path, "users", "disable", "sari")
    assert (refused.returncode, "\nerror: " in refused.stderr) == (1, True)
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "typed", "said"),
    [
        (("users", "add", "sari"), "pendek\n", "10 to 200"),
        (("users", "add", "Sari W"), "kata-sandi-uji\n", "a-z"),
        (("users", "add", "sari", "--role", "boss"), "kata-sandi-uji\n", "officer"),
        (("keys", "revoke", "x"), "", "keys list"),
        (("retain",), "", "--days"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(
    tmp_path: Path, arguments: tuple[str, ...], typed: str, said: str
) -> None:
    open_ledger(f"sqlite:///{tmp_path / 'pilah.db'}").dispose()
    outcome = _pilah(tmp_path, *arguments, typed=typed)
    assert outcome.returncode == 1
    assert said in outcome.stderr
    lines = [line for line in outcome.stderr.splitlines() if not line.startswith("Ledger: ")]
    assert len(lines) == 1


def test_a_key_is_printed_once_and_listed_by_its_beginning(tmp_path: Path) -> None:
    secret = _pilah(tmp_path, "keys", "add", "SP4N").stdout.strip()
    listed = _pilah(tmp_path, "keys", "list").stdout
    assert secret[:10] in listed
    assert secret not in listed
    assert secret.encode() not in (tmp_path / "pilah.db").read_bytes()


def test_an_address_that_others_reach_is_not_served_before_somebody_can_sign_in(tmp_path: Path) -> None:
    outcome = _pilah(tmp_path, "serve", "--host", "0.0.0.0")  # noqa: S104 - it is refused
    assert outcome.returncode == 1
    assert "pilah users add" in outcome.stderr


def test_a_fresh_service_prints_a_link_for_the_first_administrator_and_none_after(tmp_path: Path) -> None:
    printed: list[str] = []
    for _ in range(2):
        with serving(tmp_path / "home", tmp_path / "log") as running:
            assert running.process.stdout is not None
            if not printed:
                printed.extend(running.process.stdout.readline() for _ in range(2))
                assert f"sqlite:///{tmp_path / 'home' / 'pilah.db'}" in printed[0]
                link = re.search(r"(http://127\.0\.0\.1:\d+/pengelola-pertama)\?kode=(\S+)", printed[1])
                assert link, printed
                form = {"kode": link[2], "nama": "rini", "sandi": "kata-sandi-uji", "sandi_lagi": "kata-sandi-uji"}
                assert httpx.post(link[1], data=form).status_code == 303
                assert link[2] not in running.log
            running.stop()
            assert "kode=" not in running.process.stdout.read()
