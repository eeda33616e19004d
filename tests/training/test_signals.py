"""Ctrl-C and SIGTERM set an event; Ctrl-C in a whole training is in `test_training`."""

from __future__ import annotations

import threading

from musicvae.training.signals import interrupts


def test_signals_are_left_alone_outside_the_main_thread() -> None:
    """There they cannot be heard; a training in a thread runs all the same."""
    heard: list[bool] = []

    def work() -> None:
        with interrupts() as asked:
            heard.append(asked.is_set())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert heard == [False]
