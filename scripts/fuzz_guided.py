"""Feed the readers of MIDI files bytes that reach code which no bytes reached before.

    pip install atheris
    python scripts/fuzz_guided.py [--target reader] [--inputs 100000] [--out FOLDER]

atheris changes the files that scripts/fuzz.py begins with, guided by coverage. It stops at the
first input that is not read or refused with one sentence, and writes it to FOLDER.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # the repository, for tests.fuzz


def main() -> None:
    """Run atheris; it ends the process."""
    import atheris

    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--target", default="reader", choices=["reader", "both readers"])
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--out", type=Path, default=Path("fuzz-findings"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with atheris.instrument_imports(include=["musicvae"]):
        from musicvae.errors import MusicVAEError
        from tests.fuzz.midi_bytes import seeds
        from tests.fuzz.targets import TARGETS

    def run(data: bytes) -> None:
        try:
            TARGETS[options.target].run(data)
        except MusicVAEError:
            return

    corpus = Path(tempfile.mkdtemp(prefix="fuzz-corpus-"))
    for number, seed in enumerate(seeds()):
        (corpus / str(number)).write_bytes(seed)
    limits = [f"-runs={options.inputs}", "-timeout=2", "-rss_limit_mb=2000", "-max_len=100000"]
    atheris.Setup([sys.argv[0], str(corpus), f"-artifact_prefix={options.out}/", *limits], run)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
