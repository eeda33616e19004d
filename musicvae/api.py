"""MusicVAE: one object that binds the verbs to a checkpoint; music of any kind in, phrases out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from . import checkpoint as checkpoints
from . import exploration, extension, generation, interpolation
from .checkpoint import Checkpoint
from .config import SampleConfig
from .engine import Player
from .errors import CheckpointError, RequestError
from .generation import Reconstruction
from .library import Library
from .music.accompaniment import accompanied, known_pattern
from .music.exchange import NoteTuple, from_pretty_midi, from_tuples
from .music.midi import Source, main_phrase, read_midi
from .music.notes import Phrase
from .music.units import Meter, parse_meter
from .music.voices import voice
from .presets import DEFAULT_MODEL
from .progress import Progress, silent
from .similarity import Match, digest, open_library, similar

if TYPE_CHECKING:
    from pretty_midi import PrettyMIDI

    from .generation import Array

Music: TypeAlias = "Phrase | Source | PrettyMIDI | Iterable[NoteTuple]"
"""What every verb takes."""

SHIPPED = (
    Path(__file__).parent / "checkpoints",  # in an installed package
    Path(__file__).parent.parent / "checkpoints",  # in the repository
)


class MusicVAE:
    """A trained model that plays.

    Every verb takes music as a `Phrase`, a path, the bytes of a MIDI file, a
    `pretty_midi.PrettyMIDI`, or note tuples (start and duration in quarters,
    pitch, velocity), and gives phrases; `to_tuples`, `to_pretty_midi`,
    `midi_bytes` and `write_midi` turn those into what is needed.
    """

    def __init__(self, checkpoint: Checkpoint) -> None:
        self.checkpoint = checkpoint
        self.player = Player(checkpoint)

    def __repr__(self) -> str:
        return f"MusicVAE({self.checkpoint.config.preset!r}, verbs={', '.join(self.verbs)})"

    @property
    def verbs(self) -> tuple[str, ...]:
        """What this model can be asked to play."""
        return self.player.verbs

    def generate(
        self,
        n: int = SampleConfig.n,
        *,
        meter: str | Meter = "4/4",
        bpm: float = 120.0,
        program: int = 0,
        temperature: float = SampleConfig.temperature,
        pattern: str | None = None,
        seed: int | None = None,
    ) -> list[Phrase]:
        """Draw new phrases.

        Args:
            n: how many.
            meter: such as "6/8"; "4/4t" is 4/4 on the triplet grid.
            bpm: quarters per minute.
            program: General MIDI number of the instrument, 0 to 127.
            temperature: 0.5 plays it safe, 1.0 is the model's own taste, 1.3 wanders.
            pattern: how the chords of a lead sheet are played: `block`, which is usual,
                `arpeggio`, `strum` or `walking`.
            seed: the same seed gives the same phrases.

        Raises:
            RequestError, MeterError: a number is out of range, the net cannot generate,
                or a pattern is asked of a model that makes no chords.
        """
        render = self._renderer(pattern)
        phrases = generation.generate(
            self.player,
            n,
            meter=_meter(meter),
            bpm=bpm,
            program=program,
            temperature=temperature,
            seed=seed,
        )
        return [render(phrase) for phrase in phrases]

    def interpolate(
        self,
        a: Music,
        b: Music,
        n: int = 8,
        *,
        track: str | int | None = None,
        track_b: str | int | None = None,
        curve: str = "even",
        temperature: float = 0.0,
        pattern: str | None = None,
        seed: int | None = None,
        bpm: float = 120.0,
    ) -> list[Phrase]:
        """Walk from one piece of music to another; see `interpolation.interpolate`.

        Args:
            a, b: music of any kind; of a file with changes of meter, the stretch with most notes.
            n: phrases, both ends included.
            track: number (from 1) or name of the part to read; else the melody is found.
            track_b: the same for `b`, where it is another.
            curve: how the walk is spread: `even` to the ear, `line` (equal steps in z), `ease`
                (slow near both ends), `early` or `late`.
            temperature: 0 takes the most probable step.
            pattern: as `generate` takes it.
            seed: of the draws at temperatures above 0.
            bpm: of MIDI files that are timed in seconds.

        Raises:
            MidiError, RequestError: an input cannot be used, or a number is out of range.
        """
        other = track if track_b is None else track_b
        render = self._renderer(pattern)
        ends = self._voice(a, track, bpm), self._voice(b, other, bpm)
        walk = interpolation.interpolate(
            self.player, *ends, n, curve=curve, temperature=temperature, seed=seed
        )
        return [render(phrase) for phrase in walk]

    def grid(
        self,
        corners: Sequence[Music],
        n: int = 4,
        *,
        track: str | int | None = None,
        curve: str = "even",
        temperature: float = 0.0,
        pattern: str | None = None,
        seed: int | None = None,
        bpm: float = 120.0,
    ) -> list[Phrase]:
        """All that lies between three or four pieces of music; see `exploration.grid`.

        Args:
            corners: top left, top right, bottom left and, if not what the others make of it,
                bottom right.
            n: phrases on a side; `n * n` are given, row by row.
            track: of all of them; the rest as `interpolate` takes it.

        Raises:
            MidiError, RequestError: an input cannot be used, or a number is out of range.
        """
        render = self._renderer(pattern)
        voices = [self._voice(corner, track, bpm) for corner in corners]
        cells = exploration.grid(
            self.player, voices, n, curve=curve, temperature=temperature, seed=seed
        )
        return [render(phrase) for phrase in cells]

    def analogy(
        self,
        a: Music,
        b: Music,
        c: Music,
        *,
        strength: float = 1.0,
        track: str | int | None = None,
        temperature: float = 0.0,
        pattern: str | None = None,
        seed: int | None = None,
        bpm: float = 120.0,
    ) -> Phrase:
        """What is to `c` as `b` is to `a`: c + strength (b - a); see `exploration.analogy`.

        Args:
            a, b, c: music of any kind.
            strength: 0 is the reconstruction of `c`, 1 all of the step from `a` to `b`.
            track: of all three; the rest as `interpolate` takes it.

        Raises:
            MidiError, RequestError: an input cannot be used, or a number is out of range.
        """
        render = self._renderer(pattern)
        voices = [self._voice(music, track, bpm) for music in (a, b, c)]
        made = exploration.analogy(
            self.player, *voices, strength=strength, temperature=temperature, seed=seed
        )
        return render(made)

    def open_library(self, folder: str | Path, *, progress: Progress = silent) -> Library:
        """A folder of MIDI to look for similar music in; see `similarity.open_library`.

        What is new or changed since it was opened last is read, and kept in the folder.

        Raises:
            DatasetError, RequestError: it is no folder, or there is nothing in it to compare.
        """
        return open_library(self.player, digest(self.checkpoint), folder, progress=progress)

    def similar(
        self,
        query: Music,
        library: Library | str | Path,
        n: int = 10,
        *,
        track: str | int | None = None,
        any_key: bool = True,
        bpm: float = 120.0,
    ) -> list[Match]:
        """The files of a folder that are most like some music; see `similarity.similar`.

        Args:
            query: music of any kind; a file is not found in its own folder.
            library: a folder of MIDI, or what `open_library` made of one to ask it often.
            n: files at most, nearest first.
            track: of the query, as `interpolate` takes it.
            any_key: whether it is looked for in all twelve keys.
            bpm: of a query that is timed in seconds.

        Raises:
            DatasetError, MidiError, RequestError: the folder or the query cannot be used.
        """
        phrase = self._voice(query, track, bpm)
        opened = library if isinstance(library, Library) else self.open_library(library)
        if opened.model != digest(self.checkpoint):
            raise RequestError("This library was opened with another model: open it with this one.")
        own = Path(query) if isinstance(query, (str, Path)) else None
        return similar(self.player, phrase, opened, n, any_key=any_key, besides=own)

    def reconstruct(
        self,
        source: Music,
        *,
        track: str | int | None = None,
        temperature: float = 0.0,
        pattern: str | None = None,
        seed: int | None = None,
        bpm: float = 120.0,
    ) -> Reconstruction:
        """Send music through z and back; arguments as `interpolate` takes them.

        Raises:
            MidiError, RequestError: the input cannot be used, or a number is out of range.
        """
        render = self._renderer(pattern)
        phrase = self._voice(source, track, bpm)
        made = generation.reconstruct(self.player, phrase, temperature=temperature, seed=seed)
        return replace(made, phrase=render(made.phrase))

    def extend(
        self,
        source: Music,
        bars: int = 4,
        *,
        track: str | int | None = None,
        temperature: float = SampleConfig.temperature,
        pattern: str | None = None,
        seed: int | None = None,
        bpm: float = 120.0,
    ) -> Phrase:
        """Some music and so many new bars after it, in its meter, tempo and instrument.

        The prior of the model does it, or a net that predicts the next step itself (preset
        `rnn` or `lstm`). See `extension.extend`; arguments as `interpolate` takes them.

        Raises:
            MidiError, RequestError: the input cannot be used, a number is out of range,
                or the net cannot extend.
        """
        render = self._renderer(pattern)
        phrase = self._voice(source, track, bpm)
        longer = extension.extend(self.player, phrase, bars, temperature=temperature, seed=seed)
        return render(longer)

    def encode(self, source: Music, *, track: str | int | None = None, bpm: float = 120.0) -> Array:
        """The posterior mean of each window of some music. Output `[windows, Z]`."""
        return generation.encode(self.player, self._voice(source, track, bpm))

    def decode(
        self,
        z: Array,
        *,
        meter: str | Meter = "4/4",
        bpm: float = 120.0,
        program: int = 0,
        temperature: float = 0.0,
        pattern: str | None = None,
        seed: int | None = None,
    ) -> list[Phrase]:
        """A phrase for each row of `z`, `[N, Z]`; the rest as `generate` takes it."""
        render = self._renderer(pattern)
        phrases = generation.decode(
            self.player,
            z,
            meter=_meter(meter),
            bpm=bpm,
            program=program,
            temperature=temperature,
            seed=seed,
        )
        return [render(phrase) for phrase in phrases]

    def _renderer(self, pattern: str | None) -> Callable[[Phrase], Phrase]:
        """What makes of a phrase that was decoded what is heard."""
        if self.player.codec.name == "leadsheet":
            return partial(accompanied, pattern=known_pattern(pattern or "block"))
        if pattern:
            raise RequestError("This model makes no chords that a pattern could play")
        return lambda phrase: phrase

    def _voice(self, music: Music, track: str | int | None, bpm: float) -> Phrase:
        """What this model's codec reads of some music; errors name the file it came from."""
        phrase = to_phrase(music, bpm=bpm)
        with _naming(music):
            return voice(phrase, self.player.codec.name, track)


