"""Hash the notes of every verb and model at fixed seeds, to compare two versions of the code.

    python scripts/hash_notes.py > before.txt    # in one version
    python scripts/hash_notes.py | diff before.txt -

A hash covers meter, bars, pick-up, chords, and start, duration, pitch, velocity and offset of
every note. The second column covers the bytes of the MIDI file, settings included.
Floating-point results differ between processors, so compare runs of one machine.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import musicvae
from musicvae import MusicVAE, Phrase

TUNES = Path(__file__).parent.parent / "data" / "tunes"
CONSTRAINED = {
    "melody-2bar": {"key": "A minor", "chords": "Am F C:2 G:2", "range": "C4-C6", "density": "3-8"},
    "melody-16bar": {"key": "D dorian", "density": "2-6"},
    "leadsheet-8bar": {"key": "G", "chords": "G Em C D7", "density": "2-6"},
    "drums-2bar": {"density": "6-14"},
    "piano-2bar": {"key": "C", "chords": "C Am F G", "max_polyphony": 4, "density": "2-10"},
    "trio-4bar": {"key": "Bb", "range": "C4-C6", "density": "2-8"},
}
ATTRIBUTES = {"density": 1.0, "syncopation-8": -0.5}


def main() -> None:
    """Print the table, a line for each verb of each model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="*", default=list(CONSTRAINED))
    for name in parser.parse_args().models:
        model = musicvae.load(name)
        for case, run in cases(model, CONSTRAINED[name]):
            phrases = [*run()]
            notes = hash_of(repr(spelled(phrase)).encode() for phrase in phrases)
            print(f"{name} {case} {notes} {hash_of(map(musicvae.midi_bytes, phrases))}")
            sys.stdout.flush()


def cases(
    model: MusicVAE, constraints: dict[str, str | int]
) -> Iterator[tuple[str, Callable[[], Iterable[Phrase]]]]:
    """Every verb with a seed, and calls that take each of its options."""
    tunes = sorted(map(str, TUNES.glob("*.mid")))
    drums = "drums" in repr(model)
    a, b, c, d = model.generate(4, seed=11) if drums else tunes[:4]
    leads = "leadsheet" in repr(model)
    yield "generate", lambda: model.generate(4, seed=3)
    yield "generate-6/8", lambda: model.generate(2, meter="6/8", bpm=96, program=40, seed=3)
    yield "generate-hot", lambda: model.generate(2, temperature=1.3, humanize=0.8, seed=4)
    yield "generate-form", lambda: model.generate(2, bars=12, form="ABA", loop=True, seed=5)
    yield "generate-constrained", lambda: model.generate(3, seed=6, **constraints)
    if leads:
        for pattern in ("arpeggio", "strum", "walking"):
            yield (
                f"generate-{pattern}",
                lambda pattern=pattern: model.generate(2, pattern=pattern, seed=7, **constraints),
            )
    yield "vary", lambda: model.vary(a, 2, seed=8)
    yield "vary-set", lambda: model.vary(b, 2, settings=ATTRIBUTES, seed=8)
    yield "vary-constrained", lambda: model.vary(c, 2, strength=0.5, seed=9, **constraints)
    if "extend" in model.verbs:
        yield "extend", lambda: [model.extend(a, 4, seed=10)]
        yield "extend-constrained", lambda: [model.extend(b, 4, seed=10, **constraints)]
    yield "interpolate", lambda: model.interpolate(a, b, 5, seed=1)
    yield (
        "interpolate-hot",
        lambda: model.interpolate(b, c, 3, curve="ease", temperature=0.7, seed=1),
    )
    yield "interpolate-constrained", lambda: model.interpolate(a, d, 3, seed=1, **constraints)
    yield "grid", lambda: model.grid([a, b, c], 3, seed=1)
    yield "analogy", lambda: [model.analogy(a, b, d, seed=1)]
    yield "reconstruct", lambda: [model.reconstruct(d, seed=1).phrase]
    yield "decode", lambda: model.decode(model.encode(c), seed=2, temperature=0.5)
    yield "replay", lambda: [model.replay(model.generate(1, seed=12)[0])]
    if not drums and not leads and "trio" not in repr(model):
        yield "similar", lambda: _similar(model, a)
    if model.checkpoint.config.preset == "melody-2bar":
        yield "personalize", lambda: _personal(tunes)


def _similar(model: MusicVAE, query: str) -> list[Phrase]:
    """Files near a tune, as phrases read again; in a copy, so that no index is left behind."""
    with TemporaryDirectory() as folder:
        for tune in TUNES.glob("*.mid"):
            (Path(folder) / tune.name).write_bytes(tune.read_bytes())
        return [musicvae.to_phrase(match.path) for match in model.similar(query, folder, 5)]


def _personal(tunes: list[str]) -> list[Phrase]:
    """What a personal model plays."""
    with TemporaryDirectory() as folder:
        musicvae.personalize(tunes, out=folder, seed=1)
        return musicvae.load(folder).generate(2, seed=1)


def spelled(phrase: Phrase) -> tuple[object, ...]:
    """All that is heard, but tempo and instrument."""
    meter = phrase.meter
    return (
        (meter.numerator, meter.denominator, phrase.bars, phrase.pickup),
        [(change.step, str(change.chord)) for change in phrase.chords],
        [
            [(n.start, n.duration, n.pitch, n.velocity, n.offset) for n in part.notes]
            for part in phrase.parts
        ],
    )


def hash_of(texts: Iterable[bytes]) -> str:
    """The first 16 digits of a SHA-256."""
    found = hashlib.sha256()
    for text in texts:
        found.update(text)
    return found.hexdigest()[:16]


if __name__ == "__main__":
    main()
