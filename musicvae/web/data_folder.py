"""The folder in which a user's data is kept, as each system has it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

OVERRIDE = "MUSICVAE_DATA"
"""The variable of the environment that names another folder."""

NAME = "musicvae"


def data_folder() -> Path:
    """The folder for the library: `MUSICVAE_DATA`, or the place that the system has for it."""
    if named := os.environ.get(OVERRIDE):
        return Path(named)
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming") / NAME
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / NAME
    home = os.environ.get("XDG_DATA_HOME", "")
    if Path(home).is_absolute():  # the specification says to ignore others
        return Path(home) / NAME
    return Path.home() / ".local" / "share" / NAME
