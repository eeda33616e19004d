"""What the studio refuses, whatever is asked, and the headers of every answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from musicvae.midi.limits import Limits
from musicvae.web.http.app import build_app
from musicvae.web.http.guard import HEADERS, MAX_JSON, Guard, is_loopback
from musicvae.web.studio import Studio

from .conftest import MODEL

TOKEN = "letmein-0123456789"
GENERATE = {"model": MODEL, "options": {"n": 1, "seed": 1}}


@pytest.fixture
def open_client(studio: Studio) -> TestClient:
    """A client of a studio that other computers reach."""
    app = build_app(studio, "0.0.0.0", TOKEN)
    return TestClient(app, base_url="http://192.168.1.7:8000", follow_redirects=False)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:8000", "localhost:1", "LOCALHOST", "[::1]:8000"]
)
def test_names_of_this_computer_pass(client: TestClient, host: str) -> None:
    """With any port."""
    assert client.get("/api/clips", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "", "[", "192.168.1.7"]
)
def test_a_foreign_host_is_refused(client: TestClient, host: str) -> None:
    """A site may let its own name point to this computer."""
    answer = client.get("/api/clips", headers={"Host": host})
    assert answer.status_code == 403
    assert answer.json()["error"]


@pytest.mark.parametrize(
    "origin",
    [
        *("http://evil.example", "https://127.0.0.1.evil.example:8000", "null", ""),
        *("http://127.0.0.1:9999", "http://localhost:8000", "http://127.0.0.1", "file://"),
    ],
)
@pytest.mark.parametrize("path", ["/", "/api/clips", "/openapi.json", "/nowhere"])
def test_a_foreign_origin_is_refused(client: TestClient, origin: str, path: str) -> None:
    """Another site, another port, and pages without an origin; for every address."""
    assert client.get(path, headers={"Origin": origin}).status_code == 403
    assert client.post(path, headers={"Origin": origin}, json={}).status_code == 403


def test_the_page_itself_passes(client: TestClient) -> None:
    """Its origin is the host that it asks."""
    headers = {"Origin": "http://127.0.0.1:8000"}
    answer = client.post("/api/verbs/generate", headers=headers, json=GENERATE)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
@pytest.mark.parametrize(
    "path", ["/api/verbs/generate", "/api/spaces", "/api/map", "/api/spaces/a/decode"]
)
def test_json_must_be_declared(client: TestClient, kind: str, path: str) -> None:
    """A form of another site is sent without asking first, and so is plain text."""
    answer = client.post(path, content="{}", headers={"Content-Type": kind})
    assert answer.status_code == 415
    assert "Content-Type" in answer.json()["error"]


def requests(client: TestClient) -> Iterator[Any]:
    """An answer of each kind: a page, data, files, and all errors."""
    yield client.get("/")
    yield client.get("/docs")
    yield client.get("/openapi.json")
    yield client.get("/api/clips")
    yield client.get("/nowhere")
    yield client.put("/api/clips")
    yield client.get("/api/clips/none/file.mid")
    yield client.post("/api/clips", content=b"la la la")
    yield client.post("/api/verbs/generate", content="{", headers={"Content-Type": JSON})
    yield client.post("/api/verbs/generate", json={"keep": 1})
    yield client.post("/api/verbs/generate", content="x" * (MAX_JSON + 1))
    yield client.get("/", headers={"Host": "evil.example"})
    yield client.head("/static/index.html")


JSON = "application/json"


def test_every_answer_has_the_policy(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages, data, errors and faults."""
    monkeypatch.setattr(Studio, "add_space", lambda *_: 1 / 0)
    fault = client.post("/api/spaces", json={"corners": ["a", "b"]})
    assert fault.status_code == 500
    assert fault.json()["error"].startswith("Something went wrong")
    for answer in (fault, *requests(client)):
        for name, value in HEADERS.items():
            assert answer.headers[name] == value, answer.request.url
        assert "server" not in answer.headers


def test_the_policy_allows_no_other_place() -> None:
    """Nothing inline, nothing from elsewhere, in no frame."""
    policy = HEADERS["content-security-policy"]
    assert "unsafe" not in policy
    assert "http" not in policy
    assert {"default-src 'self'", "frame-ancestors 'none'"} <= {*policy.split("; ")}


