"""The folders of an office: its model versions, its champion, its training rows and its own files."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from data.files import write_text
from model.errors import ArtifactMissing, PilahError

if TYPE_CHECKING:
    from pathlib import Path

    from model.history.similar import Precedents
    from model.office.categories import Categories
    from model.office.units import Units
    from model.router import Router
    from model.versions import artifact

# What reads a version is imported by the methods that do: most commands need no more than the folders' names.

_OFFICE = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_VERSION = re.compile(r"\d{8}-\d{6}-[0-9a-f]{6}")


@dataclass(frozen=True, slots=True)
class Office:
    """An office by its name, and its folders under PILAH_HOME."""

    home: Path
    name: str

    def __post_init__(self) -> None:
        """Refuse a name that could lead out of PILAH_HOME, or name two offices where case doesn't count.

        Raises:
            PilahError: the name isn't 1-63 of a-z, 0-9, - and _.
        """
        if not _OFFICE.fullmatch(self.name):
            raise PilahError("model.office-name", name=repr(self.name))

    @property
    def versions_folder(self) -> Path:
        return self.home / "models" / self.name

    @property
    def history_folder(self) -> Path:
        """The folder of the champion's training rows, or the office's shared folder of older versions."""
        champion = self.champion()
        if champion is not None and self.history_of(champion).is_dir():
            return self.history_of(champion)
        return self.home / "history" / self.name

    def history_of(self, version: str) -> Path:
        """The folder of a version's training rows; every version has a folder, so a training changes no other version."""
        return self.home / "history" / self.name / version

    def history_folders(self) -> list[Path]:
        """Every folder with training rows of this office."""
        own = self.home / "history" / self.name
        inside = own.iterdir() if own.is_dir() else ()
        return [own, *sorted(path for path in inside if path.is_dir() and _VERSION.fullmatch(path.name))]

    @property
    def own_folder(self) -> Path:
        """The folder that the office edits: office.toml, units.csv, categories.csv, rules.csv, holidays.csv."""
        return self.home / "offices" / self.name

    @property
    def rules_file(self) -> Path:
        return self.own_folder / "rules.csv"

    @property
    def units_file(self) -> Path:
        return self.own_folder / "units.csv"

    @property
    def categories_file(self) -> Path:
        return self.own_folder / "categories.csv"

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
            raise ArtifactMissing("model.champion-unknown", path=self.champion_file, versions=tuple(self.versions()))
        return version

    def set_champion(self, version: str) -> None:
        """Replace the champion file atomically; only `model.versions.promotions` calls this, and logs the reason."""
        write_text(self.champion_file, version + "\n")

    def units(self) -> Units:
        """The units of the office's units.csv; empty without that file."""
        from model.office.units import Units, read_units  # noqa: PLC0415

        path = self.units_file
        return read_units(path) if path.is_file() else Units([])

    def categories(self) -> Categories:
        """The categories of the office's categories.csv; none without that file."""
        from model.office.categories import Categories, read_categories  # noqa: PLC0415

        path = self.categories_file
        return read_categories(path) if path.is_file() else Categories()

    def load_champion(self, signing_key: str = "", *, precedents: bool = True) -> tuple[Router, artifact.Card]:
        """The champion's router and card, with the office's current units, categories and rules.

        Raises:
            ArtifactError: the office has no champion, or the champion's files can't be trusted or read.
            UnitsFileInvalid: the office's units.csv contradicts itself.
            CategoriesFileInvalid: the office's categories.csv contradicts itself.
            RulesFileInvalid: the office's rules.csv can't be understood.
        """
        version = self.champion()
        if version is None:
            raise self.model_missing()
        return self.load_version(version, signing_key, precedents=precedents)

    def model_missing(self) -> ArtifactMissing:
        """The error for an office without a trained model."""
        return ArtifactMissing("model.not-trained", office=self.name, folder=self.versions_folder)

    def load_version(
        self, version: str, signing_key: str = "", *, precedents: bool = True
    ) -> tuple[Router, artifact.Card]:
        """A version's router and card, with the office's current units, categories and rules, and the version's own training rows.

        Raises:
            ArtifactError: the version's files can't be trusted or read.
            UnitsFileInvalid: the office's units.csv contradicts itself.
            CategoriesFileInvalid: the office's categories.csv contradicts itself.
            RulesFileInvalid: the office's rules.csv can't be understood.
        """
        from model.history.similar import Precedents  # noqa: PLC0415
        from model.versions import artifact  # noqa: PLC0415

        router, card = artifact.load(self.versions_folder / version, signing_key)
        past = self.precedents_of(version) if precedents else Precedents(())
        return self.with_own_files(router, past, self.units(), self.categories()), card

    def with_own_files(
        self, router: Router, precedents: Precedents, own_units: Units, own_categories: Categories
    ) -> Router:
        """A router with the office's current units, categories and rules.

        Raises:
            RulesFileInvalid: the office's rules.csv can't be understood.
        """
        from model.office.rules import read_rules  # noqa: PLC0415

        units = router.units.updated_by(own_units)
        categories = router.categories.updated_by(own_categories)
        return router.for_office(units, read_rules(self.rules_file, units), precedents, categories)

    def history_folders_of(self, version: str) -> tuple[Path, ...]:
        """The possible folders of a version's training rows: the version's own, and the shared folder of older versions."""
        return self.history_of(version), self.home / "history" / self.name

    def precedents_of(self, version: str) -> Precedents:
        """The training rows of a version as precedents; empty without stored rows."""
        from model.history.index_files import read_precedents  # noqa: PLC0415
        from model.history.rows import history_file  # noqa: PLC0415
        from model.history.similar import Precedents  # noqa: PLC0415

        stored = (folder for folder in self.history_folders_of(version) if history_file(folder).is_file())
        return next(map(read_precedents, stored), Precedents(()))


def new_version() -> str:
    """A unique name for a version made now (UTC), sortable by time.

    The tail begins with the fraction of the second, so that two trainings within a second are in order too.
    """
    now = datetime.now(UTC)
    return f"{now:%Y%m%d-%H%M%S}-{now.microsecond * 0x1000 // 1_000_000:03x}{secrets.token_hex(2)[:3]}"
