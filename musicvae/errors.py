"""The errors of this package; each message is one sentence that says what to do.

MusicVAEError                   exit code 1 at the command line
├── MidiError                   a MIDI file that cannot be used, and why
├── MeterError                  a meter that does not fit the grid
├── CheckpointError             a checkpoint that is missing, damaged or of another version
├── PresetNotFound              a preset name that does not exist
├── DatasetError                a prepared data set that is missing, empty or does not fit
├── TrainingError               a training run that cannot start or continue
├── OutputError                 a file that cannot be written, or would be overwritten
├── MissingExtra                an optional library that is not installed
└── RequestError                invalid options, or music the model cannot read
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager


class MusicVAEError(Exception):
    """Base class of every error above."""


class MidiError(MusicVAEError):
    """A MIDI file that cannot be used."""

    def __init__(self, name: object, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


class MeterError(MusicVAEError, ValueError):
    """A meter that does not fit the grid."""


class CheckpointError(MusicVAEError):
    """A checkpoint that is missing, damaged or of another version."""


class PresetNotFound(MusicVAEError):
    """A preset name that does not exist."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(f"There is no preset called {name!r}. Try one of: {', '.join(known)}.")
        self.name = name


class DatasetError(MusicVAEError):
    """A prepared data set that is missing, empty or does not fit the net."""


class TrainingError(MusicVAEError):
    """A training run that cannot start or continue."""


class OutputError(MusicVAEError):
    """A file that cannot be written, or would be overwritten."""


class MissingExtra(MusicVAEError):
    """An optional library that is not installed."""

    def __init__(self, library: str, extra: str) -> None:
        super().__init__(
            f"This needs {library}, which comes with an extra: pip install 'musicvae[{extra}]'."
        )
        self.library = library
        self.extra = extra


@contextmanager
def require_extra(library: str, extra: str) -> Iterator[None]:
    """Turn an ImportError inside the block into an error that names the extra to install.

    Raises:
        MissingExtra: an import in the block failed.
    """
    try:
        yield
    except ImportError as error:
        raise MissingExtra(library, extra) from error


class RequestError(MusicVAEError, ValueError):
    """Invalid options, or music the model cannot read."""


class Terminated(KeyboardInterrupt):
    """SIGTERM: it ends a command as Ctrl-C does, with exit code 143 in place of 130."""
