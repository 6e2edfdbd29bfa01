"""The settings file, which commands and service share: its variables join the environment, where they aren't set yet.

The format is that of systemd's EnvironmentFile, as far as every reader takes it alike: NAME=value, NAME='value' or
NAME="value" on a line of its own, and comments that begin with # or ;. A line that readers could take differently is an
error.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from data.errors import PilahError
from data.messages import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, MutableMapping

# Names another settings file; set and empty, no file is read.
VARIABLE = "PILAH_SETTINGS_FILE"
USUAL_FILE = Path("/etc/pilah/pilah.env")
_LINE = re.compile(r"""([A-Za-z_][A-Za-z0-9_]*)=(?:'([^']*)'|"([^"\\$`]*)"|([^'"\\]*))""")


def load_settings_file(environment: MutableMapping[str, str], usual: Path = USUAL_FILE) -> Sentence | None:
    """Read the settings file into the environment, and name it in PILAH_SETTINGS_FILE.

    A variable that is set already wins, also an empty one.

    Returns:
        A warning where the usual file exists and this user may not read it: another user's commands go by defaults.

    Raises:
        PilahError: the named file can't be read, or a line is malformed. The message doesn't
            repeat the line, which may hold a secret.
    """
    named = environment.get(VARIABLE)
    if named == "":
        return None
    path = Path(named).expanduser() if named else usual
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        if not named:
            return None
        raise PilahError("files.settings-file-missing", path=path) from None
    except UnicodeDecodeError:
        raise PilahError("files.settings-file-encoding", path=path) from None
    except OSError as error:
        unreadable = Sentence("files.settings-file-unreadable", path=path, reason=error.strerror)
        if not named:
            return unreadable
        raise PilahError(unreadable.code, **unreadable.fields) from None
    for name, value in _pairs(path, text):
        environment.setdefault(name, value)
    environment[VARIABLE] = str(path)
    return None


def _pairs(path: Path, text: str) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(text.split("\n"), start=1):
        stripped = line.strip()
        if not stripped or stripped.startswith(("#", ";")):
            continue
        match = _LINE.fullmatch(stripped)
        if match is None:
            raise PilahError("files.settings-file-line", path=path, number=number)
        name, *values = match.groups()
        yield name, next((value for value in values if value is not None), "")
