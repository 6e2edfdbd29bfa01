"""Where an office's model versions live, and which one is the champion."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from data.files import write_text
from model.errors import ArtifactMissing, PilahError
from model.history.index_files import read_precedents
from model.history.rows import history_file
from model.history.similar import Precedents
from model.office.rules import read_rules
from model.office.units import Units, read_units
from model.versions import artifact

if TYPE_CHECKING:
    from pathlib import Path

    from model.router import Router

_OFFICE = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_VERSION = re.compile(r"\d{8}-\d{6}-[0-9a-f]{6}")


@dataclass(frozen=True, slots=True)
class Office:
    """The folders of one office under PILAH_HOME; see design.md, "What an installation keeps"."""

    home: Path
    name: str

    def __post_init__(self) -> None:
        """Refuse a name that could leave the home or be two names on one disk.

        Raises:
            PilahError: the name isn't 1-63 of a-z, 0-9, - and _.
        """
        if not _OFFICE.fullmatch(self.name):
            raise PilahError(
                f"Office name {self.name!r} can't be used: take 1 to 63 of a-z, 0-9, - and _, such as kota-batu."
            )

    @property
    def versions_folder(self) -> Path:
        return self.home / "models" / self.name

    @property
    def history_folder(self) -> Path:
        """The rows that the champion learned from; before the first training, and for older versions, the office's own."""
        champion = self.champion()
        if champion is not None and self.history_of(champion).is_dir():
            return self.history_of(champion)
        return self.home / "history" / self.name

    def history_of(self, version: str) -> Path:
        """Where the rows are that a version learned from: each keeps its own, so that a training changes no other's."""
        return self.home / "history" / self.name / version

    def history_folders(self) -> list[Path]:
        """Every folder that holds rows of this office."""
        own = self.home / "history" / self.name
        inside = own.iterdir() if own.is_dir() else ()
        return [own, *sorted(path for path in inside if path.is_dir() and _VERSION.fullmatch(path.name))]

    @property
    def own_folder(self) -> Path:
        """What the office itself edits: office.toml, units.csv, rules.csv, holidays.csv."""
        return self.home / "offices" / self.name

    @property
    def rules_file(self) -> Path:
        return self.own_folder / "rules.csv"

    @property
    def champion_file(self) -> Path:
        return self.versions_folder / "champion"

    def versions(self) -> list[str]:
        """The finished versions, oldest first."""
        if not self.versions_folder.is_dir():
            return []
        return sorted(path.name for path in self.versions_folder.iterdir() if _VERSION.fullmatch(path.name))

    def champion(self) -> str | None:
        """The version in use, None before the first training."""
        try:
            version = self.champion_file.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return None
        if not _VERSION.fullmatch(version):
            raise ArtifactMissing(
                f"{self.champion_file} names no version. Write one of these into it: {', '.join(self.versions())}"
            )
        return version

    def set_champion(self, version: str) -> None:
        """Name the champion, in one step that a reader sees whole or not at all; `model.versions.promotions` keeps why."""
        write_text(self.champion_file, version + "\n")

    def units(self) -> Units:
        """The office's own units.csv, no units where it has none."""
        path = self.own_folder / "units.csv"
        return read_units(path) if path.is_file() else Units([])

    def load_champion(self, signing_key: str = "", *, precedents: bool = True) -> tuple[Router, artifact.Card]:
        """The router and the card in use, with the units, rules and past complaints that the office has now.

        Raises:
            ArtifactError: there is none, or its files can't be trusted or read.
            UnitsFileInvalid: the office's units.csv contradicts itself.
            RulesFileInvalid: its rules.csv can't be understood.
        """
        version = self.champion()
        if version is None:
            raise self.model_missing()
        return self.load_version(version, signing_key, precedents=precedents)

    def model_missing(self) -> ArtifactMissing:
        """What to say where nothing was trained yet."""
        return ArtifactMissing(
            f"No trained model for office {self.name} in {self.versions_folder}. Make one with: pilah train FILE --office {self.name}"
        )

    def load_version(
        self, version: str, signing_key: str = "", *, precedents: bool = True
    ) -> tuple[Router, artifact.Card]:
        """The router and the card of one version, with the units and rules of now and the past that it learned from.

        Raises:
            ArtifactError: its files can't be trusted or read.
            UnitsFileInvalid: the office's units.csv contradicts itself.
            RulesFileInvalid: its rules.csv can't be understood.
        """
        router, card = artifact.load(self.versions_folder / version, signing_key)
        past = self.precedents_of(version) if precedents else Precedents(())
        return self.with_own_files(router, past, self.units()), card

    def with_own_files(self, router: Router, past: Precedents, own_units: Units) -> Router:
        """A router with the office's units and rules of now.

        Raises:
            RulesFileInvalid: its rules.csv can't be understood.
        """
        units = router.units.updated_by(own_units)
        return router.at_office(units, read_rules(self.rules_file, units), past)

    def history_folders_of(self, version: str) -> tuple[Path, ...]:
        """Where a version's past complaints may be, the first that there is; an older version left them with the office."""
        return self.history_of(version), self.home / "history" / self.name

    def precedents_of(self, version: str) -> Precedents:
        """The complaints that a version learned from, to compare with."""
        found = (folder for folder in self.history_folders_of(version) if history_file(folder).is_file())
        return next(map(read_precedents, found), Precedents(()))


def new_version() -> str:
    """A name for a version made now (UTC): sortable by time, with a tail that no second training shares.

    The tail begins with the part of the second, so that two quick trainings are in order too.
    """
    now = datetime.now(UTC)
    return f"{now:%Y%m%d-%H%M%S}-{now.microsecond * 0x1000 // 1_000_000:03x}{secrets.token_hex(2)[:3]}"
