"""Every error this package raises on purpose; each message is one sentence to act on.

MusicVAEError                   exit code 1 at the command line
├── MidiError                   a MIDI file that cannot be used, and why
├── MeterError                  a meter the grid cannot hold
├── CheckpointError             a checkpoint that is missing, damaged or of another version
├── PresetNotFound              no such named configuration
├── DatasetError                a prepared data set that is missing, empty or does not fit
├── TrainingError               a training that cannot start or go on
├── OutputError                 a place that cannot be written, or would be overwritten
├── MissingExtra                an optional library that is not installed
└── RequestError                a request the model cannot play
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager


class MusicVAEError(Exception):
    """Base of the family; catch this one to catch them all."""


class MidiError(MusicVAEError):
    """A MIDI file that cannot be used."""

    def __init__(self, name: object, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


class MeterError(MusicVAEError, ValueError):
    """A meter the grid cannot hold."""


class CheckpointError(MusicVAEError):
    """A checkpoint that is missing, damaged or of another version."""


class PresetNotFound(MusicVAEError):
    """No such named configuration."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(f"There is no preset called {name!r}. Try one of: {', '.join(known)}.")
        self.name = name


class DatasetError(MusicVAEError):
    """A prepared data set that is missing, empty or does not fit the net."""


class TrainingError(MusicVAEError):
    """A training that cannot start or go on."""


class OutputError(MusicVAEError):
    """A place that cannot be written, or would be overwritten."""


class MissingExtra(MusicVAEError):
    """An optional library that is not installed."""

    def __init__(self, library: str, extra: str) -> None:
        super().__init__(
            f"This needs {library}, which comes with an extra: pip install 'musicvae[{extra}]'."
        )
        self.library = library
        self.extra = extra


@contextmanager
def needing(library: str, extra: str) -> Iterator[None]:
    """What is imported inside comes with an extra; where it cannot be, the extra is named.

    Raises:
        MissingExtra: it is not installed.
    """
    try:
        yield
    except ImportError as error:
        raise MissingExtra(library, extra) from error


class RequestError(MusicVAEError, ValueError):
    """A request the model cannot play."""
