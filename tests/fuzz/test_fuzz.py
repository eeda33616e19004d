"""No input raises a foreign exception, hangs or fills the memory; scripts/fuzz.py tries more."""

from __future__ import annotations

import runpy
import sys
import warnings
from pathlib import Path

import pytest

pytest.importorskip("resource", reason="memory and CPU are not measured on this system")

from ..cpu import HANG_SECONDS
from .measure import MAX_SECONDS, Outcome, measure
from .targets import TARGETS, make_input

INPUTS = {
    "reader": 250,
    "both readers": 200,
    "recipes": 150,
    "checkpoints": 150,
    "texts": 200,
    "values": 150,
    "tuples": 150,
    "pretty_midi": 100,
    "songs": 40,
    "harmony": 40,
    "humanize": 60,
    "drums": 40,
    "playback": 60,
    "song texts": 30,
}
"""Inputs of each target; about five seconds of CPU in all."""


@pytest.mark.parametrize("name", INPUTS)
@pytest.mark.filterwarnings("ignore")
def test_every_input_is_read_or_refused_with_one_sentence(name: str) -> None:
    """Each ends in time, without an exception of another family, in little memory."""
    findings = {}
    for index in range(INPUTS[name]):
        outcome = measure(TARGETS[name].run, make_input(name, 0, index), HANG_SECONDS)
        if outcome.finding:
            findings[index] = f"{outcome.finding}: {outcome.message}"
    assert findings == {}


def test_every_target_is_fed() -> None:
    """None is left out of the short form."""
    assert INPUTS.keys() == TARGETS.keys()


@pytest.mark.parametrize("name", TARGETS)
def test_an_input_depends_on_its_seed_and_number_alone(name: str) -> None:
    """So what is found can be made again."""
    first, again, other = (repr(make_input(name, 0, index)) for index in (5, 5, 6))
    assert first == again != other


@pytest.mark.parametrize(
    ("run", "finding"),
    [
        (lambda _: 1 / 0, "ZeroDivisionError at test_fuzz.py"),
        (lambda _: [None for _ in iter(int, 1)], "TooSlow at test_fuzz.py"),
    ],
    ids=["exception", "hang"],
)
def test_what_is_wrong_is_found(run: object, finding: str) -> None:
    """A foreign exception and a hang are findings, with their place."""
    assert measure(run, None, max_seconds=0.1).finding.startswith(finding)  # type: ignore[arg-type]


def test_too_much_cpu_or_memory_is_a_finding() -> None:
    """Whether or not the input was read."""
    assert Outcome("", False, "", MAX_SECONDS + 1, 0).finding == "3 s of CPU"
    assert Outcome("", False, "", 0.0, 10**9).finding == "memory"
    assert Outcome("MidiError at x", False, "", 0.0, 0).finding == ""


@pytest.mark.slow
def test_the_long_form_prints_a_row_for_each_target(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And it writes what it finds. It runs in this process, which has loaded torch already."""
    script = Path(__file__).parents[2] / "scripts" / "fuzz.py"
    words = ["--inputs", str(3 * len(TARGETS)), "--out", str(tmp_path / "found")]
    monkeypatch.setattr(sys, "argv", [str(script), *words])
    monkeypatch.setattr(sys, "path", [*sys.path])
    with warnings.catch_warnings(), pytest.raises(SystemExit) as end:
        runpy.run_path(str(script), run_name="__main__")
    rows = capsys.readouterr().out.splitlines()[1 : len(TARGETS) + 1]
    assert [line[:14].strip() for line in rows] == list(TARGETS)
    assert end.value.code == bool(list((tmp_path / "found").iterdir()))
