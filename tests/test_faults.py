"""A command that is ended at any moment leaves whole files, and the next run tidies up."""

from __future__ import annotations

import random
import signal

import pytest

from .faults import SIGKILL, Place, end_once, run
from .posix import posix_only

pytestmark = posix_only("signals that end a process")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A tiny model, a few tunes and a data set."""
    return Place.create(tmp_path_factory.mktemp("faults"), tunes=4)


def test_generate_survives_a_kill(place: Place) -> None:
    """No clip is empty, somebody's clip stays, and leftovers go with the next run."""
    whole = run(place.command("generate", place.fresh("generate", -1)))
    assert (whole.code, whole.wrong) == (0, [])
    after = random.Random(0).uniform(0.5, 0.9) * whole.seconds
    assert end_once(place, "generate", SIGKILL, after, 0).wrong == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "number"),
    [("generate", signal.SIGTERM), ("prepare", SIGKILL), ("personalize", signal.SIGTERM)],
)
def test_long_commands_survive_signals(name: str, number: signal.Signals, place: Place) -> None:
    """`scripts/faults.py` ends every long command by every signal, many times."""
    after = random.Random(name).uniform(0.5, 2.0)
    assert end_once(place, name, number, after, 0).wrong == []