def chunks(size: int) -> Iterator[bytes]:
    """A body whose length is not told beforehand."""
    for _ in range(size // 2**16 + 1):
        yield b" " * 2**16


@pytest.mark.parametrize("path", ["/api/verbs/generate", "/api/spaces", "/api/map"])
def test_a_body_is_bounded(client: TestClient, path: str) -> None:
    """By the length that is told, and by what comes."""
    headers = {"Content-Type": JSON}
    for body in (b" " * (MAX_JSON + 1), chunks(MAX_JSON + 1)):
        answer = client.post(path, content=body, headers=headers)
        assert answer.status_code == 413
        assert answer.json() == {"error": "That is too large: at most 1 MB are read."}


def test_an_upload_is_bounded(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the limit of the reader: what is larger than JSON may be is read, and no more."""
    answer = client.post("/api/clips", content=b"", headers={"Content-Length": str(2**40)})
    assert answer.status_code == 413
    assert answer.json() == {"error": "That is too large: at most 64 MB are read."}
    assert client.post("/api/clips", content=chunks(MAX_JSON + 1)).status_code == 400
    monkeypatch.setattr("musicvae.web.http.guard.DEFAULT_LIMITS", Limits(bytes=2 * MAX_JSON))
    assert client.post("/api/clips", content=chunks(2 * MAX_JSON + 1)).status_code == 413


def test_a_length_that_is_no_number_is_refused(client: TestClient) -> None:
    """It is not taken for zero."""
    headers = {"Content-Length": "-1", "Content-Type": JSON}
    assert client.post("/api/map", headers=headers).status_code == 413


def raw_get(app: Any, path: str) -> tuple[int, bytes]:
    """Status and body of the answer to a path as it is, which clients would normalize."""
    sent: list[Any] = []

    messages = iter([{"type": "http.request", "body": b""}])

    async def receive() -> Any:
        return next(messages, {"type": "http.disconnect"})

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "http_version": "1.1",
        "scheme": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(b"host", b"127.0.0.1")],
    }
    asyncio.run(app(scope, receive, send))
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


PATHS = (
    *("/static/../http/app.py", "/static/..", "/static/../../../../../../../../etc/passwd"),
    *("/static//etc/passwd", "/static/..\\http\\app.py", "/docs/../app.py", "/static/\x00"),
    *("/static/....//http/app.py", "/static/index.html/../../studio.py", "//etc/passwd"),
    *("/api/clips/../../etc/passwd", "/api/clips/x/file.mid/../..", "/static/C:/x", "/static/"),
    *("/api/clips/a/file../../etc/passwd", "/api/clips/../library.sqlite", "/docs/" + "a" * 9_999),
)


@pytest.mark.parametrize("path", PATHS)
def test_no_path_reaches_the_file_system(studio: Studio, path: str) -> None:
    """Nothing but the assets is served, however it is written."""
    status, body = raw_get(build_app(studio), path)
    assert status == 404, body
    assert {*json.loads(body)} == {"error"}


def test_assets_are_served(studio: Studio) -> None:
    """The paths that are meant."""
    for path in ("/", "/static/index.html", "/docs", "/docs/docs.js"):
        assert raw_get(build_app(studio), path)[0] == 200


def test_everyone_needs_the_token_where_others_reach_the_studio(open_client: TestClient) -> None:
    """For every address, also one that is not there."""
    for path in ("/", "/api/clips", "/static/index.html", "/docs", "/openapi.json", "/nowhere"):
        answer = open_client.get(path)
        assert answer.status_code == 401
        assert "token" in answer.json()["error"]
        assert open_client.get(path, params={"token": "x"}).status_code == 401


def test_a_token_is_a_bearer_or_a_cookie(open_client: TestClient) -> None:
    """The page gets the cookie for the token in its address, which then goes away."""
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    assert open_client.get("/api/clips", headers=bearer).status_code == 200
    assert open_client.get("/api/clips", params={"token": TOKEN}).status_code == 401
    page = open_client.get("/", params={"token": TOKEN})
    assert (page.status_code, page.headers["location"]) == (303, "/")
    assert {"HttpOnly", "SameSite=Strict"} <= {*page.headers["set-cookie"].split("; ")}
    assert open_client.get("/").status_code == 200
    assert open_client.get("/api/clips").status_code == 200


@pytest.mark.parametrize("value", ["", "Bearer", "Bearer ", "Basic abc", f"Bearer {TOKEN}x"])
def test_another_authorization_is_refused(open_client: TestClient, value: str) -> None:
    """Also one that begins with the token."""
    assert open_client.get("/", headers={"Authorization": value}).status_code == 401


def test_with_a_token_any_address_of_the_computer_passes(open_client: TestClient) -> None:
    """But not the name of another site."""
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    for host, status in (("10.0.0.1:8000", 200), ("[fe80::1]:8000", 200), ("evil.example", 403)):
        headers = {**bearer, "Host": host}
        assert open_client.get("/api/clips", headers=headers).status_code == status


@pytest.mark.parametrize(
    ("host", "is_here"),
    [
        *(("127.0.0.1", True), ("localhost", True), ("::1", True), ("127.8.8.8", True)),
        *(("0.0.0.0", False), ("::", False), ("192.168.1.7", False), ("musicbox", False)),
    ],
)
def test_only_this_computer_needs_no_token(host: str, is_here: bool) -> None:
    """Every other address does."""
    assert is_loopback(host) == is_here


def test_what_is_not_http_passes_through() -> None:
    """Such as the start of the application."""
    seen = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["type"])

    coroutine = Guard(application, "127.0.0.1")({"type": "lifespan"}, None, None)  # type: ignore[arg-type]  # not called
    with pytest.raises(StopIteration):
        coroutine.send(None)
    assert seen == ["lifespan"]
