"""Store a model version with a manifest of hashes, and check the hashes before unpickling."""

from __future__ import annotations

import hashlib
import hmac
import json
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import joblib

from data.files import digest_of
from model.errors import ArtifactForeign, ArtifactMissing, ArtifactTampered
from model.router import Router

if TYPE_CHECKING:
    from pathlib import Path

MANIFEST = "MANIFEST.json"
ROUTER = "router.joblib"
CARD = "card.json"
# Raised whenever a pickled class changes shape: older artefacts are refused, not guessed at.
FORMAT = 8
_LIBRARIES = ("numpy", "scikit-learn", "scipy")

Card = dict[str, Any]


@cache
def library_versions() -> dict[str, str]:
    """The installed versions of the libraries behind a model, without importing scikit-learn."""
    return {name: version(name) for name in _LIBRARIES}


def save(folder: Path, router: Router, card: Card, signing_key: str = "") -> None:
    """Write router and card into `folder` and seal every file there with the manifest."""
    joblib.dump(router, folder / ROUTER)
    (folder / CARD).write_text(json.dumps(card, ensure_ascii=False, indent=1, sort_keys=True), encoding="utf-8")
    hashes = {path.name: digest_of(path) for path in sorted(folder.iterdir()) if path.name != MANIFEST}
    manifest: dict[str, Any] = {"format": FORMAT, "libraries": library_versions(), "sha256": hashes}
    if signing_key:
        manifest["hmac"] = _signature(manifest, signing_key)
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True), encoding="utf-8")


def verify(folder: Path, signing_key: str = "") -> None:
    """Check every file of a version against the manifest.

    Raises:
        ArtifactMissing: the version is missing.
        ArtifactTampered: a file differs from the manifest, isn't in it, or the signature doesn't hold.
        ArtifactForeign: the format or the libraries differ.
    """
    manifest = _manifest(folder)
    if signing_key:
        expected = _signature({key: value for key, value in manifest.items() if key != "hmac"}, signing_key)
        if not hmac.compare_digest(expected, str(manifest.get("hmac", ""))):
            raise ArtifactTampered("model.artifact-signature", path=folder / MANIFEST)
    present = {path.name for path in folder.iterdir()} - {MANIFEST}
    named = set(manifest["sha256"])
    if present != named:
        differing = ", ".join(sorted(present ^ named))
        raise ArtifactTampered("model.artifact-files-differ", folder=folder, files=differing)
    for name, expected in manifest["sha256"].items():
        if digest_of(folder / name) != expected:
            raise ArtifactTampered("model.artifact-file-changed", path=folder / name)
    _check_libraries(folder, manifest)


def load(folder: Path, signing_key: str = "") -> tuple[Router, Card]:
    """The router and the card of a version, unpickled only after `verify` has passed."""
    verify(folder, signing_key)
    router = joblib.load(folder / ROUTER, mmap_mode="r")
    if not isinstance(router, Router):
        raise ArtifactForeign("model.artifact-no-router", path=folder / ROUTER)
    return router, read_card(folder)


def read_card(folder: Path) -> Card:
    """The card of a version."""
    try:
        card: Card = json.loads((folder / CARD).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ArtifactMissing("model.artifact-no-card", folder=folder, file=CARD) from None
    except ValueError:
        raise ArtifactTampered("model.artifact-not-json", path=folder / CARD) from None
    return card


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ArtifactMissing("model.artifact-missing", folder=folder) from None
    except ValueError:
        raise ArtifactTampered("model.artifact-not-json", path=folder / MANIFEST) from None
    if (
        not isinstance(manifest, dict)
        or manifest.get("format") != FORMAT
        or not isinstance(manifest.get("sha256"), dict)
    ):
        raise ArtifactForeign("model.artifact-other-format", path=folder / MANIFEST, format=FORMAT)
    return manifest


def _check_libraries(folder: Path, manifest: dict[str, Any]) -> None:
    made_with = manifest.get("libraries", {})
    for name, present in library_versions().items():
        made = str(made_with.get(name))
        # Pickles are compatible between patch releases only.
        if made.split(".")[:2] != present.split(".")[:2]:
            raise ArtifactForeign("model.artifact-library", folder=folder, library=name, made=made, present=present)


def _signature(manifest: dict[str, Any], signing_key: str) -> str:
    sealed = json.dumps(manifest, sort_keys=True).encode()
    return hmac.new(signing_key.encode(), sealed, hashlib.sha256).hexdigest()
