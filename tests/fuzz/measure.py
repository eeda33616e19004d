"""Run a function on one input with limits, and say what became of it."""

from __future__ import annotations

import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import musicvae
from musicvae.errors import MusicVAEError

MAX_SECONDS = 2.0
"""CPU that one input may take, when scripts/fuzz.py runs; tests allow more."""

MAX_BYTES = 500 * 10**6
"""By how much one input may raise the peak of the memory of the process."""

PACKAGE = str(Path(musicvae.__file__).parent)


class TooSlow(BaseException):
    """An input has taken too much CPU; no handler of the program catches it."""


class Disagreement(Exception):
    """The two readers give different notes."""


@dataclass(frozen=True)
class Outcome:
    """What became of one input.

    Attributes:
        error: type and place of the exception; empty if there was none.
        is_foreign: the exception is none of `musicvae.errors`.
        message: the last line of the traceback.
        seconds: of CPU.
        bytes: by which the peak of the memory rose.
        max_seconds: of CPU that it may take.
    """

    error: str
    is_foreign: bool
    message: str
    seconds: float
    bytes: int
    max_seconds: float = MAX_SECONDS

    @property
    def finding(self) -> str:
        """What is wrong; empty if nothing is."""
        if self.is_foreign:
            return self.error
        if self.seconds > self.max_seconds:
            return f"{self.seconds:.0f} s of CPU"
        return "memory" if self.bytes > MAX_BYTES else ""


def measure(run: Callable[[Any], object], given: Any, max_seconds: float = MAX_SECONDS) -> Outcome:
    """Run a function on an input; it is ended after `max_seconds` of CPU, if it is in Python."""

    def stop(*_: object) -> None:
        raise TooSlow

    previous = signal.signal(signal.SIGPROF, stop)
    peak, began = peak_bytes(), time.process_time()
    error = message = ""
    is_foreign = False
    try:
        try:
            signal.setitimer(signal.ITIMER_PROF, max_seconds)
            run(given)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
    except (Exception, TooSlow) as caught:
        is_foreign = not isinstance(caught, MusicVAEError)
        error = f"{type(caught).__name__} at {place_of(caught)}"
        message = traceback.format_exception_only(caught)[-1].strip()[:300]
    finally:
        signal.signal(signal.SIGPROF, previous)
    seconds = time.process_time() - began
    return Outcome(error, is_foreign, message, seconds, peak_bytes() - peak, max_seconds)


def place_of(error: BaseException) -> str:
    """File and line in the package where an exception came from."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename != __file__ or not isinstance(error, TooSlow)
    ]
    inside = [frame for frame in frames if frame.filename.startswith(PACKAGE)] or frames
    path = Path(inside[-1].filename)
    name = path.relative_to(PACKAGE) if path.is_relative_to(PACKAGE) else path.name
    return f"{name}:{inside[-1].lineno}"


def peak_bytes() -> int:
    """The most memory that the process has held; it never falls."""
    import resource  # Windows has none; there the tests are skipped

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
