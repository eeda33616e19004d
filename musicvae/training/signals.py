"""Catch Ctrl-C and SIGTERM, so that a training can finish its update and save before it stops."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ..errors import Terminated


class Interrupt(threading.Event):
    """Set by the first Ctrl-C or SIGTERM.

    Attributes:
        reason: what to raise in the end, `Terminated` after SIGTERM.
    """

    reason: type[KeyboardInterrupt] = KeyboardInterrupt


@contextmanager
def interrupts() -> Iterator[Interrupt]:
    """Yield an event that the first Ctrl-C or SIGTERM sets; a second one ends the process."""
    interrupted = Interrupt()
    if threading.current_thread() is not threading.main_thread():
        yield interrupted  # only the main thread receives signals
        return
    previous = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def restore(number: signal.Signals) -> None:
        handler = previous[number]  # None if a host program set it without Python
        signal.signal(number, signal.SIG_DFL if handler is None else handler)

    def handle(number: int, frame: object) -> None:
        if number == signal.SIGTERM:
            interrupted.reason = Terminated
        interrupted.set()
        restore(signal.Signals(number))

    for number in previous:
        signal.signal(number, handle)
    try:
        yield interrupted
    finally:
        for number in previous:
            restore(number)
