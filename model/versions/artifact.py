"""A stored model version: written whole or not at all, and checked before it is unpickled."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from typing import TYPE_CHECKING, Any

import joblib
import numpy as np
import scipy
import sklearn

from data.files import digest_of
from model.errors import ArtifactForeign, ArtifactMissing, ArtifactTampered
from model.router import Router

if TYPE_CHECKING:
    from pathlib import Path

MANIFEST = "MANIFEST.json"
ROUTER = "router.joblib"
CARD = "card.json"
# Raised whenever a pickled class changes shape: an artefact of another format is refused, not guessed at.
FORMAT = 5

Card = dict[str, Any]


def library_versions() -> dict[str, str]:
    """The versions that decide whether a pickle can be read."""
    return {"numpy": np.__version__, "scikit-learn": sklearn.__version__, "scipy": scipy.__version__}


def save(folder: Path, router: Router, card: Card, signing_key: str = "") -> None:
    """Write router and card into `folder` and seal every file there with the manifest."""
    joblib.dump(router, folder / ROUTER)
    (folder / CARD).write_text(json.dumps(card, ensure_ascii=False, indent=1, sort_keys=True), encoding="utf-8")
    hashes = {path.name: digest_of(path) for path in sorted(folder.iterdir()) if path.name != MANIFEST}
    manifest: dict[str, Any] = {"format": FORMAT, "libraries": library_versions(), "sha256": hashes}
    if signing_key:
        manifest["hmac"] = _signature(manifest, signing_key)
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True), encoding="utf-8")
    # The rename that follows must not overtake the contents on a power cut.
    for path in folder.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())


def verify(folder: Path, signing_key: str = "") -> None:
    """Check that every file of a version is the one that was sealed.

    Raises:
        ArtifactMissing: there is no such version.
        ArtifactTampered: a file differs from the manifest, isn't in it, or the signature doesn't hold.
        ArtifactForeign: another format or other library versions.
    """
    manifest = _manifest(folder)
    if signing_key:
        expected = _signature({key: value for key, value in manifest.items() if key != "hmac"}, signing_key)
        if not hmac.compare_digest(expected, str(manifest.get("hmac", ""))):
            raise ArtifactTampered(
                f"{folder / MANIFEST}: the signature doesn't fit PILAH_SIGNING_KEY. Train again, or set the key it was made with."
            )
    present = {path.name for path in folder.iterdir()} - {MANIFEST}
    named = set(manifest["sha256"])
    if present != named:
        differing = ", ".join(sorted(present ^ named))
        raise ArtifactTampered(
            f"{folder}: files differ from the manifest: {differing}. Restore the version from a backup or train again."
        )
    for name, expected in manifest["sha256"].items():
        if digest_of(folder / name) != expected:
            raise ArtifactTampered(
                f"{folder / name} was changed after training. Restore the version from a backup or train again."
            )
    _check_libraries(folder, manifest)


def load(folder: Path, signing_key: str = "") -> tuple[Router, Card]:
    """The router and the card of a version; nothing is unpickled before `verify` has passed."""
    verify(folder, signing_key)
    router = joblib.load(folder / ROUTER, mmap_mode="r")
    if not isinstance(router, Router):
        raise ArtifactForeign(f"{folder / ROUTER} holds no router of Pilah's. Train again.")
    return router, read_card(folder)


def read_card(folder: Path) -> Card:
    """The card of a version."""
    try:
        card: Card = json.loads((folder / CARD).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ArtifactMissing(f"{folder} holds no {CARD}. Train again.") from None
    except ValueError:
        raise ArtifactTampered(
            f"{folder / CARD} is not JSON any more. Restore the version from a backup or train again."
        ) from None
    return card


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ArtifactMissing(f"No model version in {folder}. Make one with: pilah train") from None
    except ValueError:
        raise ArtifactTampered(
            f"{folder / MANIFEST} is not JSON any more. Restore the version from a backup or train again."
        ) from None
    if (
        not isinstance(manifest, dict)
        or manifest.get("format") != FORMAT
        or not isinstance(manifest.get("sha256"), dict)
    ):
        raise ArtifactForeign(
            f"{folder / MANIFEST} is of another format than this Pilah writes ({FORMAT}). Train again."
        )
    return manifest


def _check_libraries(folder: Path, manifest: dict[str, Any]) -> None:
    made_with, here = manifest.get("libraries", {}), library_versions()
    for name, version in here.items():
        # Patch releases read each other's pickles; scikit-learn promises nothing between minor ones.
        if str(made_with.get(name, "")).split(".")[:2] != version.split(".")[:2]:
            raise ArtifactForeign(
                f"{folder} was trained with {name} {made_with.get(name)}, here is {version}. Train again."
            )


def _signature(manifest: dict[str, Any], signing_key: str) -> str:
    sealed = json.dumps(manifest, sort_keys=True).encode()
    return hmac.new(signing_key.encode(), sealed, hashlib.sha256).hexdigest()
