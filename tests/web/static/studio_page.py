"""What tests do on the page of the studio."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicvae.midi.writer import midi_bytes
from musicvae.score.phrase import Note, Part, Phrase
from musicvae.theory.meter import Meter

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Locator, Page

SECONDS = 20
"""Longest wait for music, on a machine that is busy with other tests."""

DROP = """([selector, files, clip]) => {
    const data = new DataTransfer();
    for (const [name, bytes] of files) data.items.add(new File([new Uint8Array(bytes)], name));
    if (clip) data.setData("application/x-musicvae-clip", clip);
    const target = document.querySelector(selector);
    for (const type of ["dragenter", "dragover", "drop"]) {
        const options = { dataTransfer: data, bubbles: true, cancelable: true };
        target.dispatchEvent(new DragEvent(type, options));
    }
}"""

DRAG = """(node) => {
    const data = new DataTransfer();
    node.dispatchEvent(new DragEvent("dragstart", { dataTransfer: data, bubbles: true }));
    return data.getData("DownloadURL");
}"""

LISTEN = """() => {
    const { player, context } = window.studioAudio;
    const ear = context.createAnalyser();
    player.out.connect(ear);
    window.loudest = async (seconds) => {
        const samples = new Float32Array(ear.fftSize);
        let most = 0;
        const end = performance.now() + 1000 * seconds;
        while (performance.now() < end && most < 0.01) {
            ear.getFloatTimeDomainData(samples);
            most = Math.max(most, ...samples.map(Math.abs));
            await new Promise((resolve) => setTimeout(resolve, 20));
        }
        return most;
    };
}"""


class StudioPage:
    """A page of a studio, and what happened on it.

    Attributes:
        errors: what the page or its console complained about.
        foreign: addresses of other hosts that were asked for.
    """

    def __init__(self, context: BrowserContext, address: str, folder: Path) -> None:
        self.context, self.address, self.folder = context, address, folder
        self.errors: list[str] = []
        self.foreign: list[str] = []
        context.set_default_timeout(1000 * SECONDS)
        self.page = self.new_page()

    def new_page(self) -> Page:
        """Another tab."""
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on(
            "console",
            lambda message: self.errors.append(message.text) if message.type == "error" else None,
        )
        page.on("request", self._on_request)
        return page

    def _on_request(self, request: Any) -> None:
        if not request.url.startswith((self.address, "blob:", "data:")):
            self.foreign.append(request.url)

    def open(self, view: str = "make", page: Page | None = None) -> Page:
        """Open a view and wait until it can be used."""
        page = page or self.page
        page.goto(f"{self.address}/#{view}")
        page.wait_for_selector("html[data-ready]")
        return page

    def get(self, path: str) -> Any:
        """What the API answers."""
        return self.context.request.get(self.address + path).json()

    def empty_library(self) -> None:
        for clip in self.get("/api/clips"):
            self.context.request.delete(f"{self.address}/api/clips/{clip['id']}")
        self.context.request.delete(f"{self.address}/api/trash")

    def add(self, name: str = "Tune", phrase: Phrase | None = None) -> dict[str, Any]:
        """Store a clip by the API."""
        answer = self.context.request.post(
            f"{self.address}/api/clips?name={name}.mid",
            data=midi_bytes(phrase or tune()),
            headers={"Content-Type": "audio/midi"},
        )
        clip: dict[str, Any] = answer.json()
        return clip

    def drop(self, files: dict[str, bytes], where: str = "main", clip: str = "") -> None:
        """Drop files, or a clip of the page, on an element."""
        listed = [[name, list(data) if any(data) else len(data)] for name, data in files.items()]
        self.page.evaluate(DROP, [where, listed, clip])

    def cards(self) -> Locator:
        """The cards that are shown."""
        return self.page.locator(".card-play:visible")

    def make(self) -> None:
        """Press the big button, and wait for its clips."""
        self.page.get_by_role("button", name="Make music").click()
        self.page.wait_for_selector(".card-play")

    def is_playing(self) -> bool:
        return bool(self.page.evaluate("() => window.studioAudio?.player.playing ?? false"))

    def wait_playing(self, playing: bool = True) -> None:
        self.page.wait_for_function(
            "(wanted) => (window.studioAudio?.player.playing ?? false) === wanted", arg=playing
        )

    def is_heard(self) -> bool:
        """True if there is sound within two seconds."""
        self.page.evaluate(LISTEN)
        return float(self.page.evaluate("() => window.loudest(2)")) >= 0.01

    def status(self, text: str) -> None:
        """Wait for a sentence of the page."""
        self.page.locator(".status-text", has_text=text).wait_for()

    def download(self, button: Locator) -> tuple[str, bytes]:
        """Name and bytes of what a button saves."""
        with self.page.expect_download() as saving:
            button.click()
        target = self.folder / "saved"
        saving.value.save_as(target)
        return saving.value.suggested_filename, target.read_bytes()


def tune(bars: int = 4, pitches: tuple[int, ...] = (60, 64, 67, 72)) -> Phrase:
    """A melody of quarters."""
    notes = tuple(Note(4 * i, 4, pitches[i % len(pitches)], 90) for i in range(4 * bars))
    return Phrase(parts=(Part(notes=notes, name="Melody"),), meter=Meter(4, 4), bars=bars)


def zip_names(data: bytes) -> list[str]:
    """Names of the files in a zip."""
    return zipfile.ZipFile(io.BytesIO(data)).namelist()
