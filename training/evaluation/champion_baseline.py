"""The champion as the new version's opponent on the newest slice: itself where it can be, else as its recipe makes it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from model.errors import ArtifactError, ArtifactForeign
from model.history.rows import history_file, read_history
from model.office.rules import Rules
from model.versions import artifact
from training.dataset.split import FEWEST_ROWS
from training.fitting.fit import taught
from training.fitting.recipe import Recipe

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from model.history.rows import LabelledComplaint
    from model.office.units import Units
    from model.router import Router
    from model.versions.artifact import Card
    from model.versions.office_home import Office
    from training.dataset.split import Split


class BaselineModel(StrEnum):
    """How the champion was measured on the slice.

    `itself`: it learned from nothing that new. `own_rows`: its recipe, refitted on those of its own rows that are older
    than the slice. `these_rows`: its own rows are gone, so its recipe was refitted on the new version's. `alike`: recipe and
    rows are the new version's own, so the two are one model on this slice, and nothing can differ. `not_at_all`: see `why`.
    """

    ITSELF = "itself"
    OWN_ROWS = "own_rows"
    THESE_ROWS = "these_rows"
    ALIKE = "alike"
    NOT_AT_ALL = "not_at_all"


@dataclass(frozen=True)
class ChampionBaseline:
    """The champion's version, how it is measured, and what that needs.

    `router` is the champion itself wherever it can be loaded: also where it isn't measured, it can tell of drift.
    """

    version: str
    measured: BaselineModel
    recipe: Recipe
    rows: Sequence[LabelledComplaint] = ()
    router: Router | None = None
    card: Card | None = None
    why: str = ""

    @property
    def refitted(self) -> bool:
        return self.measured in {BaselineModel.OWN_ROWS, BaselineModel.THESE_ROWS}


def champion_baseline(
    office: Office, split: Split, office_units: Units, recipe: Recipe, signing_key: str = ""
) -> ChampionBaseline | None:
    """The champion as the opponent of a model of this recipe on this split; None where there is none."""
    version = office.champion()
    if version is None:
        return None
    folder = office.versions_folder / version
    try:
        loaded, card = artifact.load(folder, signing_key)
        router: Router | None = _at_office(loaded, office_units)
    except ArtifactForeign:
        # Other libraries made it: it can't be read any more, but how it was made can.
        router, card = None, artifact.read_card(folder)
    except ArtifactError as error:
        return ChampionBaseline(version, BaselineModel.NOT_AT_ALL, recipe, why=str(error))
    start = min(row.received_at for row in split.held_back)
    own_recipe = Recipe.from_card(card["recipe"])
    if router is not None and str(card["data"]["to"]) < start.isoformat():
        return ChampionBaseline(version, BaselineModel.ITSELF, own_recipe, router=router, card=card)
    own_folder = office.history_of(version)
    own = _older(read_history(own_folder), split, start) if history_file(own_folder).is_file() else []
    if len(own) >= FEWEST_ROWS and taught(own):
        alike = own_recipe == recipe and Counter(own) == Counter(_older(split.learned, split, start))
        measured, rows = (BaselineModel.ALIKE, split.learned) if alike else (BaselineModel.OWN_ROWS, own)
    else:
        measured, rows = (BaselineModel.ALIKE if own_recipe == recipe else BaselineModel.THESE_ROWS), split.learned
    return ChampionBaseline(version, measured, own_recipe, rows, router, card)


def _at_office(router: Router, office_units: Units) -> Router:
    """The champion with the units of today and without rules: as the new version is measured."""
    units = router.units.updated_by(office_units)
    return router.at_office(units, Rules((), units))


def _older(rows: Sequence[LabelledComplaint], split: Split, start: datetime) -> list[LabelledComplaint]:
    """The rows older than the slice; of those of its first day none that is in it, where dates have no time."""
    in_slice = {row.complaint.text for row in split.held_back}
    return [row for row in rows if row.received_at <= start and row.complaint.text not in in_slice]
