"""The output of commands: every sentence that a command names exists, and every sentence is named by a command."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

from data.messages import Language, _catalogue
from training.commands import output

if TYPE_CHECKING:
    import pytest

_ROOT = Path(__file__).parents[3]
_AREA = "commands."
_SOURCES = [_ROOT / "pilah.py", *sorted((_ROOT / "training").rglob("*.py"))]
_CODES = {code.removeprefix(_AREA) for code in _catalogue() if code.startswith(_AREA)}


def _nodes() -> list[ast.AST]:
    return [node for path in _SOURCES for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))]


def test_every_code_that_a_command_prints_has_a_sentence() -> None:
    printed = {
        argument.value
        for node in _nodes()
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        for argument in (node.args if node.func.id == "new_table" else node.args[:1])
        if node.func.id in {"say", "label", "new_table"} and isinstance(argument, ast.Constant) and argument.value
    }
    assert len(printed) > 50
    assert printed - _CODES == set()


def test_every_sentence_of_commands_is_printed() -> None:
    texts = {node.value for node in _nodes() if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    codes = {text.removeprefix(_AREA) for text in texts}
    # An f-string such as f"status-{status}" names every code that begins with its text.
    beginnings = tuple(code for code in codes if code.endswith("-") and len(code) > len("to-"))
    assert {code for code in _CODES if code not in codes and not code.startswith(beginnings)} == set()


def test_a_share_has_three_decimals_or_is_a_dash(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [output.share(0.74614), output.share(None)] == ["0.746", "-"]
    monkeypatch.setattr(output, "terminal_language", lambda: Language.INDONESIAN)
    assert output.share(0.74614) == "0,746"
