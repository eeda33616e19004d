"""What can go wrong in the studio besides the errors of `errors.py`."""

from __future__ import annotations

from ..errors import MusicVAEError, RequestError


class NotHere(RequestError):
    """There is no such clip, job, space, model or verb."""


class Conflict(RequestError):
    """It cannot be done in the state that a clip or a job is in."""


class Busy(MusicVAEError):
    """More was asked for at once than is worked on; a moment later there is room."""

    def __init__(self) -> None:
        super().__init__("The studio is busy: ask again in a moment.")


class Cancelled(Exception):
    """Work was cancelled."""
