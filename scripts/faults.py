"""End every long command by Ctrl-C, SIGTERM and SIGKILL at random moments; count what goes wrong.

    python scripts/faults.py [COMMAND ...] [--runs 20] [--seed 0]

After each end no clip, model or data set may be broken, and no other file changed; after Ctrl-C and
SIGTERM there is no leftover either. The same command must then run to its end and tidy up. The exit
code of this script is 1 if anything went wrong.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parent.parent))
os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

from tests.faults import COMMANDS, SIGNALS, Place, end_once, run


def main() -> int:
    """Print a row for each command and signal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("commands", nargs="*", default=list(COMMANDS))
    parser.add_argument("--runs", type=int, default=20, help="Runs of each command and signal.")
    parser.add_argument("--seed", type=int, default=0, help="Seed of the moments.")
    options = parser.parse_args()
    moments, faults = random.Random(options.seed), 0
    print(f"{'command':16}{'signal':9}{'runs':>5}{'wrong':>6}  exit codes")
    with TemporaryDirectory() as home:
        place = Place.create(Path(home))
        for name in options.commands:
            whole = run(place.command(name, place.fresh(name, -1)))
            if whole.code:
                raise SystemExit(f"{name} does not run: exit code {whole.code}")
            for signal in SIGNALS:
                codes: Counter[int] = Counter()
                wrong: Counter[str] = Counter()
                for trial in range(options.runs):
                    after = moments.uniform(0.05, 1.05) * whole.seconds
                    ending = end_once(place, name, signal, after, trial)
                    codes[ending.code] += 1
                    wrong.update(set(ending.wrong))
                faults += wrong.total()
                ends = ", ".join(f"{code} ({count})" for code, count in sorted(codes.items()))
                print(f"{name:16}{signal.name:9}{options.runs:5}{wrong.total():6}  {ends}")
                for text, count in wrong.items():
                    print(f"    {count} times: {text}")
                sys.stdout.flush()
    return 1 if faults else 0


if __name__ == "__main__":
    if main():
        sys.exit(1)
