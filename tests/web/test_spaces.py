"""Pads and maps over HTTP."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

import musicvae
from musicvae.web import spaces
from musicvae.web.spaces import principal_plane
from musicvae.web.studio import Studio

from ..miniatures import little_tune
from .conftest import MODEL


@pytest.fixture
def corners(client: TestClient) -> list[str]:
    """Identifiers of four clips."""
    tunes = (little_tune(musicvae.Meter(4, 4), seed) for seed in range(4))
    answers = (client.post("/api/clips", content=musicvae.midi_bytes(tune)) for tune in tunes)
    return [answer.json()["id"] for answer in answers]


def make(client: TestClient, corners: list[Any]) -> Any:
    """A new space."""
    answer = client.post("/api/spaces", json={"model": MODEL, "corners": corners})
    assert answer.status_code == 201, answer.json()
    return answer.json()


def test_a_point_is_music_as_json(client: TestClient, corners: list[str]) -> None:
    """Of two clips or four, in the meter and length that the space told; nothing is stored."""
    for chosen in (corners[:2], corners):
        space = make(client, chosen)
        url = f"/api/spaces/{space['space']}/decode"
        music = client.post(url, json={"x": 0.5, "y": 0.25}).json()
        assert (music["meter"], music["bars"]) == (space["meter"], space["bars"]) == ("4/4", 2)
        assert music == client.post(url, json={"x": 0.5, "y": 0.25}).json()
    assert len(client.get("/api/clips").json()) == 4


def test_a_seed_and_a_temperature_draw(client: TestClient, corners: list[str]) -> None:
    """The same seed the same notes, another one others."""
    url = f"/api/spaces/{make(client, corners)['space']}/decode"
    point = {"x": 0.5, "y": 0.5, "temperature": 1.0}
    first, again, other = (
        client.post(url, json={**point, "seed": seed}).json()["parts"] for seed in (1, 1, 2)
    )
    assert first == again != other


def test_a_path_is_one_clip(client: TestClient, corners: list[str]) -> None:
    """With its name and the corners as parents; its file has all of it."""
    space = make(client, corners)["space"]
    points = [[0, 0], [0.5, 0.5], [1, 1]]
    answer = client.post(f"/api/spaces/{space}/path", json={"points": points, "name": "<b>way"})
    assert answer.status_code == 201
    clip = answer.json()
    assert (clip["bars"], clip["name"], clip["parents"]) == (6, "<b>way", corners)
    file = client.get(f"/api/clips/{clip['id']}/file.mid").content
    assert musicvae.to_phrase(file).bars == 6


def test_corners_may_be_music_as_json(client: TestClient) -> None:
    """Without a clip that is stored."""
    music = {"parts": [{"notes": [[n, 1, 60 + n, 80] for n in range(8)]}]}
    assert make(client, [music, music])["bars"] == 2


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/api/spaces", {"corners": ["a", "b"]}, 404),
        ("/api/spaces", {"corners": ["a"]}, 422),
        ("/api/spaces", {"corners": [5, 5]}, 422),
        ("/api/spaces/none/decode", {"x": 0.5}, 404),
        ("/api/spaces/none/decode", {"x": 2}, 422),
        ("/api/spaces/none/decode", {"x": "0.5"}, 422),
        ("/api/spaces/none/path", {"points": []}, 422),
        ("/api/spaces/none/path", {"points": [[0]]}, 422),
        ("/api/spaces/none/path", {"points": [[0, 0]]}, 404),
        ("/api/map", {}, 400),
        ("/api/map", {"n": 4, "clips": []}, 400),
        ("/api/map", {"clips": []}, 400),
        ("/api/map", {"n": 0, "model": MODEL}, 400),
        ("/api/map", {"n": 9_999, "model": MODEL}, 400),
        ("/api/map", {"n": 2, "model": "none"}, 404),
    ],
)
def test_what_is_wrong_is_one_sentence(
    client: TestClient, path: str, body: dict[str, Any], status: int
) -> None:
    """Fields, numbers, and what is not there."""
    answer = client.post(path, json=body)
    assert answer.status_code == status, answer.json()
    assert answer.json().keys() == {"error"}


def test_a_space_that_was_used_longest_ago_is_forgotten(
    client: TestClient, corners: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer says to make it again."""
    monkeypatch.setattr(spaces, "MAX_SPACES", 2)
    first, second = (make(client, corners[:2])["space"] for _ in range(2))
    assert client.post(f"/api/spaces/{first}/decode", json={"x": 0}).status_code == 200
    make(client, corners[:2])
    assert client.post(f"/api/spaces/{first}/decode", json={"x": 0}).status_code == 200
    answer = client.post(f"/api/spaces/{second}/decode", json={"x": 0})
    assert answer.status_code == 404
    assert "make it again" in answer.json()["error"]


def test_a_map_of_samples_has_clips_that_are_not_stored(client: TestClient) -> None:
    """Each with its place; the same seed gives the same map."""
    body = {"model": MODEL, "n": 6, "seed": 1}
    points = client.post("/api/map", json=body).json()["points"]
    assert len(points) == 6
    assert all(0 <= point[axis] <= 1 for point in points for axis in "xy")
    assert {point["clip"]["id"] for point in points} == {None}
    assert client.post("/api/map", json=body).json()["points"] == points
    assert client.get("/api/clips").json() == []


def test_a_map_of_clips_has_equal_ones_at_one_place(client: TestClient, corners: list[str]) -> None:
    """And others elsewhere."""
    body = {"model": MODEL, "clips": [*corners, corners[0]]}
    points = client.post("/api/map", json=body).json()["points"]
    places = [(round(point["x"], 6), round(point["y"], 6)) for point in points]
    assert places[0] == places[4]
    assert len({*places}) == 4
    assert [point["clip"]["id"] for point in points] == body["clips"]


def test_principal_components_are_those_of_the_covariance() -> None:
    """Up to scale, the projections on its two largest eigenvectors."""
    rng = np.random.default_rng(1)
    vectors = (
        rng.standard_normal((50, 6))
        * [9, 5, 1, 1, 1, 0.1]
        @ np.linalg.qr(rng.standard_normal((6, 6))).Q
    )
    _, axes = np.linalg.eigh(np.cov(vectors.T))
    plane = principal_plane(vectors.astype(np.float32))
    for column, axis in enumerate((axes[:, -1], axes[:, -2])):
        share = abs(np.corrcoef(plane[:, column], vectors @ axis)[0, 1])
        assert share == pytest.approx(1, abs=1e-4)
        assert (plane[:, column].min(), plane[:, column].max()) == (0, 1)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_what_does_not_vary_lies_in_the_middle(count: int) -> None:
    """One clip, or equal ones."""
    assert (principal_plane(np.ones((count, 3), np.float32)) == 0.5).all()


def test_models_are_described(client: TestClient, studio: Studio) -> None:
    """What each can do; the small one beside those of the package, of which one is the default."""
    models = {model["name"]: model for model in client.get("/api/models").json()}
    assert models.keys() == studio.models.folders.keys() > {MODEL}
    little = models[MODEL]
    assert {"generate", "fill", "grid", "analogy", "humanize"} <= {*little["verbs"]}
    assert not {"harmonize", "accompany", "drumify"} & {*little["verbs"]}
    assert (little["parts"], little["bars"], little["drums"]) == (["melody"], 2, False)
    assert [name for name, model in models.items() if model["default"]] == ["leadsheet-8bar"]
    assert models["band-8bar"]["parts"] == ["melody", "bass", "drums"]
    assert all(model["title"] for model in models.values())
