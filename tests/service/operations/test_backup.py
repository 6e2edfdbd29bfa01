"""An installation in one file and back, on either database, and what is done with a file that isn't whole."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import make_url, text

from data.errors import PilahError
from model.errors import ArtifactTampered
from model.versions.artifact import CARD
from service.app import create_app
from service.errors import BackupUnusable
from service.ledger.access.accounts import open_accounts
from service.ledger.database import Database, connect, migrate, open_ledger
from service.operations.backup import MANIFEST, back_up
from service.operations.ledger_dump import rows_out, snapshot, tables_of
from service.operations.restore import restore
from service.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PILAH = Path(sys.executable).with_name("pilah")
_OTHER = {"sqlite": "postgresql", "postgresql": "sqlite"}
PASSWORD = "kata-sandi-uji"  # noqa: S105 - of an invented user
KEY = "kunci-tanda-tangan"


def _settings(home: Path, url: str = "", key: str = "") -> Settings:
    return Settings(home=home, database_url=SecretStr(url), signing_key=SecretStr(key))


def _client(settings: Settings) -> TestClient:
    return TestClient(create_app(settings), base_url="http://127.0.0.1", follow_redirects=False)


@pytest.fixture(scope="module")
def filled(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """An installation on SQLite that has been worked with; tests read it only."""
    home = tmp_path_factory.mktemp("filled") / "home"
    shutil.copytree(sample_home, home, ignore=shutil.ignore_patterns("*.db*", "trainings", "uploads"))
    (home / "offices" / "kumham").mkdir(parents=True, exist_ok=True)
    (home / "offices" / "kumham" / "holidays.csv").write_text(
        "date,name,working\n2026-12-24,Cuti bersama,no\n", encoding="utf-8"
    )
    settings = _settings(home)
    _work(settings)
    return settings


@pytest.fixture(scope="module")
def archive(filled: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole backup of it."""
    path = tmp_path_factory.mktemp("backup") / "pilah.tar.gz"
    back_up(filled, path)
    return path


def _work(settings: Settings) -> None:
    with _client(settings) as client:
        for reference in ("B-1", "B-2", "B-3"):
            words = f"laporan {reference} “di polres” belum ada kejelasan 😀\nbaris kedua"
            body = {"text": words, "reference_id": reference, "confidential": reference == "B-3"}
            assert client.post("/v1/predictions", json=body).status_code == 200
        unit = client.get("/v1/units").json()["units"][0]["id"]
        for reference in ("B-1", "B-2"):
            assert client.post("/v1/decisions", json={"reference_id": reference, "unit": unit}).status_code == 201
        client.post("/v1/returns", json={"reference_id": "B-2", "reason": "bukan wewenang"})
        with open_accounts(client.app.state.database) as accounts:  # type: ignore[attr-defined]
            accounts.add_user("rini", "administrator", PASSWORD, "test")


def _rows(settings: Settings) -> dict[str, list[str]]:
    engine = open_ledger(settings.ledger_url)
    with snapshot(engine) as connection:
        rows = {table.name: sorted(rows_out(connection, table)) for table in tables_of(connection)}
    engine.dispose()
    return rows


def _files(home: Path) -> dict[str, str]:
    return {
        path.relative_to(home).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(home.rglob("*"))
        if path.is_file() and ".db" not in path.name and not path.name.startswith(".")
    }


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_an_installation_comes_back_from_either_database_on_the_other(
    filled: Settings, archive: Path, tmp_path: Path, new_database: Callable[[str], str], kind: str
) -> None:
    first = _settings(tmp_path / "first", new_database(kind))
    restore(archive, first)
    second = _settings(tmp_path / "second", new_database(_OTHER[kind]))
    back_up(first, tmp_path / "again.tar.gz")
    restored = restore(tmp_path / "again.tar.gz", second)
    assert _rows(filled) == _rows(first) == _rows(second)
    assert _files(filled.home) == _files(second.home)
    assert restored.rows == sum(map(len, _rows(filled).values()))
    with _client(second) as client:
        answer = client.post("/masuk", data={"nama": "rini", "sandi": PASSWORD})
        assert answer.status_code == 303
        with open_accounts(client.app.state.database) as accounts:  # type: ignore[attr-defined]
            key = accounts.add_key("LAPOR", "test")
        client.headers["Authorization"] = f"Bearer {key}"
        found = client.get("/v1/complaints/B-2").json()
        assert (found["waiting"], len(found["decisions"])) == (True, 1)
        # Numbers go on after those that came back.
        assert client.post("/v1/predictions", json={"text": "paspor saya", "reference_id": "B-4"}).status_code == 200
        unit = client.get("/v1/units").json()["units"][0]["id"]
        assert client.post("/v1/decisions", json={"reference_id": "B-4", "unit": unit}).status_code == 201


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_backup_of_an_earlier_schema_is_brought_forward(
    tmp_path: Path, new_database: Callable[[str], str], kind: str
) -> None:
    old = _settings(tmp_path / "old", new_database(kind))
    engine = connect(make_url(old.ledger_url))
    migrate(engine, "0001")
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO complaints (id, office, reference_id, revision, received_at, stored_at, waiting, title, text, "
                "confidential, fields) VALUES ('c1', 'kumham', 'L-1', 1, :now, :now, :yes, '', 'paspor', :no, '{}')"
            ),
            {"now": datetime.now(UTC).replace(tzinfo=None), "yes": True, "no": False},
        )
    engine.dispose()
    back_up(old, tmp_path / "old.tar.gz")
    new = _settings(tmp_path / "new", new_database(_OTHER[kind]))
    assert restore(tmp_path / "old.tar.gz", new).rows == 1
    assert '"group_id": "c1"' in _rows(new)["complaints"][0]


