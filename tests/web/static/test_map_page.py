"""The map: points that sound, and a lasso."""

from __future__ import annotations

import math

from .studio_page import StudioPage, tune, zip_names


def open_map(studio_page: StudioPage) -> None:
    """The map of new music."""
    page = studio_page.open("map")
    page.get_by_role("button", name="Draw the map").click()
    page.wait_for_selector(".point")


def test_points_are_heard_and_walked_by_keys(studio_page: StudioPage) -> None:
    """A click plays; arrows go to other points, and Enter plays those."""
    open_map(studio_page)
    page = studio_page.page
    page.locator(".point").nth(5).click(force=True)
    studio_page.wait_playing()
    first = page.locator(".now-name").inner_text()
    page.locator(".point[tabindex='0']").press("ArrowRight")
    if page.locator(".point:focus").count() == 0 or page.locator(".point.playing:focus").count():
        page.locator(".point[tabindex='0']").press("ArrowLeft")
    page.locator(".point:focus").press("Enter")
    page.wait_for_function(
        "(name) => document.querySelector('.now-name').textContent !== name", arg=first
    )
    assert studio_page.is_playing()


def test_a_lasso_exports_what_it_holds(studio_page: StudioPage) -> None:
    """A zip of the clips inside, which are then in the library."""
    open_map(studio_page)
    page = studio_page.page
    box = page.locator(".map-plane").bounding_box()
    assert box is not None
    radius = 0.55 * box["height"] / 2
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    for step in range(25):
        angle = 2 * math.pi * step / 24
        x, y = middle[0] + radius * math.cos(angle), middle[1] + radius * math.sin(angle)
        page.mouse.move(x, y)
        if step == 0:
            page.mouse.down()
    page.mouse.up()
    inside = page.locator(".point.chosen").count()
    assert inside > 0
    _, data = studio_page.download(page.locator(".map-side button", has_text="Save"))
    assert len(zip_names(data)) == len(studio_page.get("/api/clips")) == inside
    page.keyboard.press("Control+z")
    studio_page.status("Undone")
    assert studio_page.get("/api/clips") == []


def test_the_library_is_laid_out(studio_page: StudioPage) -> None:
    """Every clip is a point; with too few there is a sentence."""
    page = studio_page.open("map")
    page.get_by_text("my library").click()
    page.get_by_role("button", name="Draw the map").click()
    studio_page.status("three clips")
    for low in (60, 62, 64, 65):
        studio_page.add(f"Tune {low}", tune(2, (low, low + 3, low + 7)))
    page.reload()
    page.get_by_role("button", name="Draw the map").click()
    page.wait_for_function("() => document.querySelectorAll('.point').length === 4")
