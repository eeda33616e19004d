"""The routes of pads and maps."""

from __future__ import annotations

from asyncio import wrap_future
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from ..studio import Studio
from .bodies import MapBody, PathBody, PointBody, SpaceBody


def space_routes(studio: Studio) -> APIRouter:
    """`/api/spaces` and `/api/map`."""
    routes = APIRouter(prefix="/api", tags=["spaces"])

    @routes.post("/spaces", status_code=201)
    async def add_space(body: SpaceBody) -> dict[str, Any]:
        """Encode the corners of a pad: two, or four by rows."""
        task = studio.lane.submit(lambda: studio.add_space(body.model, body.corners))
        return await wrap_future(task)

    @routes.post("/spaces/{id}/decode")
    async def decode(id: str, body: PointBody) -> JSONResponse:
        """The music at a point of a pad."""
        task = studio.lane.submit(
            lambda: studio.decode(
                id, (body.x, body.y), temperature=body.temperature, seed=body.seed
            )
        )
        return JSONResponse(await wrap_future(task))

    @routes.post("/spaces/{id}/path", status_code=201)
    async def add_path(id: str, body: PathBody) -> dict[str, Any]:
        """Store the music along a path as one clip."""
        points = [(x, y) for x, y in body.points]
        task = studio.lane.submit(
            lambda: studio.add_path(
                id, points, body.name, temperature=body.temperature, seed=body.seed
            )
        )
        return await wrap_future(task)

    @routes.post("/map")
    async def make_map(body: MapBody) -> JSONResponse:
        """Lay out new samples, or clips, in two dimensions."""
        task = studio.lane.submit(
            lambda: studio.map(body.model, n=body.n, clips=body.clips, seed=body.seed)
        )
        return JSONResponse(await wrap_future(task))

    return routes
