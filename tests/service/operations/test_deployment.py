"""The container files and the systemd unit. No container engine runs them here: they are read, and what they start is started."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from service.settings import Settings, variable

if TYPE_CHECKING:
    from collections.abc import Iterator

_PROJECT = Path(__file__).parents[3]
_DEPLOY = _PROJECT / "deploy"
_BIN = Path(sys.executable).parent
_NOBODY = 65_534
_VARIABLES = {variable(field) for field in Settings.model_fields}


def _instructions() -> list[tuple[str, str]]:
    """The Dockerfile as pairs of an instruction and its words, continued lines joined."""
    lines = re.sub(r"\\\n", " ", (_DEPLOY / "Dockerfile").read_text(encoding="utf-8")).splitlines()
    pairs = (line.strip().partition(" ") for line in lines if line.strip() and not line.startswith("#"))
    return [(name, words.strip()) for name, _, words in pairs]


def _last(name: str) -> str:
    return [words for instruction, words in _instructions() if instruction == name][-1]


def _environment() -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in shlex.split(_last("ENV")))


def _here(command: list[str]) -> list[str]:
    """A command of the container's, with the programs of this environment."""
    return [word.replace("/opt/pilah/bin", str(_BIN)) for word in command]


def test_the_image_copies_what_there_is_and_installs_by_hash_as_nobody_special() -> None:
    copied = [words.split()[:-1] for name, words in _instructions() if name == "COPY" and "--from" not in words]
    for source in (path for paths in copied for path in paths):
        assert (_PROJECT / source).exists(), source
    ignored = (_DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert {f"!{path}" for paths in copied for path in paths} <= set(ignored)
    assert any("--require-hashes -r requirements.lock" in words for name, words in _instructions() if name == "RUN")
    assert _last("USER") == "10001:10001"
    assert "://" not in "".join(words for _, words in _instructions() if "127.0.0.1" not in words)
    assert {name for name in _environment() if name.startswith("PILAH_")} <= _VARIABLES


def test_the_composition_has_a_database_two_workers_and_a_file_system_that_nobody_can_write() -> None:
    composition: dict[str, Any] = yaml.safe_load((_DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    database, pilah = composition["services"]["database"], composition["services"]["pilah"]
    assert database["image"].startswith("postgres:")
    assert pilah["environment"]["PILAH_WORKERS"] == "2"
    assert {name for name in pilah["environment"] if name.startswith("PILAH_")} <= _VARIABLES
    assert (pilah["read_only"], pilah["cap_drop"], pilah["tmpfs"]) == (True, ["ALL"], ["/tmp"])  # noqa: S108 - a mount
    assert (_DEPLOY / pilah["build"]["context"]).resolve() == _PROJECT
    assert (_PROJECT / pilah["build"]["dockerfile"]).is_file()
    named = {volume.split(":")[0] for service in (database, pilah) for volume in service["volumes"]}
    assert named == set(composition["volumes"])
    assert int(pilah["stop_grace_period"].rstrip("s")) > int(pilah["environment"]["PILAH_STOP_SECONDS"])
    assert all(port.startswith("127.0.0.1:") for port in pilah["ports"])


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze here")
def test_systemd_understands_the_unit_and_finds_it_closed(tmp_path: Path) -> None:
    unit = tmp_path / "pilah.service"
    text = (_DEPLOY / "pilah.service").read_text(encoding="utf-8")
    assert "/opt/pilah/bin/pilah serve" in text
    unit.write_text(text.replace("/opt/pilah/bin", str(_BIN)), encoding="utf-8")
    verified = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    assert (verified.returncode, "pilah.service" in verified.stderr) == (0, False), verified.stderr
    closed = ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(unit)]
    assert subprocess.run(closed, capture_output=True, check=False).returncode == 0


@pytest.fixture
def own_home(sample_home: Path) -> Iterator[Path]:
    """A home that belongs to the user that the service runs as, where that one can reach it."""
    with tempfile.TemporaryDirectory(prefix="pilah-deployment-") as folder:
        home = Path(folder) / "home"
        shutil.copytree(sample_home, home, ignore=shutil.ignore_patterns("*.db*"))
        if os.geteuid() == 0:
            for path in (Path(folder), home, *home.rglob("*")):
                os.chown(path, _NOBODY, _NOBODY)
        yield home


def _as_nobody() -> list[str]:
    """What makes a command run as a user without any right; nothing where the tests have none themselves."""
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("the tests run as root, and there is no setpriv to run as somebody else")
    prefix = ["setpriv", f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups", "--no-new-privs"]
    prefix += ["--inh-caps=-all", "--bounding-set=-all"]
    probe = [*prefix, str(_BIN / "python"), "-c", "import pilah"]
    if subprocess.run(probe, capture_output=True, cwd="/", check=False).returncode:
        pytest.skip("another user can't read this environment")
    return prefix


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def test_the_images_command_runs_as_another_user_writes_into_its_home_alone_and_answers_the_healthcheck(
    own_home: Path, tmp_path: Path
) -> None:
    prefix = _as_nobody()
    command = _here(json.loads(_last("ENTRYPOINT")) + json.loads(_last("CMD")))
    healthcheck = _here(json.loads(_last("HEALTHCHECK").partition("CMD ")[2]))
    # This machine's other users have no business with a test's service.
    listening = {"PILAH_HOME": str(own_home), "PILAH_HOST": "127.0.0.1", "PILAH_PORT": str(_free_port())}
    environment = {**_environment(), **listening, "PATH": os.environ["PATH"], "TMPDIR": str(own_home)}
    began = time.time()
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen([*prefix, *command], env=environment, cwd="/", stdout=log, stderr=log)
    try:
        until, healthy = time.monotonic() + 120, False
        while not healthy and process.poll() is None and time.monotonic() < until:
            outcome = subprocess.run(
                [*prefix, *healthcheck], env=environment, cwd="/", capture_output=True, check=False
            )
            healthy = outcome.returncode == 0
        assert healthy, (tmp_path / "log").read_text(encoding="utf-8")
        if prefix:
            assert f"Uid:\t{_NOBODY}" in Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
    finally:
        process.terminate()
        process.wait(timeout=60)
    assert (own_home / "pilah.db").is_file()
    rooms = [_PROJECT / room for room in ("data", "model", "training", "service")]
    assert not [path for room in rooms for path in room.rglob("*.py*") if path.stat().st_mtime > began and prefix]
    # Once it is gone the healthcheck says so.
    assert subprocess.run(
        [*prefix, *healthcheck], env=environment, cwd="/", capture_output=True, check=False
    ).returncode
