"""Clips over HTTP: files in, files out, names, stars and the trash."""

from __future__ import annotations

import io
import json
import wave
import zipfile
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

import musicvae
from musicvae.page.music_json import music_json
from musicvae.web.clips import file_name
from musicvae.web.music import midi_of
from musicvae.web.studio import Studio

from ..miniatures import METERS, little_band

BAND = musicvae.midi_bytes(little_band(musicvae.Meter(4, 4), 1, 4))
MARKUP = "<img src=x onerror=alert(1)>&\"'"


def upload(client: TestClient, data: bytes = BAND, name: str = "song.mid") -> Any:
    """The clip of a file."""
    answer = client.post("/api/clips", params={"name": name}, content=data)
    assert answer.status_code == 201, answer.json()
    return answer.json()


def test_a_file_comes_back_byte_for_byte(client: TestClient, tunes: Path) -> None:
    """The one that was dropped, whatever is in it."""
    for path in sorted(tunes.glob("*.mid"))[:4]:
        clip = upload(client, path.read_bytes(), path.name)
        answer = client.get(f"/api/clips/{clip['id']}/file.mid")
        assert answer.content == path.read_bytes()
        assert answer.headers["content-type"] == "audio/midi"
        assert clip["name"] == path.stem
        assert (clip["verb"], clip["seed"], clip["parents"]) == (None, None, [])


def test_a_clip_is_its_music_as_json(client: TestClient) -> None:
    """The same that the page module gives."""
    clip = upload(client)
    music = music_json(musicvae.to_phrase(BAND), "song")
    assert {name: clip[name] for name in music} == json.loads(json.dumps(music))


def test_the_list_has_no_notes(client: TestClient) -> None:
    """But all else."""
    clip = upload(client)
    (listed,) = client.get("/api/clips").json()
    for part in clip["parts"]:
        del part["notes"]
    assert listed == clip


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (b"", "empty.mid", "empty.mid: "),
        (b"la la la", "noise.mid", "noise.mid: it is not a MIDI file"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 99, "cat.png", "cat.png: it is not a MIDI file"),
        (BAND[:20], "cut.mid", "cut.mid: "),
        (b"PK\x03\x04 no zip", "score.mxl", "score.mxl: it cannot be read as a score"),
        (b"<?xml version='1.0'?><html/>", "page.xml", "it cannot be read as a score"),
        (b"la", "../../etc/<b>.mid", "<b>.mid: "),
    ],
)
def test_a_wrong_file_is_one_sentence(
    client: TestClient, data: bytes, name: str, says: str
) -> None:
    """It names the file, without the folders that a browser may send, and nothing is stored."""
    answer = client.post("/api/clips", params={"name": name}, content=data)
    assert answer.status_code == 400
    sentence = answer.json()["error"]
    assert says in sentence
    assert ".." not in sentence
    assert len(sentence.splitlines()) == 1
    assert client.get("/api/clips").json() == []


def test_a_score_is_read(client: TestClient) -> None:
    """MusicXML by its beginning, ABC by the ending of its name."""
    abc = b"X:1\nT:Scale\nM:4/4\nL:1/4\nK:G\nGABc|d4|]\n"
    clip = upload(client, abc, "scale.abc")
    assert [note[2] for note in clip["parts"][0]["notes"]] == [67, 69, 71, 72, 74]
    score = client.get(f"/api/clips/{clip['id']}/file.musicxml")
    again = upload(client, score.content, "scale.musicxml")
    assert [part["notes"] for part in again["parts"]] == [part["notes"] for part in clip["parts"]]


