"""BLAS has one thread while the engine computes, and its old number afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from musicvae.adapt import fit_attributes, personalize
from musicvae.api.model import load
from musicvae.constraints.compile import compile_rule
from musicvae.constraints.spec import Constraints
from musicvae.engine import Net, Player, threads
from musicvae.engine.threads import blas_libraries, one_blas_thread
from musicvae.midi.writer import midi_bytes, write_midi
from musicvae.theory.meter import Meter

from ..miniatures import (
    RAGGED,
    little_tune,
    tiny_checkpoint,
    tiny_prior,
    windows_of,
    write_dataset,
)

WORKERS = 3


def thread_numbers() -> set[int]:
    """Numbers of threads of the BLAS libraries that are limited."""
    return {library.num_threads for library in blas_libraries()}


@pytest.fixture(autouse=True)
def four_threads() -> Iterator[None]:
    """Each test starts with four BLAS threads; the test process itself has one."""
    before = [library.num_threads for library in blas_libraries()]
    threads._set_threads([4] * len(before))
    yield
    threads._set_threads(before)


def test_numpy_has_a_library_that_can_be_limited() -> None:
    """The OpenBLAS of its wheels."""
    assert thread_numbers() == {4}


def test_every_pass_through_a_net_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Checked where each pass reads its meter; the old number is restored afterwards."""
    recorded: list[set[int]] = []
    original = Net._known

    def record(net: Net, meter: Meter, *steps: int) -> tuple[NDArray[np.float32], list[int]]:
        recorded.append(thread_numbers())
        return original(net, meter, *steps)

    monkeypatch.setattr(Net, "_known", record)
    net, step_net = Player(tiny_checkpoint()), Player(tiny_checkpoint("lstm"))
    codes, rolls = windows_of("melody"), windows_of("roll")
    rngs = [np.random.default_rng(0)] * len(codes)
    z = net.encode(codes, RAGGED).mu
    rules = [compile_rule(Constraints(), net.codec, meter, net.steps(meter)) for meter in RAGGED]
    for run in (
        lambda: net.encode(codes, RAGGED),
        lambda: net.decode(z, RAGGED, temperature=1.0, rngs=rngs),
        lambda: net.logits(z, codes, RAGGED),
        lambda: net.nll(z, codes, RAGGED),
        lambda: net.cost(z, codes, RAGGED, rules),
        lambda: step_net.features(rolls, RAGGED),
        lambda: step_net.extend(rolls[0][:16], RAGGED[0], temperature=1.0, rng=rngs[0]),
    ):
        recorded.clear()
        run()
        assert recorded
        assert all(numbers == {1} for numbers in recorded)
        assert thread_numbers() == {4}


def test_an_error_restores_the_number() -> None:
    """One thread remains inside an outer block; the old number returns outside of all blocks."""
    with one_blas_thread():
        with pytest.raises(KeyError), one_blas_thread():
            raise KeyError
        assert thread_numbers() == {1}
    with pytest.raises(KeyError), one_blas_thread():
        raise KeyError
    assert thread_numbers() == {4}


@given(st.permutations(sorted([*range(WORKERS)] * 2)), st.integers(1, 4))
def test_threads_enter_and_leave_in_any_order(order: list[int], before: int) -> None:
    """BLAS has one thread while any block is active, and its old number when none is."""
    threads._set_threads([before] * len(blas_libraries()))
    with ExitStack() as stack:
        workers = [stack.enter_context(ThreadPoolExecutor(1)) for _ in range(WORKERS)]
        blocks = [one_blas_thread() for _ in range(WORKERS)]
        inside: set[int] = set()
        for worker in order:
            if worker in inside:
                workers[worker].submit(blocks[worker].__exit__, None, None, None).result()
            else:
                workers[worker].submit(blocks[worker].__enter__).result()
            inside ^= {worker}
            assert thread_numbers() == ({1} if inside else {before})


def test_generated_music_does_not_depend_on_the_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are the same under the limit; notes are the same where no library can be limited."""
    model = load("melody-2bar")
    limited = model.generate(4, seed=1)
    threads._set_threads([2] * len(blas_libraries()))
    again = model.generate(4, seed=1)
    assert list(map(midi_bytes, again)) == list(map(midi_bytes, limited))
    monkeypatch.setattr(threads, "blas_libraries", list)
    free = model.generate(4, seed=1)
    assert [phrase.parts for phrase in free] == [phrase.parts for phrase in limited]


def test_fits_are_limited(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`personalize` and `fit_attributes` solve their equations with one thread, too."""
    recorded: list[set[int]] = []

    def record(*_: object, **__: object) -> None:
        recorded.append(thread_numbers())
        raise InterruptedError

    monkeypatch.setattr(personalize, "refit_head", record)
    monkeypatch.setattr(personalize, "MIN_WINDOWS", 1)
    monkeypatch.setattr(fit_attributes, "_spread", record)
    write_midi(little_tune(Meter(), 0, 8), tmp_path / "tune.mid")
    with pytest.raises(InterruptedError):
        personalize.personalize(tiny_prior(tiny_checkpoint()), [tmp_path / "tune.mid"])
    with pytest.raises(InterruptedError):
        fit_attributes.fit_attributes(tiny_checkpoint(), write_dataset(tmp_path / "data"))
    assert recorded == [{1}, {1}]
    assert thread_numbers() == {4}
