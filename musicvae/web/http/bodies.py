"""The bodies of requests as JSON."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

ClipIn = str | dict[str, Any]
"""The identifier of a clip, or its music as JSON."""

Unit = Annotated[float, Field(ge=0, le=1)]


class Body(BaseModel):
    """A body whose fields have their types, and no others."""

    model_config = ConfigDict(extra="forbid", strict=True)


class ClipChange(Body):
    """What is changed of a clip."""

    name: Annotated[str, Field(min_length=1, max_length=1_000)] | None = None
    starred: bool | None = None


class VerbBody(Body):
    """What a verb is asked for."""

    model: str | None = None
    clips: Annotated[list[ClipIn], Field(max_length=4)] = []
    options: dict[str, Any] = {}
    keep: bool = True


class SpaceBody(Body):
    """The corners of a pad: two, or four."""

    model: str | None = None
    corners: Annotated[list[ClipIn], Field(min_length=2, max_length=4)]


class PointBody(Body):
    """A point of a pad."""

    x: Unit
    y: Unit = 0.0
    seed: int | None = None
    temperature: float = 0.0


class PathBody(Body):
    """Points of a pad, one after another, each [x, y]."""

    points: Annotated[
        list[Annotated[list[Unit], Field(min_length=2, max_length=2)]],
        Field(min_length=1, max_length=256),
    ]
    name: str | None = None
    seed: int | None = None
    temperature: float = 0.0


class MapBody(Body):
    """New samples, or clips, to lay out."""

    model: str | None = None
    n: int | None = None
    clips: Annotated[list[ClipIn], Field(max_length=256)] | None = None
    seed: int | None = None
