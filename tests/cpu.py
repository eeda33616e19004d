"""A bound on CPU that nothing but a hang exceeds."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

HANG_SECONDS = 10.0
"""CPU that no small input takes: 0.5 s are expected, three times as much under a tracer, on a slow
machine. How long it takes is measured by scripts/bench/limits.py and scripts/fuzz.py, not by tests.
"""


@contextmanager
def no_hang() -> Iterator[None]:
    """Fail if the block takes HANG_SECONDS of CPU; where the system has an alarm, end it then."""
    began = time.process_time()
    if hasattr(signal, "setitimer"):
        with _alarm():
            yield
    else:
        yield
    assert time.process_time() - began < HANG_SECONDS  # a handler may have caught the alarm


@contextmanager
def _alarm() -> Iterator[None]:
    """Raise an AssertionError in the block after HANG_SECONDS of CPU."""

    def fail(*_: object) -> None:
        raise AssertionError(f"more than {HANG_SECONDS:g} s of CPU")

    previous = signal.signal(signal.SIGPROF, fail)
    signal.setitimer(signal.ITIMER_PROF, HANG_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, previous)
