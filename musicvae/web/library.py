"""The library: clips as MIDI files in a SQLite database, which outlives the server and its crashes.

Several servers may use one library. A clip is in the database before its request is answered.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

from ..arguments import quote
from ..atomic_files import make_folder
from ..errors import OutputError
from .failures import NotHere

VERSION = 1
"""Of the tables; a library of a later version is not opened."""

WAIT_SECONDS = 20.0
"""How long a write waits for that of another server."""

MAX_NAME = 200
"""Characters of the name of a clip; the rest is cut off."""

TABLE = """
CREATE TABLE IF NOT EXISTS clips (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    starred INTEGER NOT NULL DEFAULT 0,
    trashed INTEGER NOT NULL DEFAULT 0,
    made TEXT NOT NULL,
    about TEXT NOT NULL,
    summary TEXT NOT NULL,
    midi BLOB NOT NULL
)
"""
"""`about` and `summary` are JSON: how the clip was made, and its music without notes."""

COLUMNS = "id, name, starred, trashed, made, about, summary"


@dataclass(frozen=True)
class Clip:
    """A clip and how it was made.

    Attributes:
        id: 16 hexadecimal digits; None for a clip that is not kept.
        about: `verb`, `model`, `seed`, `parents`, `cost` and `notices`, as JSON values.
        summary: its music as JSON without notes.
        midi: its file; empty where clips are listed.
        music: its music as JSON with the notes, which is not stored; None if it was not read.
    """

    name: str
    about: dict[str, Any]
    summary: dict[str, Any]
    midi: bytes = field(default=b"", repr=False)
    music: dict[str, Any] | None = field(default=None, repr=False, compare=False)
    id: str | None = None
    starred: bool = False
    trashed: bool = False
    made: str = ""


def clean_name(name: str) -> str:
    r"""A name in one line, without control characters, of at most `MAX_NAME` characters.

    >>> clean_name(" a\nb ")
    'a b'
    """
    printable = "".join(c if c.isprintable() else " " for c in name)
    return " ".join(printable.split())[:MAX_NAME] or "Clip"


class Library:
    """The clips of a database, which is made if it is not there.

    Raises:
        OutputError: it cannot be opened or made, or is no library that this version reads.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._lock = Lock()
        make_folder(self.path.parent)
        try:
            self._database = sqlite3.connect(
                self.path, timeout=WAIT_SECONDS, check_same_thread=False, isolation_level=None
            )
            self._prepare()
        except sqlite3.Error as error:
            raise OutputError(
                f"The library {self.path} cannot be opened: {error}. Move it away, or name another "
                "(--library)."
            ) from error

    def _prepare(self) -> None:
        """Make the table, or check that it is one of this version."""
        (version,) = self._database.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            self.close()
            raise OutputError(
                f"The library {self.path} was written by a later version of musicvae: update, or "
                "name another (--library)."
            )
        self._database.execute("PRAGMA journal_mode = WAL")  # readers need not wait for writers
        self._database.execute("PRAGMA synchronous = NORMAL")
        with self._writing():
            self._database.execute(TABLE)
            self._database.execute(f"PRAGMA user_version = {VERSION}")

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._database.close()

    def add(self, clips: Sequence[Clip]) -> list[Clip]:
        """Store clips, all or none, and return them with their identifiers and the time."""
        made = datetime.now(UTC).isoformat(timespec="milliseconds")
        stored = [
            replace(clip, id=secrets.token_hex(8), made=made, name=clean_name(clip.name))
            for clip in clips
        ]
        with self._writing():
            self._database.executemany(
                "INSERT INTO clips (id, name, starred, made, about, summary, midi) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    (c.id, c.name, c.starred, made, _text(c.about), _text(c.summary), c.midi)
                    for c in stored
                ],
            )
        return stored

    def get(self, identifier: str) -> Clip:
        """A clip with its file.

        Raises:
            NotHere: there is none.
        """
        with self._reading():
            row = self._database.execute(
                f"SELECT {COLUMNS}, midi FROM clips WHERE id = ?", (identifier,)
            ).fetchone()
        if row is None:
            raise NotHere(f"There is no clip {quote(identifier)}.")
        return _clip(*row)

    def list(self, *, starred: bool = False, trashed: bool = False) -> list[Clip]:
        """The clips without their files, the latest first: those in the trash, or the others."""
        with self._reading():
            rows = self._database.execute(
                f"SELECT {COLUMNS} FROM clips WHERE trashed = ? AND starred >= ? "
                "ORDER BY number DESC",
                (trashed, starred),
            ).fetchall()
        return [_clip(*row) for row in rows]

    def change(
        self,
        identifier: str,
        *,
        name: str | None = None,
        starred: bool | None = None,
        trashed: bool | None = None,
    ) -> Clip:
        """Change a clip where something is given, and return it.

        Raises:
            NotHere: there is none.
        """
        new_name = None if name is None else clean_name(name)
        with self._writing():
            self._database.execute(
                "UPDATE clips SET name = coalesce(?, name), starred = coalesce(?, starred), "
                "trashed = coalesce(?, trashed) WHERE id = ?",
                (new_name, starred, trashed, identifier),
            )
        return self.get(identifier)

    def empty_trash(self) -> int:
        """Delete what is in the trash for good, and return how many clips that were."""
        with self._writing():
            return self._database.execute("DELETE FROM clips WHERE trashed").rowcount

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Hold the connection, which one thread at a time may use."""
        with self._lock:
            try:
                yield
            except sqlite3.Error as error:
                raise OutputError(f"The library {self.path} cannot be read: {error}.") from error

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Hold the connection in a transaction, which an error undoes."""
        with self._lock:
            try:
                self._database.execute("BEGIN IMMEDIATE")
                try:
                    yield
                except BaseException:
                    self._database.execute("ROLLBACK")
                    raise
                self._database.execute("COMMIT")
            except sqlite3.Error as error:
                raise OutputError(f"The library {self.path} cannot be written: {error}.") from error


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _clip(
    identifier: str,
    name: str,
    starred: int,
    trashed: int,
    made: str,
    about: str,
    summary: str,
    midi: bytes = b"",
) -> Clip:
    """A clip from a row of the table."""
    return Clip(
        name,
        json.loads(about),
        json.loads(summary),
        midi,
        id=identifier,
        starred=bool(starred),
        trashed=bool(trashed),
        made=made,
    )