def test_what_is_written_meanwhile_is_whole_or_not_in_the_backup(filled: Settings, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(filled.home, home)
    settings = _settings(home)
    engine = open_ledger(settings.ledger_url)
    with snapshot(engine) as connection:
        before = [line for table in tables_of(connection) for line in rows_out(connection, table)]
        with open_accounts(Database(engine, "kumham")) as accounts:
            accounts.add_key("B-9", "test")
        assert [line for table in tables_of(connection) for line in rows_out(connection, table)] == before
    engine.dispose()
    assert "B-9" in str(_rows(settings))


def test_an_installation_that_is_there_is_restored_over_only_when_told(archive: Path, tmp_path: Path) -> None:
    settings = _settings(tmp_path / "home")
    (settings.home / "offices" / "kumham").mkdir(parents=True)
    (settings.home / "offices" / "kumham" / "units.csv").write_text("yang lama", encoding="utf-8")
    with pytest.raises(PilahError, match="--replace"):
        restore(archive, settings)
    assert _files(settings.home) == {"offices/kumham/units.csv": _files(settings.home)["offices/kumham/units.csv"]}
    shutil.rmtree(settings.home)
    restore(archive, settings)
    with _client(settings) as client:
        client.post("/v1/predictions", json={"text": "paspor saya", "reference_id": "B-7"})
    shutil.rmtree(settings.home / "models")
    shutil.rmtree(settings.home / "history")
    shutil.rmtree(settings.home / "offices")
    with pytest.raises(PilahError, match="rows already"):
        restore(archive, settings)
    (settings.home / "offices").mkdir()
    (settings.home / "offices" / "catatan.txt").write_text("yang lama", encoding="utf-8")
    restore(archive, settings, replace=True)
    assert "B-7" not in str(_rows(settings))
    (kept,) = settings.home.glob("before-restore-*/offices/catatan.txt")
    assert kept.read_text(encoding="utf-8") == "yang lama"


def test_a_backup_is_never_written_over_unless_told_and_is_for_its_owners_eyes(
    archive: Path, filled: Settings, tmp_path: Path
) -> None:
    copy = tmp_path / "pilah.tar.gz"
    shutil.copy(archive, copy)
    with pytest.raises(PilahError, match="--replace"):
        back_up(filled, copy)
    back_up(filled, copy, replace=True)
    assert copy.stat().st_mode & 0o077 == 0
    with pytest.raises(PilahError, match="no folder"):
        back_up(filled, tmp_path / "nowhere" / "x")


def _members(archive: Path) -> Iterator[tuple[tarfile.TarInfo, bytes]]:
    with tarfile.open(archive) as source:
        for member in source:
            content = source.extractfile(member)
            yield member, content.read() if content else b""


def _rewritten(archive: Path, target: Path, change: Callable[[dict[str, bytes]], None], *, seal: bool = False) -> Path:
    """The archive with its files changed; with `seal` its manifest names them as they are then."""
    files = {member.name: content for member, content in _members(archive)}
    change(files)
    if seal:
        manifest = json.loads(files[MANIFEST])
        manifest["sha256"] = {
            name: hashlib.sha256(content).hexdigest() for name, content in files.items() if name != MANIFEST
        }
        files[MANIFEST] = json.dumps(manifest).encode()
    with tarfile.open(target, "w:gz", compresslevel=1) as out:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            out.addfile(member, io.BytesIO(content))
    return target


def _without(name: str) -> Callable[[dict[str, bytes]], None]:
    return lambda files: files.__delitem__(name)


def _model_card(files: dict[str, bytes]) -> None:
    name = next(name for name in files if name.endswith(f"/{CARD}"))
    files[name] = files[name].replace(b"kumham", b"kumhan", 1)


def _newer(files: dict[str, bytes]) -> None:
    files[MANIFEST] = json.dumps(json.loads(files[MANIFEST]) | {"schema": "9999"}).encode()


@pytest.mark.parametrize(
    ("change", "seal", "said"),
    [
        (lambda files: files.update({"../outside": b"x"}), True, "no backup of Pilah's does"),
        (lambda files: files.update({"/models/outside": b"x"}), True, "no backup of Pilah's does"),
        (lambda files: files.update({"models/../../outside": b"x"}), True, "no backup of Pilah's does"),
        (lambda files: files.update({"elsewhere/x": b"x"}), True, "no backup of Pilah's does"),
        (lambda files: files.update({"models/kumham/more": b"x"}), False, "changed after it was made"),
        (lambda files: files.update({"ledger/users.jsonl": b""}), False, "changed after it was made"),
        (lambda files: files.update({"ledger/users.jsonl": b"{}\n"}), True, "can't be read"),
        (_without("ledger/users.jsonl"), True, "aren't those of its schema"),
        (_without(MANIFEST), False, "no whole backup"),
        (_newer, False, "newer"),
    ],
)
def test_a_backup_that_was_tampered_with_restores_nothing(
    archive: Path, tmp_path: Path, change: Callable[[dict[str, bytes]], None], said: str, *, seal: bool
) -> None:
    _refused(_rewritten(archive, tmp_path / "x.tar.gz", change, seal=seal), tmp_path, said)


def test_a_model_that_was_exchanged_is_not_restored_though_the_archive_holds_together(
    archive: Path, tmp_path: Path
) -> None:
    changed = _rewritten(archive, tmp_path / "x.tar.gz", _model_card, seal=True)
    with pytest.raises(ArtifactTampered):
        restore(changed, _settings(tmp_path / "home"))
    assert _files(tmp_path / "home") == {}


def test_a_link_or_a_device_in_a_backup_restores_nothing(archive: Path, tmp_path: Path) -> None:
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE):
        with tarfile.open(tmp_path / "x.tar.gz", "w:gz") as out:
            member = tarfile.TarInfo("models/kumham")
            member.type, member.linkname = kind, "/etc"
            out.addfile(member)
        _refused(tmp_path / "x.tar.gz", tmp_path, "no backup of Pilah's does")
    assert archive.is_file()