def load(name_or_path: str | Path = DEFAULT_MODEL) -> MusicVAE:
    """A model that came with the package, by name, or any checkpoint folder.

    Without a name it is the one that `musicvae generate` plays, a tune with its chords; what
    gives your own music back note for note is "melody-2bar".

    Raises:
        CheckpointError: there is none; the message lists those that came with the package.
    """
    return MusicVAE(checkpoints.load(find_checkpoint(name_or_path)))


def find_checkpoint(name_or_path: str | Path) -> Path:
    """The folder of a shipped model or of a user's own."""
    for folder in (Path(name_or_path), *(home / name_or_path for home in SHIPPED)):
        if (folder / checkpoints.CONFIG).is_file():
            return folder
    known = sorted({path.parent.name for home in SHIPPED for path in home.glob("*/config.json")})
    raise CheckpointError(
        f"There is no model {str(name_or_path)!r}: name one that came with the package "
        f"({', '.join(known) or 'none is installed'}) or the folder of a checkpoint."
    )


def to_phrase(music: Music, *, bpm: float = 120.0) -> Phrase:
    """Music of any kind as a phrase: see `MusicVAE`. Of several meters, the one with most notes.

    Raises:
        MidiError: it cannot be read, or there is no note in it.
        RequestError: it is nothing of the kind.
    """
    if isinstance(music, Phrase):
        return music
    source: Any = music
    if isinstance(source, (str, Path, bytes)) or hasattr(source, "read"):
        return main_phrase(read_midi(source, bpm=bpm))
    if hasattr(source, "instruments"):
        return main_phrase(from_pretty_midi(source))
    if not isinstance(source, Iterable) or isinstance(source, (bytearray, memoryview)):
        raise RequestError(
            f"{type(source).__name__} is no music: give a path, the bytes of a MIDI file, "
            "a pretty_midi.PrettyMIDI, a Phrase, or note tuples."
        )
    return from_tuples(source, bpm=bpm)


@contextmanager
def _naming(music: Music) -> Iterator[None]:
    try:
        yield
    except RequestError as error:
        if isinstance(music, (str, Path)):
            raise RequestError(f"{music}: {error}.") from error
        raise


def _meter(meter: str | Meter) -> Meter:
    return parse_meter(meter) if isinstance(meter, str) else meter
