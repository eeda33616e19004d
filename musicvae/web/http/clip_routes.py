"""The routes of the library, and of the models."""

from __future__ import annotations

import io
import json
import zipfile
from asyncio import wrap_future
from typing import Any
from urllib.parse import quote as percent

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from ...errors import RequestError
from ...page.voices import voices_json
from ..clips import MEDIA_TYPES, clip_json, file_name, file_of
from ..failures import NotHere
from ..studio import Studio
from .bodies import ClipChange

MAX_ZIPPED = 1_000
"""Most clips in one zip."""


def clip_routes(studio: Studio) -> APIRouter:
    """`/api/models`, `/api/voices` and `/api/clips`."""
    routes = APIRouter(prefix="/api", tags=["clips"])

    @routes.get("/models", tags=["models"])
    async def models() -> list[dict[str, Any]]:
        """The models and what each can do."""
        return await wrap_future(studio.lane.submit(studio.models.describe))

    @routes.get("/voices")
    def voices() -> dict[str, Any]:
        """The voices of the synthesizer, for the player of the page."""
        return voices_json()

    @routes.post("/clips", status_code=201, openapi_extra=UPLOAD)
    async def add_clip(request: Request, name: str = "clip.mid") -> dict[str, Any]:
        """Store a MIDI file, or a score where music21 is installed; or a clip as JSON."""
        data = await request.body()
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == "application/json":
            clip = _read_json(data)
            return await wrap_future(studio.lane.submit(lambda: studio.add_json(clip)))
        return await wrap_future(studio.lane.submit(lambda: studio.add_file(data, name)))

    @routes.get("/clips")
    def list_clips(starred: bool = False, trash: bool = False) -> list[dict[str, Any]]:
        """The clips without their notes, the latest first."""
        clips = studio.library.list(starred=starred, trashed=trash)
        return [clip_json(clip, notes=False) for clip in clips]

    @routes.get("/clips.zip", response_class=Response)
    def zip_clips(ids: str = Query(max_length=20_000)) -> Response:
        """MIDI files of clips, with their names, in a zip."""
        data = zip_of(studio, ids.split(","))
        return _attachment(data, "application/zip", "clips.zip")

    @routes.get("/clips/{id}")
    def show_clip(id: str) -> dict[str, Any]:
        """A clip with its notes."""
        return clip_json(studio.library.get(id))

    @routes.patch("/clips/{id}")
    def change_clip(id: str, change: ClipChange) -> dict[str, Any]:
        """Name a clip, or star it."""
        return clip_json(studio.library.change(id, name=change.name, starred=change.starred))

    @routes.delete("/clips/{id}")
    def trash_clip(id: str) -> dict[str, Any]:
        """Put a clip into the trash."""
        return clip_json(studio.library.change(id, trashed=True))

    @routes.post("/clips/{id}/restore")
    def restore_clip(id: str) -> dict[str, Any]:
        """Take a clip out of the trash."""
        return clip_json(studio.library.change(id, trashed=False))

    @routes.delete("/trash")
    def empty_trash() -> dict[str, int]:
        """Delete the clips in the trash for good."""
        return {"deleted": studio.library.empty_trash()}

    @routes.get("/clips/{id}/file.{kind}", response_class=Response)
    async def clip_file(id: str, kind: str) -> Response:
        """A clip as a file: `file.mid`, `file.wav` or `file.musicxml`."""
        if kind not in MEDIA_TYPES:
            raise NotHere(f"A clip is fetched as {', '.join(MEDIA_TYPES)}, not {kind!r}.")
        clip = studio.library.get(id)
        data = await wrap_future(studio.lane.submit(lambda: file_of(clip, kind)))
        return _attachment(data, MEDIA_TYPES[kind], f"{file_name(clip.name)}.{kind}")

    return routes


UPLOAD = {
    "requestBody": {
        "required": True,
        "content": {
            "audio/midi": {"schema": {"type": "string", "format": "binary"}},
            "application/json": {"schema": {"type": "object"}},
        },
    }
}
"""What `/openapi.json` says about the body of an upload."""


def zip_of(studio: Studio, identifiers: list[str]) -> bytes:
    """A zip with the MIDI files of clips; of equal names each has a number.

    Raises:
        NotHere: there is no such clip.
        RequestError: there are too many.
    """
    if len(identifiers) > MAX_ZIPPED:
        raise RequestError(f"At most {MAX_ZIPPED:,} clips go into a zip.")
    buffer, names = io.BytesIO(), set[str]()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for identifier in dict.fromkeys(identifiers):
            clip = studio.library.get(identifier)
            stem = file_name(clip.name)
            name, number = stem, 1
            while name.lower() in names:
                number += 1
                name = f"{stem}-{number}"
            names.add(name.lower())
            archive.writestr(zipfile.ZipInfo(f"{name}.mid"), clip.midi)
    return buffer.getvalue()


def _attachment(data: bytes, media_type: str, name: str) -> Response:
    """A file to save under a name, which may have any letters."""
    plain = name.encode("ascii", "replace").decode().replace("?", "_")
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{percent(name, safe='')}"
    return Response(data, media_type=media_type, headers={"Content-Disposition": disposition})


def _read_json(data: bytes) -> dict[str, Any]:
    try:
        clip = json.loads(data)
    except (ValueError, RecursionError):
        clip = None
    if not isinstance(clip, dict):
        raise RequestError("The body is no clip as JSON.")
    return clip
