"""Letting another version answer: only where it is not worse beyond noise, or where somebody says why all the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.errors import PilahError
from model.errors import ArtifactError, ArtifactForeign, ArtifactMissing, ArtifactTampered
from model.versions import artifact
from model.versions.promotions import Action, ChampionChange, champion_locked, change_champion, previous_version
from training.evaluation.row_outcomes import read_row_outcomes
from training.evaluation.significance import compare

if TYPE_CHECKING:
    from model.versions.office_home import Office
    from training.evaluation.row_outcomes import RowOutcomes
    from training.evaluation.significance import Comparison, Difference

_FIGURE_NAMES = {
    "unit_top_1": "first unit right",
    "unit_top_3": "right unit among the first three",
    "category_top_1": "first category right",
    "category_top_3": "right category among the first three",
}


class NotPromoted(PilahError):
    """A version that is worse beyond noise, or that nobody can compare, was not forced."""

    def __init__(self, message: str, verdict: Verdict) -> None:
        super().__init__(message)
        self.verdict = verdict


@dataclass(frozen=True)
class Verdict:
    """How a version compares with the champion; `why_not` says why it can't be compared."""

    version: str
    champion: str | None
    comparison: Comparison | None = None
    why_not: str = ""

    @property
    def findings(self) -> list[str]:
        """Everything that speaks against it, a sentence each."""
        if self.comparison is None:
            return [self.why_not] if self.why_not else []
        return [sentence(figure) for figure in self.comparison.worse]


@dataclass(frozen=True)
class Promoted:
    """What was changed, and what the comparison said."""

    change: ChampionChange
    verdict: Verdict


def verdict_on(office: Office, version: str, signing_key: str = "") -> Verdict:
    """How a finished version compares with the champion, from the marks that the versions keep: nothing is fitted.

    Raises:
        ArtifactError: the version is none of this office's, or its files can't be trusted or read.
    """
    _require(office, version, signing_key)
    champion = office.champion()
    if champion is None:
        return Verdict(version, None)
    marks = _same_rows(office, version, champion, signing_key)
    if marks is None:
        return Verdict(version, champion, why_not=_why_not(office, version, champion))
    names = _names(office, version)
    return Verdict(version, champion, compare(*marks, names))


def promote(
    office: Office, version: str, *, by: str, reason: str = "", force: bool = False, signing_key: str = ""
) -> Promoted:
    """Let a version answer from now on; nothing is kept of an attempt that is refused.

    Raises:
        NotPromoted: it is worse beyond noise, or can't be compared, and is not forced.
        ArtifactError: its files can't be trusted or read; then force doesn't help either.
        PilahError: it answers already, or it is forced without a reason.
    """
    reason = " ".join(reason.split())
    if force and not reason:
        raise PilahError("--force needs a reason, which is kept: --reason TEXT")
    with champion_locked(office):
        verdict = verdict_on(office, version, signing_key)
        if version == verdict.champion:
            raise PilahError(f"{version} is the champion of {office.name} already.")
        if verdict.findings and not force:
            raise NotPromoted(_refusal(office, verdict), verdict)
        findings = verdict.findings
        action = Action.FIRST if verdict.champion is None else Action.PROMOTE
        made = change_champion(office, version, action, by=by, reason=reason, findings=findings, forced=bool(findings))
    return Promoted(made, verdict)


def rollback(office: Office, *, by: str, reason: str = "", signing_key: str = "") -> ChampionChange:
    """Let the version answer again that did before the champion.

    Raises:
        PilahError: no version did.
        ArtifactError: its files can't be trusted or read any more.
    """
    with champion_locked(office):
        before = previous_version(office)
        if before is None:
            raise PilahError(
                f"No version of {office.name} answered before the present one. See: pilah models --office {office.name}"
            )
        _require(office, before, signing_key)
        return change_champion(office, before, Action.ROLLBACK, by=by, reason=" ".join(reason.split()))


def sentence(figure: Difference) -> str:
    """One figure of both in plain words."""
    known = _FIGURE_NAMES.get(figure.name)
    what = known or f"{figure.name} found"
    return (
        f"{what}: {figure.challenger:.3f} instead of {figure.champion:.3f} on {figure.rows} rows "
        f"({100 * figure.difference:+.1f} points, p = {_p(figure.corrected)})"
    )


def _p(value: float) -> str:
    return "less than 0.001" if value < 0.001 else f"{value:.3f}"  # noqa: PLR2004 - the resolution that is shown


def _refusal(office: Office, verdict: Verdict) -> str:
    all_the_same = f'pilah promote {verdict.version} --office {office.name} --force --reason "..."'
    if verdict.comparison is None:
        return f"{verdict.why_not} To promote it all the same, with a reason that is kept: {all_the_same}"
    listed = "\n".join(f"  {finding}" for finding in verdict.findings)
    return (
        f"{verdict.version} is worse than the champion {verdict.champion}, by more than chance explains:\n{listed}\n"
        f"p is the chance to see this if it were not worse (paired bootstrap, Holm's correction). The champion stays. To "
        f"promote all the same, with a reason that is kept: {all_the_same}"
    )


def _require(office: Office, version: str, signing_key: str) -> None:
    if version not in office.versions():
        raise ArtifactMissing(
            f"Office {office.name} has no version {version}. It has: {', '.join(office.versions()) or 'none'}"
        )
    try:
        artifact.verify(office.versions_folder / version, signing_key)
    except (ArtifactTampered, ArtifactForeign) as error:
        raise type(error)(f"{version} can't answer and nothing was changed. {error}") from None


def _same_rows(office: Office, version: str, champion: str, signing_key: str) -> tuple[RowOutcomes, RowOutcomes] | None:
    """The marks of both on the same rows: measured by the one's training, by the other's, or on one and the same slice."""
    folder, other_folder = office.versions_folder / version, office.versions_folder / champion
    own, card = read_row_outcomes(folder), artifact.read_card(folder)
    if own and own[1] and _opponent(card) == champion:
        return own[0], own[1]
    try:
        artifact.verify(other_folder, signing_key)
    except ArtifactError:
        return None
    other, other_card = read_row_outcomes(other_folder), artifact.read_card(other_folder)
    if other and other[1] and _opponent(other_card) == version:
        return other[1], other[0]
    slices = [found["split"].get("sha256") for found in (card, other_card)]
    if own and other and slices[0] and slices[0] == slices[1]:
        return own[0], other[0]
    return None


def _opponent(card: artifact.Card) -> str | None:
    comparison = card.get("comparison")
    return comparison["champion"] if comparison else None


def _why_not(office: Office, version: str, champion: str) -> str:
    comparison = artifact.read_card(office.versions_folder / version).get("comparison")
    if comparison and comparison["champion"] == champion and comparison["why_not"]:
        return f"{version} couldn't be compared with the champion {champion}: {comparison['why_not']}"
    return (
        f"{version} was not measured on the same rows as the champion {champion}. Train again, and the new version is "
        "compared with it."
    )


def _names(office: Office, version: str) -> dict[str, str]:
    per_unit = artifact.read_card(office.versions_folder / version)["evaluation"]["per_unit"]
    return {unit["id"]: unit["name"] for unit in per_unit if "id" in unit}
