"""The pad: corners, a point that sounds, and paths."""

from __future__ import annotations

from musicvae.midi.writer import midi_bytes

from .studio_page import StudioPage, tune


def open_pad(studio_page: StudioPage) -> None:
    """The pad with four corners of its own."""
    page = studio_page.open("pad")
    page.locator(".pad-start").click()
    page.wait_for_selector(".view-pad.ready")
    page.wait_for_selector(".pad-roll rect")


def drag(studio_page: StudioPage, *points: tuple[float, float]) -> None:
    """Drag over the pad along points from 0 to 1."""
    page = studio_page.page
    box = page.locator(".pad-surface").bounding_box()
    assert box is not None
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=3)
    page.mouse.up()


def test_a_dragged_point_sounds_and_follows(studio_page: StudioPage) -> None:
    """Each place is decoded and takes over the running loop, and undo brings the point back."""
    open_pad(studio_page)
    page = studio_page.page
    page.get_by_text("next beat").click()
    drag(studio_page, (0.1, 0.1), (0.2, 0.2))
    studio_page.wait_playing()
    assert studio_page.is_heard()
    page.locator(".now-name", has_text="Pad, 20 right, 20 down").wait_for()
    drag(studio_page, (0.2, 0.2), (0.9, 0.8))
    page.locator(".now-name", has_text="Pad, 90 right, 80 down").wait_for()
    assert studio_page.is_playing()
    page.keyboard.press("Control+z")
    page.locator(".now-name", has_text="Pad, 20 right, 20 down").wait_for()


def test_music_in_the_pad_goes_from_corner_to_corner(studio_page: StudioPage) -> None:
    """At each corner the decoded music is that of the corner's clip."""
    open_pad(studio_page)
    page = studio_page.page
    state = page.evaluate("() => JSON.parse(localStorage['musicvae-studio']).pad")
    surface = page.locator(".pad-surface")
    surface.press("Home")
    for key in ("ArrowLeft", "ArrowUp"):
        for _ in range(10):
            surface.press(key)
    clip = studio_page.get(f"/api/clips/{state['corners'][0]}")
    surface.press("Enter")
    studio_page.wait_playing()
    wanted = [note[:3] for note in clip["parts"][0]["notes"]]
    page.wait_for_function(
        "(wanted) => JSON.stringify(window.studioAudio.player.score.music.parts[0].notes"
        ".map((note) => note.slice(0, 3))) === JSON.stringify(wanted)",
        arg=wanted,
    )


def test_a_drawn_line_becomes_a_clip(studio_page: StudioPage) -> None:
    """With as many windows as it has steps; it is in the library."""
    open_pad(studio_page)
    page = studio_page.page
    page.locator(".view-pad .toggle").click()
    page.get_by_role("radiogroup", name="Steps of a line").get_by_text("4", exact=True).click()
    drag(studio_page, (0.1, 0.1), (0.5, 0.6), (0.9, 0.1))
    page.locator(".pad-side .card").wait_for()
    latest = studio_page.get("/api/clips")[0]
    assert (latest["name"], latest["bars"]) == ("Path", 8)


def test_a_path_is_drawn_by_keys(studio_page: StudioPage) -> None:
    """P puts the point on the path, Enter makes the clip."""
    open_pad(studio_page)
    surface = studio_page.page.locator(".pad-surface")
    for key in ("p", "ArrowRight", "ArrowRight", "p", "Enter"):
        surface.press(key)
    studio_page.page.locator(".pad-side .card").wait_for()
    assert studio_page.get("/api/clips")[0]["bars"] == 4


def test_corners_take_files_and_clips(studio_page: StudioPage) -> None:
    """Dropped, or chosen from the library by keys alone."""
    page = studio_page.open("pad")
    for corner in range(3):
        low = 60 + corner
        phrase = tune(2, (low, low + 4, low + 7))
        studio_page.drop({f"{corner}.mid": midi_bytes(phrase)}, f".corner[data-corner='{corner}']")
        page.locator(".corner-name", has_text=str(corner)).wait_for()
    page.locator(".corner").nth(3).press("Enter")
    page.locator(".chooser .row").first.press("Enter")
    page.wait_for_selector(".view-pad.ready")
    page.wait_for_selector(".pad-roll rect")