def test_a_score_without_its_library_is_a_sentence(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It names the extra."""
    monkeypatch.setitem(__import__("sys").modules, "music21", None)
    answer = client.post("/api/clips?name=a.abc", content=b"X:1")
    assert answer.status_code == 415
    assert "musicvae[notation]" in answer.json()["error"]


def test_a_wav_is_what_render_makes(client: TestClient) -> None:
    """Sample by sample."""
    clip = upload(client)
    answer = client.get(f"/api/clips/{clip['id']}/file.wav")
    assert answer.content == musicvae.render(BAND).wav()
    with wave.open(io.BytesIO(answer.content)) as file:
        assert file.getnchannels() == 2


def test_a_zip_has_the_files_with_their_names(client: TestClient) -> None:
    """Equal names get numbers, and none leaves the folder."""
    names = ["a.mid", "A.mid", "../../b.mid", "con.mid", f"{MARKUP}.mid", "né/🎵.mid"]
    ids = [upload(client, name=name)["id"] for name in names]
    client.patch(f"/api/clips/{ids[0]}", json={"name": "../../a"})
    client.patch(f"/api/clips/{ids[1]}", json={"name": "..\\..\\A"})
    answer = client.get("/api/clips.zip", params={"ids": ",".join([*ids, ids[0]])})
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        listed = archive.namelist()
        assert {archive.read(name) for name in listed} == {BAND}
    assert len({name.lower() for name in listed}) == len(names)
    assert not any(set('/\\:<>"') & set(name) for name in listed)
    assert {"b.mid", "con_.mid", "🎵.mid"} <= {*listed}


def test_a_zip_of_what_is_not_there_is_a_sentence(client: TestClient) -> None:
    """No empty file."""
    assert client.get("/api/clips.zip", params={"ids": "a"}).status_code == 404
    assert client.get("/api/clips.zip", params={"ids": ""}).status_code == 404
    assert client.get("/api/clips.zip").status_code == 422


def test_names_are_data(client: TestClient) -> None:
    """Markup, quotes and line breaks come back as text, and in no header."""
    clip = upload(client)
    changed = client.patch(f"/api/clips/{clip['id']}", json={"name": f"{MARKUP}\r\nX-Evil: 1"})
    assert changed.json()["name"] == f"{MARKUP} X-Evil: 1"
    answer = client.get(f"/api/clips/{clip['id']}/file.mid")
    assert "x-evil" not in answer.headers
    assert client.get(f"/api/clips/{clip['id']}").headers["content-type"] == "application/json"
    assert answer.headers["content-disposition"].startswith('attachment; filename="')


def test_a_clip_is_starred_renamed_and_trashed(client: TestClient) -> None:
    """And listed accordingly."""
    clip = upload(client)
    url = f"/api/clips/{clip['id']}"
    assert client.patch(url, json={"starred": True}).json()["starred"]
    assert client.patch(url, json={"name": "Mine"}).json()["name"] == "Mine"
    assert len(client.get("/api/clips?starred=true").json()) == 1
    assert client.delete(url).status_code == 200
    assert client.get("/api/clips").json() == []
    assert [one["name"] for one in client.get("/api/clips?trash=true").json()] == ["Mine"]
    assert client.post(f"{url}/restore").json()["name"] == "Mine"
    assert client.get("/api/clips").json()[0]["starred"]
    client.delete(url)
    assert client.delete("/api/trash").json() == {"deleted": 1}
    assert client.get(url).status_code == 404


@pytest.mark.parametrize(
    "change", [{"name": 5}, {"name": ""}, {"starred": 1}, {"id": "x"}, {"midi": "x"}, []]
)
def test_a_wrong_change_is_one_sentence(client: TestClient, change: Any) -> None:
    """Fields that cannot be changed, and other types."""
    clip = upload(client)
    answer = client.patch(f"/api/clips/{clip['id']}", json=change)
    assert answer.status_code == 422
    assert answer.json().keys() == {"error"}
    assert client.get(f"/api/clips/{clip['id']}").json() == clip


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_what_is_not_there_is_404(client: TestClient, method: str) -> None:
    """For each thing that one can do with a clip."""
    answer = client.request(method, "/api/clips/nothing", json={} if method == "PATCH" else None)
    assert answer.status_code == 404
    assert answer.json() == {"error": "There is no clip 'nothing'."}


def test_a_kind_of_file_that_there_is_not(client: TestClient) -> None:
    """The answer lists those that there are."""
    clip = upload(client)
    answer = client.get(f"/api/clips/{clip['id']}/file.mp3")
    assert answer.status_code == 404
    assert "mid, wav, musicxml" in answer.json()["error"]


def test_nothing_is_lost_when_the_studio_ends(studio: Studio, little: Path) -> None:
    """Another one on the same library has the clips, the stars and the trash."""
    first, second = (studio.add_file(BAND, f"{name}.mid") for name in "ab")
    studio.library.change(first["id"], starred=True)
    studio.library.change(second["id"], trashed=True)
    again = Studio(studio.library.path, [little])
    assert [one.name for one in again.library.list(starred=True)] == ["a"]
    assert [one.name for one in again.library.list(trashed=True)] == ["b"]
    again.close()


@pytest.mark.parametrize("seed", range(6))
def test_music_as_json_is_read_as_it_was_written(seed: int) -> None:
    """Notes, meters, tempos, programs and parts come back, in any meter."""
    phrase = little_band(METERS[seed], seed, 4)
    written = music_json(phrase)
    assert music_json(musicvae.to_phrase(midi_of(written))) == written


def test_pick_ups_and_changes_of_meter_are_read(tunes: Path) -> None:
    """What people's files have."""
    for path in sorted(tunes.glob("*.mid")):
        written = music_json(musicvae.to_phrase(path))
        again = music_json(musicvae.to_phrase(midi_of(written)))
        for name in ("meter", "bars", "pickup", "quarters", "tempos", "chords"):
            assert again[name] == written[name], (path.name, name)
        assert [part["notes"] for part in again["parts"]] == [p["notes"] for p in written["parts"]]


@pytest.mark.parametrize(
    "music",
    [
        *({}, {"parts": 5}, {"parts": [5]}, {"parts": [{"notes": 5}]}, {"parts": [{"notes": [5]}]}),
        *({"parts": [{"notes": [[0, 1]]}]}, {"parts": [{"notes": [[-1, 1, 60, 80]]}]}),
        {"parts": [{"notes": [[0, 1, 128, 80]]}]},
        {"parts": [{"notes": [[0, 1e300, 60, 80]]}]},
        {"parts": [{"notes": [["a", 1, 60, 80]]}]},
        {"parts": [], "meter": "5"},
        {"parts": [], "meter": 5},
        {"parts": [], "bpm": 0},
        {"parts": [], "tempos": [[1]]},
        {"parts": [], "chords": [1]},
        {"parts": [], "meters": [[]]},
        {"parts": [], "pickup": None},
        {"parts": [{"notes": [], "program": 999}]},
        {"parts": [{"notes": [], "name": 5}]},
        {"midi": "no base64!"},
        {"midi": 5},
        {"midi": ""},
    ],
)
def test_music_of_another_form_is_one_sentence(client: TestClient, music: dict[str, Any]) -> None:
    """Whatever field is wrong."""
    answer = client.post("/api/clips", json=music)
    assert answer.status_code == 400, answer.json()
    assert len(answer.json()["error"].splitlines()) == 1


@pytest.mark.parametrize("body", ["", "[]", "5", "{", "[" * 100_000, "\xff"])
def test_json_that_is_no_clip_is_one_sentence(client: TestClient, body: str) -> None:
    """Also what no parser reads."""
    headers = {"Content-Type": "application/json"}
    for method, path in (("POST", "/api/clips"), ("POST", "/api/verbs/vary"), ("POST", "/api/map")):
        answer = client.request(method, path, content=body.encode("latin-1"), headers=headers)
        assert answer.status_code in (400, 422)
        assert answer.json().keys() == {"error"}


@pytest.mark.parametrize("name", ["a/b", "a\\b", "..", "aux", "LPT1", "a:b*?", " ", "a" * 500])
def test_a_file_name_fits_every_system(name: str) -> None:
    """No separators, no device, no dot at its end, not too long."""
    safe = file_name(name)
    assert safe
    assert len(safe) <= 101
    assert not set('/\\:*?"<>|') & set(safe)
    assert safe.lower() not in {"aux", "lpt1", "..", "."}
