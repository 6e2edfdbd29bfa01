"""Find the baseline on the held-out slice: the champion itself, or the champion's recipe refitted on older rows."""

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
from training.errors import HistoryUnusable
from training.fitting.fit import has_labels
from training.fitting.recipe import Recipe

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from data.errors import PilahError
    from model.history.rows import LabelledComplaint
    from model.office.categories import Categories
    from model.office.units import Units
    from model.router import Router
    from model.versions.artifact import Card
    from model.versions.office_home import Office
    from training.dataset.split import Split


class BaselineModel(StrEnum):
    """The model that stands for the champion on the slice.

    `itself`: the champion has learned no row as new as the slice. `own_rows`: the champion's recipe refitted on the
    champion's rows before the slice. `these_rows`: the recipe refitted on the new version's rows, where the champion's are
    gone or unreadable. `alike`: recipe and rows equal the new version's, and the figures too. `not_at_all`: the champion is
    unreadable, or there are no rows to measure on.
    """

    ITSELF = "itself"
    OWN_ROWS = "own_rows"
    THESE_ROWS = "these_rows"
    ALIKE = "alike"
    NOT_AT_ALL = "not_at_all"


@dataclass(frozen=True)
class ChampionBaseline:
    """The champion's version, the model for the comparison, and the rows and recipe of a refit.

    `router` is the champion itself where loadable, for the drift check in any case. `why`: why the champion
    isn't measured. `rows_problem`: the error of the champion's own rows, which the comparison does without.
    """

    version: str
    measured: BaselineModel
    recipe: Recipe
    rows: Sequence[LabelledComplaint] = ()
    router: Router | None = None
    card: Card | None = None
    why: PilahError | None = None
    rows_problem: PilahError | None = None

    @property
    def refitted(self) -> bool:
        return self.measured in {BaselineModel.OWN_ROWS, BaselineModel.THESE_ROWS}


def champion_baseline(
    office: Office,
    split: Split,
    office_units: Units,
    office_categories: Categories,
    recipe: Recipe,
    signing_key: str = "",
) -> ChampionBaseline | None:
    """The baseline for a model of this recipe on this split; None for an office without a champion."""
    version = office.champion()
    if version is None:
        return None
    if split.unmeasured is not None:
        nothing = HistoryUnusable("training.nothing-measured", reason=split.unmeasured)
        return ChampionBaseline(version, BaselineModel.NOT_AT_ALL, recipe, why=nothing)
    folder = office.versions_folder / version
    try:
        loaded, card = artifact.load(folder, signing_key)
        router: Router | None = _at_office(loaded, office_units, office_categories)
    except ArtifactForeign:
        # Made by other library versions: only the card can be read.
        router, card = None, artifact.read_card(folder)
    except ArtifactError as error:
        return ChampionBaseline(version, BaselineModel.NOT_AT_ALL, recipe, why=error)
    start = min(row.received_at for row in split.held_back)
    own_recipe = Recipe.from_card(card["recipe"])
    learned_nothing_newer = not card["data"]["rows"] or str(card["data"]["to"]) < start.isoformat()
    if router is not None and learned_nothing_newer:
        return ChampionBaseline(version, BaselineModel.ITSELF, own_recipe, router=router, card=card)
    past, rows_problem = _rows_of(office.history_of(version))
    own = _older(past, split, start)
    has_own = len(own) >= FEWEST_ROWS and has_labels(own)
    same_rows = not has_own or Counter(own) == Counter(_older(split.learned, split, start))
    if own_recipe == recipe and same_rows and rows_problem is None:
        measured, rows = BaselineModel.ALIKE, split.learned
    elif has_own:
        measured, rows = BaselineModel.OWN_ROWS, own
    else:
        measured, rows = BaselineModel.THESE_ROWS, split.learned
    return ChampionBaseline(version, measured, own_recipe, rows, router, card, rows_problem=rows_problem)


def _rows_of(folder: Path) -> tuple[list[LabelledComplaint], PilahError | None]:
    """The rows of a history, none where it is gone; the error of a damaged one, which must not stop a training."""
    try:
        return (read_history(folder) if history_file(folder).is_file() else []), None
    except ArtifactError as error:
        return [], error
    except OSError as error:
        return [], ArtifactError("files.not-readable", path=error.filename, reason=error.strerror)


def _at_office(router: Router, office_units: Units, office_categories: Categories) -> Router:
    """The champion with today's units and categories and without rules, as the new version is measured."""
    units = router.units.updated_by(office_units)
    return router.for_office(units, Rules((), units), categories=router.categories.updated_by(office_categories))


def _older(rows: Sequence[LabelledComplaint], split: Split, start: datetime) -> list[LabelledComplaint]:
    """The rows older than the slice; on the first day of the slice, dates may have no time."""
    in_slice = {row.complaint.text for row in split.held_back}
    return [row for row in rows if row.received_at <= start and row.complaint.text not in in_slice]
