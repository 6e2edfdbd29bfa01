"""Promote a version to champion unless worse beyond noise, and roll back to the version before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.errors import PilahError
from data.messages import Language, Sentence
from model.errors import ArtifactError, ArtifactForeign, ArtifactMissing, ArtifactTampered
from model.versions import artifact
from model.versions.promotions import Action, ChampionChange, champion_locked, change_champion, previous_version
from training.evaluation.row_outcomes import FIGURES, read_row_outcomes
from training.evaluation.significance import compare

if TYPE_CHECKING:
    from model.versions.office_home import Office
    from training.evaluation.row_outcomes import RowOutcomes
    from training.evaluation.significance import Comparison, Difference

_SMALLEST_P = 0.001


class NotPromoted(PilahError):
    """A version is worse than the champion or can't be compared, and was not forced."""

    def __init__(self, code: str, verdict: Verdict, **fields: object) -> None:
        super().__init__(code, **fields)
        self.verdict = verdict


@dataclass(frozen=True)
class Verdict:
    """The comparison of a version with the champion; `problem` says why there is none."""

    version: str
    champion: str | None
    comparison: Comparison | None = None
    problem: Sentence | None = None

    @property
    def why_not(self) -> str:
        """The problem in English."""
        return str(self.problem or "")

    @property
    def findings(self) -> list[Sentence]:
        """Each reason against a promotion."""
        if self.comparison is None:
            return [self.problem] if self.problem else []
        return [sentence(figure) for figure in self.comparison.worse]


@dataclass(frozen=True)
class Promoted:
    """A promotion and the verdict before it."""

    change: ChampionChange
    verdict: Verdict


@dataclass(frozen=True)
class _StoredSentence:
    """A sentence that a card keeps in both languages."""

    english: str
    indonesian: str

    def told_in(self, language: Language) -> str:
        """The sentence in a language."""
        return self.indonesian if language is Language.INDONESIAN else self.english


def verdict_on(office: Office, version: str, signing_key: str = "") -> Verdict:
    """Compare a finished version with the champion by the row outcomes that both keep, without a new fit.

    A measured version needs no comparison with a champion that was never measured, such as that of `pilah start`.

    Raises:
        ArtifactError: the office has no such version, or its files can't be trusted or read.
    """
    _require(office, version, signing_key)
    champion = office.champion()
    if champion is None:
        return Verdict(version, None)
    outcomes = _on_same_rows(office, version, champion, signing_key)
    if outcomes is None:
        if _is_measured(office, version) and not _is_measured(office, champion):
            return Verdict(version, champion)
        return Verdict(version, champion, problem=_why_not(office, version, champion))
    return Verdict(version, champion, compare(*outcomes, _unit_names(office, version)))


def promote(
    office: Office, version: str, *, by: str, reason: str = "", force: bool = False, signing_key: str = ""
) -> Promoted:
    """Make a version the champion; a refused attempt leaves no trace.

    Raises:
        NotPromoted: the version is worse beyond noise or can't be compared, and is not forced.
        ArtifactError: the files can't be trusted or read; force doesn't help then.
        PilahError: the version is the champion already, or is forced without a reason.
    """
    reason = " ".join(reason.split())
    if force and not reason:
        raise PilahError("training.force-needs-reason")
    with champion_locked(office):
        verdict = verdict_on(office, version, signing_key)
        findings = verdict.findings
        if version == verdict.champion:
            raise PilahError("training.already-champion", version=version, office=office.name)
        if findings and not force:
            raise _refusal(office, verdict)
        action = Action.FIRST if verdict.champion is None else Action.PROMOTE
        change = change_champion(
            office,
            version,
            action,
            by=by,
            reason=reason,
            findings=[str(each) for each in findings],
            forced=bool(findings),
        )
    return Promoted(change, verdict)


