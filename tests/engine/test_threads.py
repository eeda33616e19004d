"""BLAS has one thread while the engine computes, and as many as before afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.api import load
from musicvae.engine import Net, Player, threads
from musicvae.engine.threads import blas_libraries, one_blas_thread
from musicvae.engine.weights import Array
from musicvae.music.constraints import Constraints
from musicvae.music.midi import midi_bytes
from musicvae.music.units import Meter

from ..miniatures import RAGGED, tiny_checkpoint, windows_of

WORKERS = 3


def numbers() -> set[int]:
    """The number of threads of each BLAS library that is limited."""
    return {library.num_threads for library in blas_libraries()}


@pytest.fixture(autouse=True)
def four() -> Iterator[None]:
    """The process starts with four BLAS threads; the tests themselves run with one."""
    before = [library.num_threads for library in blas_libraries()]
    threads._set_threads([4] * len(before))
    yield
    threads._set_threads(before)


def test_numpy_has_a_library_that_can_be_limited() -> None:
    """OpenBLAS, as its wheels bring it."""
    assert numbers() == {4}


def test_every_pass_through_a_net_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen where each of them asks for the meter; afterwards the number is what it was."""
    seen: list[set[int]] = []
    known = Net._known

    def watched(net: Net, meter: Meter) -> Array:
        seen.append(numbers())
        return known(net, meter)

    monkeypatch.setattr(Net, "_known", watched)
    net, step = Player(tiny_checkpoint()), Player(tiny_checkpoint("lstm"))
    codes, rolls = windows_of("melody"), windows_of("roll")
    rngs = [np.random.default_rng(0)] * len(codes)
    z = net.encode(codes, RAGGED).mu
    rules = [Constraints().rule(net.codec, meter, net.steps(meter)) for meter in RAGGED]
    for work in (
        lambda: net.encode(codes, RAGGED),
        lambda: net.decode(z, RAGGED, temperature=1.0, rngs=rngs),
        lambda: net.logits(z, codes, RAGGED),
        lambda: net.nats(z, codes, RAGGED),
        lambda: net.cost(z, codes, RAGGED, rules),
        lambda: step.features(rolls, RAGGED),
        lambda: step.extend(rolls[0][:16], RAGGED[0], temperature=1.0, rng=rngs[0]),
    ):
        seen.clear()
        work()
        assert seen
        assert all(each == {1} for each in seen)
        assert numbers() == {4}


def test_an_error_inside_leaves_the_number_as_it_was() -> None:
    """At one in a block around it, and at what it was outside of all."""
    with one_blas_thread():
        with pytest.raises(KeyError), one_blas_thread():
            raise KeyError
        assert numbers() == {1}
    with pytest.raises(KeyError), one_blas_thread():
        raise KeyError
    assert numbers() == {4}


@given(st.permutations(sorted([*range(WORKERS)] * 2)), st.integers(1, 4))
def test_threads_enter_and_leave_in_any_order(order: list[int], before: int) -> None:
    """One thread of BLAS while any is inside; when none is, the number is what it was."""
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
            assert numbers() == ({1} if inside else {before})


def test_what_is_played_does_not_depend_on_the_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not a byte of it under the limit; not a note without, where no library can be limited."""
    model = load("melody-2bar")
    limited = model.generate(4, seed=1)
    threads._set_threads([2] * len(blas_libraries()))
    again = model.generate(4, seed=1)
    assert list(map(midi_bytes, again)) == list(map(midi_bytes, limited))
    monkeypatch.setattr(threads, "blas_libraries", list)
    free = model.generate(4, seed=1)
    assert [phrase.parts for phrase in free] == [phrase.parts for phrase in limited]