@pytest.mark.parametrize("share", [0.0, 0.3, 0.999])
def test_a_backup_that_was_cut_short_restores_nothing(archive: Path, tmp_path: Path, share: float) -> None:
    whole = archive.read_bytes()
    (tmp_path / "x.tar.gz").write_bytes(whole[: int(len(whole) * share)])
    _refused(tmp_path / "x.tar.gz", tmp_path, "no whole backup")


def _refused(source: Path, tmp_path: Path, said: str) -> None:
    settings = _settings(tmp_path / "home")
    with pytest.raises(BackupUnusable, match=said):
        restore(source, settings)
    assert _files(settings.home) == {}
    assert not (tmp_path / "outside").exists()
    assert not any(_rows(settings).values())


def test_with_a_key_only_a_backup_signed_with_it_is_restored(filled: Settings, archive: Path, tmp_path: Path) -> None:
    with pytest.raises(BackupUnusable, match="PILAH_SIGNING_KEY"):
        restore(archive, _settings(tmp_path / "home", key=KEY))
    ours = tmp_path / "signed.tar.gz"
    back_up(filled.model_copy(update={"signing_key": SecretStr(KEY)}), ours)
    with pytest.raises(BackupUnusable, match="PILAH_SIGNING_KEY"):
        restore(ours, _settings(tmp_path / "home", key=KEY + "x"))
    # The models in it were trained without a key, so with one they aren't trusted either.
    with pytest.raises(ArtifactTampered, match="signature"):
        restore(ours, _settings(tmp_path / "home", key=KEY))


def test_what_goes_wrong_at_the_very_end_leaves_home_and_database_as_they_were(
    filled: Settings, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(filled.home, tmp_path / "home")
    settings = _settings(tmp_path / "home")
    before = (_files(settings.home), _rows(settings))
    rename = Path.rename

    def full(source: Path, target: Path) -> Path:
        if target == settings.home / "offices" and "before-restore" not in str(source):
            raise OSError(28, "No space left on device")
        return rename(source, target)

    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(OSError, match="No space left"):
        restore(archive, settings, replace=True)
    monkeypatch.undo()
    assert (_files(settings.home), _rows(settings)) == before


def test_a_backup_that_is_killed_leaves_no_half_file(filled: Settings, tmp_path: Path) -> None:
    target = tmp_path / "pilah.tar.gz"
    (tmp_path / "home").mkdir()
    shutil.copytree(filled.home, tmp_path / "home", dirs_exist_ok=True)
    # Something that takes a while to write.
    with (tmp_path / "home" / "offices" / "large.bin").open("wb") as file:
        file.write(os.urandom(1 << 20) * 40)
    environment: dict[str, Any] = os.environ | {"PILAH_HOME": str(tmp_path / "home")}
    process = subprocess.Popen([_PILAH, "backup", str(target)], env=environment)
    until = time.monotonic() + 120
    while not list(tmp_path.glob(".unfinished-*")) and process.poll() is None and time.monotonic() < until:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert not target.exists()
