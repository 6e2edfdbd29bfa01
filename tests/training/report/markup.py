"""Faults of the markup of a report or a chart."""

from __future__ import annotations

from html.parser import HTMLParser

_VOID = {"meta", "br", "link", "img", "hr", "input"}


class _Balance(HTMLParser):
    """Finds a tag that is closed without having been opened, or the other way round; and anything loaded from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "link", "iframe", "img"} or any(
            name in {"src", "style"} and "url" in str(value) for name, value in attrs
        ):
            self.faults.append(f"<{tag}> loads or runs something")
        if tag not in _VOID and not self.get_starttag_text().endswith("/>"):  # type: ignore[union-attr]
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID or ((self.get_starttag_text() or "").endswith("/>") and self.open[-1:] != [tag]):
            return
        if self.open[-1:] != [tag]:
            self.faults.append(f"</{tag}> closes {self.open[-1:]}")
        else:
            self.open.pop()


def faults(report: str) -> list[str]:
    parser = _Balance()
    parser.feed(report)
    return [*parser.faults, *(f"<{tag}> is never closed" for tag in parser.open)]
