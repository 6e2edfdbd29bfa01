"""README and the guides: every command in them is one that Pilah has, most are run, and no link leads nowhere."""

from __future__ import annotations

import importlib.util
import json
import re
import shlex
import shutil
import sys
from dataclasses import dataclass
from importlib.resources import as_file
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from typer.main import get_command
from typer.testing import CliRunner

import data
from model.versions.office_home import Office
from pilah import COMMANDS, LazyCommand, app
from service.app import create_app
from service.settings import Settings
from training.batch.watched_folder import RESULT

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROOT = Path(__file__).parents[1]
_README = _ROOT / "README.md"
_PAGES = (_README, *sorted((_ROOT / "docs").glob("*.md")))
_FENCE = re.compile(r"^```(?P<language>\w*)\n(?P<block>.*?)^```", re.MULTILINE | re.DOTALL)
_MADE_UP_VERSION = re.compile(r"VERSION|\d{8}-\d{6}-[0-9a-f]{6}")
_NAMES = {"NAME": "kumham", "kota": "kumham"}
# Commands that are parsed and not run here, with what runs them instead.
_NOT_RUN = {
    "serve": "doesn't end; every test of the service is one of it",
    "demo": "doesn't end; the browser's tests look at the same desk",
    "start": "asks for an office without a model; tests/training/test_starting.py",
    "train": "takes its time; tests/training/test_pipeline.py",
    "check": "takes its time; tests/training/checking/test_check.py",
    "replay": "takes its time; tests/training",
    "promote": "asks for a second version; tests/training/evaluation/test_promotion.py",
    "rollback": "asks for a second version; tests/training/evaluation/test_promotion.py",
    "restore": "asks for a stopped service; the tests of backup restore",
    "backup": "the tests of backup run it on both databases",
    "doctor": "ends with 1 where a machine isn't set up; its own tests run it",
}


@dataclass(frozen=True)
class Command:
    """A command as a guide has it."""

    page: str
    words: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.page}: {shlex.join(self.words)[:80]}"


def _commands(program: str) -> list[Command]:
    return [
        Command(page.name, tuple(words))
        for page in _PAGES
        for block in _FENCE.finditer(page.read_text(encoding="utf-8"))
        if block["language"] in {"", "sh", "bash", "console"}
        for line in block["block"].replace("\\\n", " ").splitlines()
        if (words := _words(line)) and words[0] == program
    ]


def _words(line: str) -> list[str]:
    """A line's command without its prompt, its settings and its comment; nothing for what is no command."""
    try:
        words = shlex.split(line.removeprefix("$ "), comments=True)
    except ValueError:
        return []
    while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
        words = words[1:]
    if words and words[0] == "sudo":
        words = words[1:]
    return [Path(words[0]).name, *words[1:]] if words else []


_PILAH = _commands("pilah")
_CURL = _commands("curl")


def test_the_guides_have_commands_that_this_test_finds() -> None:
    assert len(_PILAH) >= 20
    assert len(_CURL) >= 2


@pytest.mark.parametrize("command", _PILAH, ids=str)
def test_a_command_in_the_guides_is_one_that_pilah_has(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PILAH_OFFICE", raising=False)
    group: Any = get_command(app)
    words = list(command.words[1:])
    context = group.context_class(group, info_name="pilah")
    # A group such as units does something without a subcommand too.
    while hasattr(group, "commands") and not (group.invoke_without_command and words[0].startswith("-")):
        assert words[0] in group.commands, f"there is no pilah {words[0]}"
        group = group.commands[words.pop(0)]
        group = group.load() if isinstance(group, LazyCommand) else group
    # "FILE..." stands for one or several.
    group.make_context("pilah", [word.removesuffix("...") for word in words], parent=context)


@pytest.fixture(scope="module")
def home(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of the guides' own, with the sample office in it."""
    folder = tmp_path_factory.mktemp("guides")
    shutil.copytree(sample_home, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.db*", "uploads"))
    return folder


@pytest.mark.parametrize("command", [command for command in _PILAH if command.words[1] not in _NOT_RUN], ids=str)
def test_a_command_in_the_guides_does_what_it_says(
    command: Command, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PILAH_HOME", str(home))
    # One folder for all: a guide's next command reads what the one before it wrote.
    folder = home / "work"
    folder.mkdir(exist_ok=True)
    monkeypatch.chdir(folder)
    version = Office(home, "kumham").champion() or ""
    words = [_real(word, version, folder) for word in command.words[1:]]
    if words[0] == "watch":
        words += ["--once", "--interval", "0.05"]  # it would go on for ever
    outcome = CliRunner().invoke(app, words, input="kata-sandi-uji\nkata-sandi-uji\n")
    # 2 is an alarm of `pilah drift`, which is an answer.
    allowed = {0, 2} if words[0] == "drift" else {0}
    assert outcome.exit_code in allowed, f"{outcome.output}\n{outcome.exception!r}"


def _real(word: str, version: str, folder: Path) -> str:
    """What a reader would put in the place of a guide's example."""
    word = _NAMES.get(word.removesuffix("..."), word.removesuffix("..."))
    if _MADE_UP_VERSION.fullmatch(word):
        return version
    name = Path(word).name
    if word in {"FOLDER", "masuk"}:
        (folder / word).mkdir(exist_ok=True)
        return word
    is_export = word == "FILE" or (name == word and Path(word).suffix in {".csv", ".xlsx"} and RESULT not in name)
    if is_export and not (folder / name).exists():
        with as_file(data.sample_office("kumham")) as sample:
            shutil.copyfile(sample / "complaints.csv", folder / name)
    return name if Path(word).is_absolute() else word


@pytest.fixture(scope="module")
def client(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    database = tmp_path_factory.mktemp("curl") / "pilah.db"
    settings = Settings(home=sample_home, database_url=SecretStr(f"sqlite:///{database}"))
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        yield client


def test_each_curl_command_of_the_guides_is_answered(client: TestClient) -> None:
    for command in _CURL:
        sent = _curl(command.words)
        answer = client.request(sent["method"], sent["url"], content=sent["content"], headers=sent["headers"])
        assert answer.status_code < 300, f"{command}: {answer.text}"


def _curl(words: tuple[str, ...]) -> dict[str, Any]:
    """What a curl command sends."""
    parsed: dict[str, Any] = {"method": "GET", "content": None, "headers": {}, "url": ""}
    rest = iter(words[1:])
    for word in rest:
        if word == "-H":
            name, _, value = next(rest).partition(": ")
            parsed["headers"][name] = value
        elif word in {"-d", "--data", "--data-binary"}:
            content = next(rest)
            json.loads(content)
            parsed |= {"content": content, "method": "POST"}
        elif word == "-X":
            parsed["method"] = next(rest)
        elif not word.startswith("-"):
            parsed["url"] = word
    return parsed


def test_readme_has_every_command() -> None:
    readme = _README.read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"pilah {name}" not in readme] == []


def test_the_site_is_built_and_no_link_leads_nowhere(tmp_path: Path) -> None:
    found = importlib.util.spec_from_file_location("docs_build", _ROOT / "docs" / "build.py")
    assert found
    assert found.loader
    build = importlib.util.module_from_spec(found)
    sys.modules[found.name] = build  # dataclasses look their module up there
    found.loader.exec_module(build)
    count = build.build(tmp_path / "site")
    pages = sorted((tmp_path / "site").rglob("*.html"))
    assert len(pages) == count
    for page in pages:
        html = page.read_text(encoding="utf-8")
        assert "<script" not in html
        assert not re.search(r'(?:src|rel="stylesheet" href)="(?:https?:)?//', html), page.name
