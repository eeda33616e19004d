"""The song: bars of a part, alternatives, and A/B."""

from __future__ import annotations

from pathlib import Path

from musicvae.midi.writer import midi_bytes

from .studio_page import StudioPage, tune


def open_song(studio_page: StudioPage) -> None:
    """A dropped file of eight bars."""
    page = studio_page.open("song")
    studio_page.drop({"My song.mid": midi_bytes(tune(8))}, ".view-song")
    page.wait_for_selector(".track-lane rect")


def fill(studio_page: StudioPage) -> None:
    """Three alternatives for bars 3 and 4."""
    lane = studio_page.page.locator(".track-lane[tabindex='0']")
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowRight"):
        lane.press(key)
    assert studio_page.page.locator(".where").inner_text() == "Melody, bars 3 to 4"
    studio_page.page.get_by_role("button", name="Fill").click()
    studio_page.page.wait_for_selector(".alternative >> nth=2")


def test_bars_are_selected_by_dragging(studio_page: StudioPage) -> None:
    """From the bar where the pointer went down to the one where it went up."""
    open_song(studio_page)
    page = studio_page.page
    box = page.locator(".track-lane").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 20, steps=4)
    page.mouse.up()
    assert page.locator(".where").inner_text() == "Melody, bars 3 to 6"


def test_an_alternative_is_compared_and_kept(studio_page: StudioPage) -> None:
    """A changes to the song and back in the running loop; Keep replaces it, undo brings it back."""
    open_song(studio_page)
    fill(studio_page)
    page = studio_page.page
    studio_page.wait_playing()
    assert page.locator(".alternative.heard").count() == 1
    page.keyboard.press("a")
    studio_page.status("You hear the song.")
    page.keyboard.press("a")
    studio_page.status("You hear alternative 1.")
    assert studio_page.is_playing()
    song = studio_page.get("/api/clips")
    page.locator(".alt-listen").first.press("k")
    page.locator("h1", has_text="fill").wait_for()
    assert page.locator(".alternative").count() == 0
    page.keyboard.press("Control+z")
    page.wait_for_selector(".alternative >> nth=2")
    assert page.locator("h1:visible").inner_text() == "My song"
    assert len(song) == 4


def test_only_the_selected_bars_are_new(studio_page: StudioPage) -> None:
    """All notes outside of bars 3 and 4 stay as they are."""
    open_song(studio_page)
    fill(studio_page)
    clips = [studio_page.get(f"/api/clips/{clip['id']}") for clip in studio_page.get("/api/clips")]
    outside = [
        [note for note in clip["parts"][0]["notes"] if not 8 <= note[0] < 16] for clip in clips
    ]
    assert len(clips) == 4
    assert all(notes == outside[-1] for notes in outside)


def test_alternatives_are_rejected_one_by_one(studio_page: StudioPage) -> None:
    """Each goes to the trash, from where undo brings it back."""
    open_song(studio_page)
    fill(studio_page)
    page = studio_page.page
    page.locator(".alt-listen").nth(1).press("x")
    page.wait_for_function("() => document.querySelectorAll('.alternative').length === 2")
    page.locator(".reject").first.click()
    page.wait_for_function("() => document.querySelectorAll('.alternative').length === 1")
    assert len(studio_page.get("/api/clips?trash=true")) == 2
    page.keyboard.press("Control+z")
    page.wait_for_function("() => document.querySelectorAll('.alternative').length === 2")


def test_a_melody_gets_chords_and_a_band(studio_page: StudioPage, tunes: Path) -> None:
    """Harmonize and Accompany add parts beside it."""
    page = studio_page.open("song")
    studio_page.drop({"Twinkle.mid": (tunes / "twinkle.mid").read_bytes()}, ".view-song")
    for key in ("Home", "Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight"):
        page.locator(".track-lane[tabindex='0']").press(key)
    for verb in ("Harmonize", "Accompany"):
        page.get_by_role("button", name=verb).click()
        page.locator(".alternative .keep").first.click()
        page.wait_for_selector(".alternative", state="detached")
    page.wait_for_function("() => document.querySelectorAll('.track-lane').length > 2")


def test_the_song_is_there_after_a_reload(studio_page: StudioPage) -> None:
    """With its selection and its alternatives."""
    open_song(studio_page)
    fill(studio_page)
    studio_page.page.reload()
    studio_page.page.wait_for_selector(".alternative >> nth=2")
    assert studio_page.page.locator(".where").inner_text() == "Melody, bars 3 to 4"
