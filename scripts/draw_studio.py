"""Draw the pictures of the studio in the documentation, with Chromium.

    python scripts/draw_studio.py FOLDER

Writes studio-make.png and studio-pad.png.
"""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

SIZE = {"width": 1200, "height": 760}
SEEDS = {"leadsheet-8bar": 31, "melody-2bar": 8}


def main(folder: Path) -> None:
    """Draw both pictures in a studio with a library of its own."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with tempfile.TemporaryDirectory() as library:
        command = [sys.executable, "-m", "musicvae", "studio", "--no-open", "--library"]
        with (
            subprocess.Popen(
                [*command, str(Path(library) / "clips")], stdout=subprocess.PIPE, text=True
            ) as server,
            sync_playwright() as playwright,
        ):
            assert server.stdout is not None
            address = server.stdout.readline().split()[4]
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            page = browser.new_page(viewport=SIZE, reduced_motion="reduce")
            page.goto(address)
            draw_make(page, folder / "studio-make.png")
            draw_pad(page, folder / "studio-pad.png")
            browser.close()
            server.terminate()


def draw_make(page: Page, target: Path) -> None:
    """Four new clips, one of which plays and has a star."""
    set_seed(page, "leadsheet-8bar")
    page.get_by_role("button", name="Make music").click()
    page.wait_for_selector(".card-play")
    page.locator(".star").nth(1).click()
    page.locator(".card-play").nth(1).click()
    page.wait_for_timeout(3000)
    save(page, target)


def draw_pad(page: Page, target: Path) -> None:
    """A line that was drawn between four corners."""
    set_seed(page, "melody-2bar")
    page.get_by_role("link", name="Pad").click()
    page.locator(".pad-start").click()
    page.wait_for_selector(".pad-roll rect")
    page.locator(".view-pad .toggle").click()
    box = page.locator(".pad-surface").bounding_box()
    assert box is not None
    share = [number / 40 for number in range(41)]
    line = [(0.12 + 0.6 * t, 0.85 - 0.68 * t + 0.25 * t * (1 - t)) for t in share]
    for number, (x, y) in enumerate(line):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
        if number == 0:
            page.mouse.down()
    page.wait_for_timeout(2500)
    save(page, target)
    page.mouse.up()


def save(page: Page, target: Path) -> None:
    """The page as a picture of 256 colours, which is small enough for a repository."""
    from PIL import Image

    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    colours = picture.quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    colours.save(target, optimize=True)


def set_seed(page: Page, model: str) -> None:
    """Make what the page asks for the same at each run."""
    page.unroute("**/api/verbs/generate*")

    def with_seed(route, request) -> None:  # type: ignore[no-untyped-def]
        call = request.post_data_json
        call["options"]["seed"] = SEEDS[model]
        route.continue_(post_data=json.dumps(call))

    page.route("**/api/verbs/generate*", with_seed)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
