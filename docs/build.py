"""The documentation as a small site: every Markdown file here, README and data/README.md, as pages that need no network.

Usage: python docs/build.py [TARGET], site/ without one. A link that leads nowhere ends it with a sentence.
"""

from __future__ import annotations

import posixpath
import re
import shutil
import sys
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.token import Token

ROOT = Path(__file__).resolve().parents[1]
_DOCS = ROOT / "docs"
_INDONESIAN = {"docs/petugas.md", "docs/pelatih.md"}
_GUIDES = ("petugas", "pelatih", "integrator", "operator")
_PARSER = MarkdownIt("commonmark").enable("table")
# What GitHub leaves out of a heading's address.
_NOT_IN_ADDRESSES = re.compile(r"[^\w\- ]")
_SOURCES = ("README.md", "data/README.md", "CHANGELOG.md")


class DocsBroken(Exception):
    """A page holds a link that leads nowhere."""


@dataclass(frozen=True, slots=True)
class Page:
    """A Markdown file by its path from the root, and what it holds."""

    source: str
    title: str
    anchors: frozenset[str]
    tokens: list[Token]

    @property
    def target(self) -> str:
        """Where its page stands in the site."""
        inside = self.source.removeprefix("docs/")
        if inside == "README.md":
            return "index.html"
        return inside.replace("README.md", "index.html").removesuffix(".md").removesuffix(".html") + ".html"


def build(target: Path) -> int:
    """Write the site into a folder, which is made anew; gives the number of pages.

    Raises:
        DocsBroken: links lead nowhere; the message names each.
    """
    pages = {page.source: page for page in map(_read, _sources())}
    copied: set[str] = set()
    faults: list[str] = []
    written = {page.target: _html(page, pages, copied, faults) for page in pages.values()}
    if faults:
        raise DocsBroken("\n".join(faults))
    shutil.rmtree(target, ignore_errors=True)
    for name, html in written.items():
        _put(target / name, html.encode())
    for name in sorted(copied):
        _put(target / name.removeprefix("docs/"), (ROOT / name).read_bytes())
    _put(target / "site.css", (_DOCS / "site.css").read_bytes())
    return len(pages)


def _sources() -> list[str]:
    return [*_SOURCES, *sorted(path.relative_to(ROOT).as_posix() for path in _DOCS.rglob("*.md"))]


def _read(source: str) -> Page:
    tokens = _PARSER.parse((ROOT / source).read_text(encoding="utf-8"))
    anchors: list[str] = []
    title = ""
    for heading, inline in pairwise(tokens):
        if heading.type == "heading_open":
            heading.attrSet("id", _address(inline.content))
            anchors.append(_address(inline.content))
            title = title or _plain(inline)
    return Page(source, title or source, frozenset(anchors), tokens)


def _address(heading: str) -> str:
    return _NOT_IN_ADDRESSES.sub("", heading.lower()).strip().replace(" ", "-")


def _plain(inline: Token) -> str:
    return "".join(part.content for part in inline.children or [] if part.type in {"text", "code_inline"})


def _html(page: Page, pages: dict[str, Page], copied: set[str], faults: list[str]) -> str:
    for token in _parts(page.tokens):
        for name in ("href", "src"):
            if isinstance(link := token.attrGet(name), str):
                token.attrSet(name, _led(page, link, pages, copied, faults))
    body = _PARSER.renderer.render(page.tokens, _PARSER.options, {})
    up = "../" * page.target.count("/")
    language = "id" if page.source in _INDONESIAN else "en"
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<title>{escape(page.title)} · Pilah</title>\n<link rel="stylesheet" href="{up}site.css">\n</head>\n<body>\n'
        f"<nav>{_navigation(page, pages, up)}</nav>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )


def _parts(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _parts(token.children or [])


def _led(page: Page, link: str, pages: dict[str, Page], copied: set[str], faults: list[str]) -> str:
    """Where a link leads within the site; a file that is no page is copied along."""
    parts = urlsplit(link)
    if parts.scheme:
        return link
    here = posixpath.dirname(page.source)
    source = posixpath.normpath(posixpath.join(here, unquote(parts.path))) if parts.path else page.source
    fragment = f"#{parts.fragment}" if parts.fragment else ""
    if (ROOT / source).is_dir():
        # A folder of decisions is shown by the list beside every page.
        source = page.source if not (ROOT / source / "README.md").exists() else f"{source}/README.md"
    if source in pages:
        if parts.fragment and parts.fragment not in pages[source].anchors:
            faults.append(f"{page.source}: {link} names no heading of {source}")
        start = posixpath.dirname(page.target) or "."
        return posixpath.relpath(pages[source].target, start) + fragment
    if not (ROOT / source).is_file():
        faults.append(f"{page.source}: {link} leads nowhere")
        return link
    copied.add(source)
    return posixpath.relpath(source.removeprefix("docs/"), posixpath.dirname(page.target) or ".")


def _navigation(here: Page, pages: dict[str, Page], up: str) -> str:
    guides = [f"docs/{name}.md" for name in _GUIDES]
    decisions = [source for source in pages if source.startswith("docs/decisions/")]
    others = [source for source in pages if source not in {*guides, *decisions}]
    lists = (("", others[:1]), ("Guides", guides), ("More", others[1:]), ("Decisions", decisions))
    return "".join(
        f"{f'<h2>{name}</h2>' if name else ''}<ul>"
        + "".join(_entry(pages[source], here, up) for source in sources if source in pages)
        + "</ul>"
        for name, sources in lists
    )


def _entry(page: Page, here: Page, up: str) -> str:
    current = ' aria-current="page"' if page is here else ""
    return f'<li><a href="{up}{page.target}"{current}>{escape(page.title)}</a></li>'


def _put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def main() -> None:
    """Build the site, or say what is wrong with it."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "site"
    try:
        count = build(target)
    except DocsBroken as broken:
        sys.exit(str(broken))
    sys.stdout.write(f"{count} pages: open {target / 'index.html'}\n")


if __name__ == "__main__":
    main()
