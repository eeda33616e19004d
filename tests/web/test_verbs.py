"""Every verb over HTTP, with the options of its function and no others."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from starlette.testclient import TestClient

import musicvae
from musicvae.api.model import MusicVAE
from musicvae.web.clips import open_midi
from musicvae.web.studio import Studio
from musicvae.web.verbs import VERBS

from ..miniatures import little_band
from .conftest import MODEL

BAND = musicvae.midi_bytes(little_band(musicvae.Meter(4, 4), 1, 4))
BY_DEFAULT = {"harmonize", "melodize", "accompany", "drumify"}
"""Verbs that the small model lacks."""

NEEDED: dict[str, dict[str, Any]] = {
    "fill": {"bars": "2"},
    "transpose": {"by": 1},
    "vary": {"n": 2, "strength": 1},
    "grid": {"n": 2},
    "interpolate": {"n": 2},
}
"""Options without which a verb does nothing, or takes long."""


def ask(client: TestClient, verb: str, clips: list[Any], **body: Any) -> Any:
    """The answer to a verb."""
    return client.post(f"/api/verbs/{verb}", json={"clips": clips, **body})


@pytest.fixture
def clip(client: TestClient) -> str:
    """The identifier of a clip with melody, bass and drums."""
    answer = client.post("/api/clips?name=band.mid", content=BAND)
    assert answer.status_code == 201
    return str(answer.json()["id"])


@pytest.mark.parametrize("name", [name for name in VERBS if name not in BY_DEFAULT])
def test_every_verb_answers_with_clips_that_are_kept(
    client: TestClient, clip: str, name: str
) -> None:
    """By a small model, or without one; the clips say how they were made."""
    verb = VERBS[name]
    source = clip
    if name == "replay":
        source = ask(client, "generate", [], model=MODEL, options={"n": 1}).json()["clips"][0]["id"]
    model = MODEL if verb.model or name == "replay" else None
    answer = ask(client, name, [source] * verb.least, model=model, options=NEEDED.get(name, {}))
    assert answer.status_code == 200, answer.json()
    for made in answer.json()["clips"]:
        assert made["verb"] == name
        assert made["model"] == model
        assert made["parents"] == [source] * verb.least
        assert client.get(f"/api/clips/{made['id']}").json() == made


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(BY_DEFAULT))
def test_the_default_models_answer_too(client: TestClient, clip: str, name: str) -> None:
    """Those of the package."""
    options = {"replace": "bass"} if name == "accompany" else {}
    answer = ask(client, name, [clip], options={"bars": "1-2", "seed": 1, **options})
    assert answer.status_code == 200, answer.json()
    assert answer.json()["clips"][0]["model"] == VERBS[name].model


def test_a_verb_answers_what_the_function_returns(studio: Studio, client: TestClient) -> None:
    """The same options and seed give the same notes, in the same order."""
    options: dict[str, Any] = {"n": 3, "seed": 7, "meter": "6/8", "key": "D", "range": "C4-C6"}
    clips = ask(client, "generate", [], model=MODEL, options=options).json()["clips"]
    phrases = studio.models.get(MODEL).generate(**options)
    stored = [open_midi(studio.library.get(clip["id"]).midi, "").main for clip in clips]
    assert stored == phrases
    assert [clip["seed"] for clip in clips] == [7, 7, 7]


def test_a_seed_is_chosen_and_told(client: TestClient) -> None:
    """What was made without a seed can be made again."""
    first = ask(client, "generate", [], model=MODEL, options={"n": 1}).json()["clips"][0]
    again = ask(client, "generate", [], model=MODEL, options={"n": 1, "seed": first["seed"]})
    assert again.json()["clips"][0]["parts"] == first["parts"]


@pytest.mark.parametrize("name", VERBS)
def test_the_options_are_those_of_the_function(client: TestClient, name: str) -> None:
    """`/openapi.json` lists each with its default."""
    verb = VERBS[name]
    described = client.get("/openapi.json").json()["paths"][f"/api/verbs/{name}"]["post"]
    listed = described["x-options"]["properties"]
    keywords = {
        name: parameter.default
        for name, parameter in inspect.signature(verb.function).parameters.items()
        if name not in ("self", "source", "music", "a", "b", "c", "corners", "model")
    }
    assert listed.keys() == keywords.keys()
    for option, default in keywords.items():
        if default is not inspect.Parameter.empty:
            assert listed[option].get("default") == default  # null is left out


def test_every_method_that_returns_phrases_is_a_verb() -> None:
    """A new method of the model is offered, unless it works on latent vectors or folders."""
    methods = {name for name in vars(MusicVAE) | _inherited() if not name.startswith("_")}
    others = {"decode", "encode", "similar", "open_library", "verbs", "attributes"}
    assert methods - others <= VERBS.keys()


def _inherited() -> dict[str, Any]:
    return {name: value for base in MusicVAE.__mro__[:-1] for name, value in vars(base).items()}


WRONG_VALUES: tuple[Any, ...] = (
    None,
    True,
    -1,
    0.5,
    1e400,
    "",
    "🎵" * 2000,
    [],
    [[]],
    [1, "a"],
    {},
    {"a": 1},
)

FIRST_WITH = {
    option: verb
    for verb in reversed([*VERBS])
    for option in VERBS[verb].options
    if verb not in BY_DEFAULT
}
"""A verb for each option; the check of an option is the same in all."""


@pytest.mark.parametrize("option", FIRST_WITH)
def test_an_option_of_another_type_is_one_sentence(
    studio: Studio, client: TestClient, clip: str, option: str
) -> None:
    """Whatever JSON can say: clips, or a sentence, and never a fault."""
    verb = VERBS[FIRST_WITH[option]]
    model, clips = MODEL if verb.model else None, [clip] * verb.least
    for value in WRONG_VALUES:
        options = {**NEEDED.get(verb.name, {"n": 1} if "n" in verb.options else {}), option: value}
        sentence = "fine"
        try:
            studio.run(verb.name, clips, options, model=model, keep=False)
        except musicvae.MusicVAEError as error:
            sentence = str(error)
        assert len(sentence.splitlines()) == 1, value


@pytest.mark.parametrize(
    ("verb", "body", "status", "says"),
    [
        ("sing", {}, 404, "There is no verb 'sing'"),
        ("generate", {"options": {"tempo": 9}}, 400, "generate has no option 'tempo'"),
        ("generate", {"options": {"n": "4"}}, 400, "n is a whole number"),
        ("generate", {"options": {"n": 100_000}}, 400, "at most 256 clips"),
        ("generate", {"options": {"temperature": -1}}, 400, "temperature"),
        ("generate", {"model": "../../etc"}, 404, "There is no model '../../etc'"),
        ("generate", {"clips": ["a"]}, 400, "generate reads 0 clips, not 1"),
        ("vary", {}, 400, "vary reads 1 clips, not 0"),
        ("vary", {"clips": ["nothing"]}, 404, "There is no clip 'nothing'"),
        ("vary", {"clips": [{"parts": "x"}]}, 400, "parts is a list"),
        ("generate", {"options": []}, 422, "options:"),
        ("generate", {"keep": "yes"}, 422, "keep:"),
        ("generate", {"colour": "red"}, 422, "colour:"),
    ],
)
def test_what_is_wrong_with_a_request_is_said(
    client: TestClient, verb: str, body: dict[str, Any], status: int, says: str
) -> None:
    """One sentence that names the field or the option."""
    answer = client.post(f"/api/verbs/{verb}", json=body)
    assert answer.status_code == status, answer.json()
    assert says in answer.json()["error"]
    assert answer.json().keys() == {"error"}


def test_what_is_not_kept_is_not_stored(client: TestClient) -> None:
    """It has no identifier, can be read by another verb, and be stored later as it is."""
    options = {"n": 1, "seed": 3}
    body = {"model": MODEL, "options": options, "keep": False}
    (made,) = ask(client, "generate", [], **body).json()["clips"]
    assert made["id"] is None
    assert client.get("/api/clips").json() == []
    varied = ask(client, "vary", [made], model=MODEL, options={"n": 1, "strength": 1})
    assert varied.status_code == 200
    stored = client.post("/api/clips", json=made).json()
    assert stored["parts"] == made["parts"]
    assert (stored["verb"], stored["seed"]) == ("generate", 3)
    replayed = ask(client, "replay", [stored["id"]], model=MODEL)
    assert replayed.json()["clips"][0]["parts"] == made["parts"]


def test_a_groove_is_a_clip(client: TestClient, clip: str) -> None:
    """An option that is music takes an identifier."""
    answer = ask(client, "humanize", [clip], options={"groove": clip, "amount": 1.0})
    assert answer.status_code == 200, answer.json()


def test_a_verb_on_a_song_keeps_its_other_parts(client: TestClient, clip: str) -> None:
    """The clip has all parts of the song, the new one among them."""
    answer = ask(client, "fill", [clip], model=MODEL, options={"bars": "2", "seed": 1})
    (filled,) = answer.json()["clips"]
    song = client.get(f"/api/clips/{clip}").json()
    assert [part["name"] for part in filled["parts"]] == [part["name"] for part in song["parts"]]
    assert filled["parts"][1:] == song["parts"][1:]
    assert filled["parts"][0] != song["parts"][0]
