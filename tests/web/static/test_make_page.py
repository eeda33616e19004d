"""The first minute of a new user, and what Make offers beyond it."""

from __future__ import annotations

import time
import urllib.request

from .studio_page import DRAG, StudioPage, zip_names

COUNT_CLICKS = """
    window.clicks = 0;
    addEventListener("pointerdown", () => window.clicks++, true);
"""


def test_a_new_user_has_a_starred_clip_as_a_file_within_a_minute(studio_page: StudioPage) -> None:
    """Open, press, hear, star, save: three clicks and a key, in far less than 60 seconds."""
    begin = time.monotonic()
    page = studio_page.page
    page.add_init_script(COUNT_CLICKS)
    studio_page.open()
    studio_page.make()
    page.keyboard.press("Space")
    studio_page.wait_playing()
    assert studio_page.is_heard()
    page.locator(".star").first.click()
    page.locator(".card.starred").wait_for()
    name, data = studio_page.download(page.locator(".card .midi").first)
    assert time.monotonic() - begin < 60
    assert page.evaluate("() => window.clicks") == 3
    assert name.endswith(".mid")
    assert data.startswith(b"MThd")


def test_a_clip_dragged_out_of_the_page_is_its_midi_file(studio_page: StudioPage) -> None:
    """From the card and from its button, under the clip's name."""
    clip = studio_page.add("Blue Bossa")
    page = studio_page.open("library")
    for source in (".card", ".card .midi"):
        kind, name, *rest = page.locator(source).first.evaluate(DRAG).split(":")
        assert (kind, name) == ("audio/midi", "Blue Bossa.mid")
        with urllib.request.urlopen(":".join(rest)) as answer:
            assert answer.read().startswith(b"MThd")
        assert clip["id"] in ":".join(rest)


def test_clips_are_made_of_the_kind_that_was_chosen(studio_page: StudioPage) -> None:
    """Drums have one part, and the choice is still there after a reload."""
    page = studio_page.open()
    page.get_by_text("Drums", exact=True).click()
    studio_page.make()
    clips = studio_page.get("/api/clips")
    assert [clip["model"] for clip in clips] == ["drums-2bar"] * 4
    page.reload()
    page.wait_for_selector(".card-play")
    assert page.get_by_role("radio", name="Drums").is_checked()
    assert studio_page.cards().count() == 4


def test_one_button_saves_all_clips_or_those_with_a_star(studio_page: StudioPage) -> None:
    """The zip has a MIDI file for each."""
    page = studio_page.open()
    page.get_by_text("Short melody").click()
    studio_page.make()
    name, data = studio_page.download(page.locator(".zip"))
    assert name.endswith(".zip")
    assert len(zip_names(data)) == 4
    page.locator(".star").nth(1).click()
    page.get_by_text("Save 1 starred as .zip").wait_for()
    assert len(zip_names(studio_page.download(page.locator(".zip"))[1])) == 1


def test_all_that_was_done_is_undone_and_done_again(studio_page: StudioPage) -> None:
    """Make, star and delete, by Ctrl-Z and Ctrl-Shift-Z."""
    page = studio_page.open()
    page.get_by_text("Short melody").click()
    studio_page.make()
    page.locator(".star").first.click()
    page.locator(".card.starred").wait_for()
    page.locator(".card-play").last.press("Delete")
    page.wait_for_function("() => document.querySelectorAll('.card-play').length === 3")
    page.keyboard.press("Control+z")
    page.wait_for_function("() => document.querySelectorAll('.card-play').length === 4")
    page.keyboard.press("Control+z")
    page.wait_for_selector(".card.starred", state="detached")
    page.keyboard.press("Control+z")
    page.wait_for_selector(".card-play", state="detached")
    assert studio_page.get("/api/clips") == []
    for _ in range(3):
        page.keyboard.press("Control+Shift+z")
    page.wait_for_function("() => document.querySelectorAll('.card-play').length === 3")
    clips = studio_page.get("/api/clips")
    assert [clip["starred"] for clip in clips].count(True) == 1


def test_two_tabs_show_the_same_library(studio_page: StudioPage) -> None:
    """What one of them makes, stars or deletes appears in the other."""
    page = studio_page.open()
    other = studio_page.open("library", studio_page.new_page())
    page.bring_to_front()
    page.get_by_text("Short melody").click()
    studio_page.make()
    other.wait_for_function("() => document.querySelectorAll('.card').length === 4")
    page.locator(".star").first.click()
    other.wait_for_selector(".card.starred")


def test_a_job_can_be_cancelled(studio_page: StudioPage) -> None:
    """The button of the bar ends it, and nothing is kept."""
    page = studio_page.open()
    page.get_by_text("Long melody").click()
    page.get_by_role("button", name="Make music").click()
    page.get_by_role("button", name="Cancel").click()
    studio_page.status("Cancelled.")
    assert page.get_by_role("button", name="Make music").is_enabled()
