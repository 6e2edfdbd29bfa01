"""Codes in the source and sentences in the catalogue fit together."""

from __future__ import annotations

import ast
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING

from data.messages import Language, _catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROOT = Path(__file__).parents[3]
_AREAS = tuple(f"{area}." for area in {code.partition(".")[0] for code in _catalogue()})
_TREES = [
    (path.relative_to(_ROOT), ast.parse(path.read_text(encoding="utf-8")))
    for pattern in ("pilah.py", "data/**/*.py", "model/**/*.py", "training/**/*.py", "service/**/*.py")
    for path in sorted(_ROOT.glob(pattern))
]


def _text(node: ast.AST) -> str:
    """The text of a constant, or the fixed beginning of an f-string."""
    if isinstance(node, ast.JoinedStr) and node.values:
        node = node.values[0]
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _calls_with_codes() -> Iterator[tuple[str, str, set[str]]]:
    """Place, code and given fields of each call whose first argument is a code."""
    for path, tree in _TREES:
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
                continue
            code = _text(node.args[0])
            fields = {keyword.arg for keyword in node.keywords if keyword.arg}
            if code not in _catalogue() or len(fields) < len(node.keywords):
                continue
            if isinstance(node.func, ast.Attribute) and node.func.attr == "invalid":
                # data.office_csv.Row.invalid adds the row and the column.
                fields.add("where")
            yield f"{path}:{node.lineno}", code, fields


def _error_classes() -> set[str]:
    """The names of PilahError and all classes derived from it."""
    classes = [node for _, tree in _TREES for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    names, known = {"PilahError"}, 0
    while known < len(names):
        known = len(names)
        names |= {
            node.name for node in classes if names & {base.id for base in node.bases if isinstance(base, ast.Name)}
        }
    return names


def test_every_error_is_raised_by_code() -> None:
    errors = _error_classes()
    sentences = {
        f"{path}:{node.lineno}"
        for path, tree in _TREES
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in errors
        and node.args
        and isinstance(node.args[0], ast.Constant | ast.JoinedStr)
        and not _text(node.args[0]).startswith(_AREAS)
    }
    assert sentences == set()


def test_every_code_has_a_sentence() -> None:
    missing = {
        f"{path}:{node.lineno} {_text(node)}"
        for path, tree in _TREES
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and _text(node).startswith(_AREAS)
        and "-" in _text(node)
        and " " not in _text(node)
        and not _text(node).endswith(("-", ".toml", ".html", ".csv", ".json"))
        and _text(node) not in _catalogue()
    }
    assert missing == set()


def test_every_sentence_gets_its_fields() -> None:
    lacking = {}
    for place, code, given in _calls_with_codes():
        needed = {name for _, name, _, _ in Formatter().parse(_catalogue()[code][Language.ENGLISH]) if name}
        if needed - given:
            lacking[place] = code, needed - given
    assert lacking == {}


def test_every_sentence_is_used() -> None:
    texts = {_text(node) for _, tree in _TREES for node in ast.walk(tree)}
    beginnings = tuple(text for text in texts if text.startswith(_AREAS) and text.endswith(("-", ".")))
    used = {code for code in _catalogue() if code in texts or code.startswith(beginnings)}
    used |= {f"{code}-kind" for code in used}
    assert _catalogue().keys() - used == set()
