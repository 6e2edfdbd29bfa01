"""`pilah rollback`: undo the last promotion."""

from __future__ import annotations

from model.versions.office_home import Office
from training.commands.options import By, Home, OfficeName, Reason, SigningKey, home_folder, user_here
from training.commands.output import say
from training.evaluation.promotion import rollback


def rollback_command(
    office: OfficeName = "kumham",
    reason: Reason = "",
    by: By = "",
    home: Home = None,
    signing_key: SigningKey = "",
) -> None:
    """Make the previous champion the champion again. Each rollback undoes one promotion."""
    place = Office(home_folder(home), office)
    change = rollback(place, by=by or user_here(), reason=reason, signing_key=signing_key)
    say("rolled-back", office=office, version=change.version, before=change.before)