def rollback(office: Office, *, by: str, reason: str = "", signing_key: str = "") -> ChampionChange:
    """Make the version before the champion the champion again.

    Raises:
        PilahError: there is no version before.
        ArtifactError: the files can't be trusted or read any more.
    """
    with champion_locked(office):
        before = previous_version(office)
        if before is None:
            raise PilahError("training.no-earlier-version", office=office.name)
        _require(office, before, signing_key)
        return change_champion(office, before, Action.ROLLBACK, by=by, reason=" ".join(reason.split()))


def sentence(figure: Difference) -> Sentence:
    """One figure of both versions in plain words."""
    small = figure.corrected < _SMALLEST_P
    name = Sentence("training.unit-recall", unit=figure.name)
    if figure.name in FIGURES:
        name = Sentence(f"training.figure-{figure.name}")
    return Sentence(
        "training.difference",
        figure=name,
        challenger=figure.challenger,
        champion=figure.champion,
        rows=figure.rows,
        points=100 * figure.difference,
        p=Sentence("training.p-value-small") if small else Sentence("training.p-value", p=figure.corrected),
    )


def _refusal(office: Office, verdict: Verdict) -> NotPromoted:
    code = "training.not-comparable" if verdict.comparison is None else "training.worse-than-champion"
    return NotPromoted(
        code,
        verdict,
        version=verdict.version,
        champion=verdict.champion,
        office=office.name,
        problem=verdict.problem,
        findings=tuple(verdict.findings),
    )


def _require(office: Office, version: str, signing_key: str) -> None:
    if version not in office.versions():
        known = tuple(office.versions()) or Sentence("model.none")
        raise ArtifactMissing("model.version-missing", office=office.name, version=version, versions=known)
    try:
        artifact.verify(office.versions_folder / version, signing_key)
    except (ArtifactTampered, ArtifactForeign) as error:
        raise type(error)("training.version-unusable", version=version, problem=error) from None


def _on_same_rows(
    office: Office, version: str, champion: str, signing_key: str
) -> tuple[RowOutcomes, RowOutcomes] | None:
    """The outcomes of both on the same rows: measured by either training, or by both on equal slices."""
    folder, champion_folder = office.versions_folder / version, office.versions_folder / champion
    own, card = read_row_outcomes(folder), artifact.read_card(folder)
    if own and own[1] and _measured_champion(card) == champion:
        return own[0], own[1]
    try:
        artifact.verify(champion_folder, signing_key)
    except ArtifactError:
        return None
    other, other_card = read_row_outcomes(champion_folder), artifact.read_card(champion_folder)
    if other and other[1] and _measured_champion(other_card) == version:
        return other[1], other[0]
    slices = [each["split"].get("sha256") for each in (card, other_card)]
    if own and other and slices[0] and slices[0] == slices[1]:
        return own[0], other[0]
    return None


def _is_measured(office: Office, version: str) -> bool:
    """Whether a version was measured on held-out rows; not so where its card can't be read."""
    try:
        split = artifact.read_card(office.versions_folder / version)["split"]
    except ArtifactError:
        return True
    return bool(split["kind"] != "not measured")


def _measured_champion(card: artifact.Card) -> str | None:
    comparison = card.get("comparison")
    return comparison["champion"] if comparison else None


def _why_not(office: Office, version: str, champion: str) -> Sentence:
    comparison = artifact.read_card(office.versions_folder / version).get("comparison")
    if comparison and comparison["champion"] == champion and comparison["why_not"]:
        english = comparison["why_not"]
        problem = _StoredSentence(english, comparison.get("why_not_indonesian", english))
        return Sentence("training.champion-not-measured", version=version, champion=champion, problem=problem)
    return Sentence("training.other-rows", version=version, champion=champion)


def _unit_names(office: Office, version: str) -> dict[str, str]:
    per_unit = artifact.read_card(office.versions_folder / version)["evaluation"]["per_unit"]
    return {unit["id"]: unit["name"] for unit in per_unit if "id" in unit}
