"""Feed changed files, recipes, checkpoints, texts and values, and print what is wrong.

    python scripts/fuzz.py [--inputs 100000] [--seed 0] [--targets reader texts] [--out FOLDER]

No input may raise an exception that is not of `musicvae.errors`, take more than 2 s of CPU or
500 MB of memory, and the two readers of MIDI files give the same notes. Prints a row for each
target, then each kind of finding; the inputs of each, three at most, are written to FOLDER, bytes
as they are and other values as their `repr`. Exit code 1 if there is any.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections import Counter, defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # the repository, for tests.fuzz

from tests.fuzz.measure import Outcome, measure
from tests.fuzz.targets import TARGETS, make_input

SAVED = 3
"""Inputs that are written of each kind of finding."""


def fuzz(name: str, seed: int, count: int, out: Path) -> dict[str, list[str]]:
    """Feed one target, print its row, and return the findings, each with where its inputs are."""
    findings: defaultdict[str, list[str]] = defaultdict(list)
    kinds: Counter[str] = Counter()
    slowest, largest = Outcome("", False, "", 0.0, 0), 0
    for index in range(count):
        given = make_input(name, seed, index)
        outcome = measure(TARGETS[name].run, given)
        kinds[outcome.error] += 1
        slowest = max(slowest, outcome, key=lambda o: o.seconds)
        largest = max(largest, outcome.bytes)
        if outcome.finding:
            found = findings[outcome.finding]
            found.append(f"{name} {seed} {index}: {outcome.message}")
            if len(found) <= SAVED:
                path = out / f"{name.replace(' ', '-')}-{seed}-{index}"
                path.write_bytes(given if isinstance(given, bytes) else as_text(given))
    refused = sum(kinds.values()) - kinds[""]
    print(
        f"{name:<14}{count:>9,}{refused:>9,}{len(kinds) - ('' in kinds):>9}"
        f"{sum(map(len, findings.values())):>10,}{slowest.seconds:>10.2f}{largest / 1e6:>10.0f}",
        flush=True,
    )
    return findings


def as_text(given: object) -> bytes:
    """The `repr` of an input, which may hold numbers of any length and half characters."""
    digits = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        return repr(given).encode(errors="backslashreplace")
    finally:
        sys.set_int_max_str_digits(digits)


def main() -> None:
    """Feed all targets and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--inputs", type=int, default=100_000, help="of all targets together")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--targets", nargs="+", default=list(TARGETS), choices=list(TARGETS))
    parser.add_argument("--out", type=Path, default=Path("fuzz-findings"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    warnings.simplefilter("ignore")
    print(f"{'target':<14}{'inputs':>9}{'refused':>9}{'errors':>9}{'findings':>10}", end="")
    print(f"{'slowest s':>10}{'most MB':>10}")
    findings: defaultdict[str, list[str]] = defaultdict(list)
    for name in options.targets:
        count = options.inputs // len(options.targets)
        for finding, inputs in fuzz(name, options.seed, count, options.out).items():
            findings[finding] += inputs
    for finding, inputs in sorted(findings.items(), key=lambda item: -len(item[1])):
        print(f"{len(inputs):>6}  {finding}\n        {inputs[0][:200]}")
    sys.exit(bool(findings))


if __name__ == "__main__":
    main()
