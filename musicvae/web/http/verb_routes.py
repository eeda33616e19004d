"""The routes of the verbs, and of jobs."""

from __future__ import annotations

import inspect
from asyncio import wrap_future
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from ..studio import Studio
from ..verbs import VERBS, Verb, verb_called
from ..workers import Job
from .bodies import VerbBody

TYPES = {
    "int": "integer",
    "float": "number",
    "bool": "boolean",
    "str": "string",
    "None": "null",
}
"""Names of Python types in JSON Schema; options of other types have several forms."""


def verb_routes(studio: Studio) -> APIRouter:
    """`/api/verbs/...` and `/api/jobs/...`."""
    routes = APIRouter(prefix="/api", tags=["verbs"])
    for verb in VERBS.values():
        routes.add_api_route(
            f"/verbs/{verb.name}",
            _endpoint(studio, verb),
            methods=["POST"],
            name=verb.name,
            summary=(inspect.getdoc(verb.function) or "").partition("\n")[0],
            description=inspect.getdoc(verb.function),
            openapi_extra={"x-clips": [verb.least, verb.most], "x-options": options_schema(verb)},
        )

    @routes.post("/verbs/{verb}", include_in_schema=False)
    def no_verb(verb: str) -> None:
        verb_called(verb)

    @routes.get("/jobs/{id}", tags=["jobs"])
    def show_job(id: str) -> dict[str, Any]:
        """How far a job is, and what it made."""
        return _job_json(studio.jobs.get(id))

    @routes.delete("/jobs/{id}", tags=["jobs"])
    def cancel_job(id: str) -> dict[str, Any]:
        """Cancel a job; it stops at its next step and keeps no clip."""
        return _job_json(studio.jobs.cancel(id))

    return routes


def _endpoint(studio: Studio, verb: Verb) -> Callable[..., Coroutine[Any, Any, JSONResponse]]:
    """What answers a verb."""

    async def run_verb(body: VerbBody, job: bool = False) -> JSONResponse:
        run = partial(
            studio.run, verb.name, body.clips, body.options, model=body.model, keep=body.keep
        )
        if job:
            return JSONResponse({"job": studio.jobs.start(run).id}, 202)
        return JSONResponse({"clips": await wrap_future(studio.lane.submit(run))})

    return run_verb


def options_schema(verb: Verb) -> dict[str, Any]:
    """The options of a verb as JSON Schema, from the signature of its function."""
    properties: dict[str, Any] = {}
    for name, option in verb.options.items():
        properties[name] = _type_schema(str(option.annotation))
        if option.default is not option.empty:
            properties[name]["default"] = option.default
    required = [name for name, option in verb.options.items() if option.default is option.empty]
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _type_schema(annotation: str) -> dict[str, Any]:
    """The type of an option; none is named where it has several forms, as text or as values."""
    names = [name.strip() for name in annotation.split("|")]
    types = [TYPES[name] for name in names if name in TYPES]
    if len(types) < len(names):
        return {"description": annotation}
    return {"type": types[0] if len(types) == 1 else types}


def _job_json(job: Job) -> dict[str, Any]:
    return {
        "job": job.id,
        "state": job.state,
        "done": 1.0 if job.state == "done" else round(job.done, 4),
        "clips": job.result or [],
        "error": job.error,
    }
