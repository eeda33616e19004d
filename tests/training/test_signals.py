"""Ctrl-C and SIGTERM set an event; `test_train` tests Ctrl-C during a training."""

from __future__ import annotations

import threading

from musicvae.training.signals import interrupts


def test_signals_are_left_alone_outside_the_main_thread() -> None:
    """Only the main thread receives signals; a training in another thread still runs."""
    interrupted: list[bool] = []

    def work() -> None:
        with interrupts() as event:
            interrupted.append(event.is_set())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert interrupted == [False]
