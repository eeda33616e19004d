"""The library: names, stars, the trash, files that are dropped."""

from __future__ import annotations

from musicvae.midi.writer import midi_bytes

from .studio_page import StudioPage, tune

MARKUP = "<img src=x onerror=alert(1)><b>bold"


def test_a_clip_is_renamed_searched_deleted_and_restored(studio_page: StudioPage) -> None:
    """By keys on its card; all of it is there after a reload."""
    studio_page.add("First")
    studio_page.add("Second")
    page = studio_page.open("library")
    card = page.get_by_role("button", name="Play First")
    card.press("r")
    page.keyboard.type("Renamed")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Play Renamed").wait_for()
    page.keyboard.press("/")
    page.keyboard.type("ren")
    page.wait_for_function("() => document.querySelectorAll('.card').length === 1")
    page.locator(".card-play").press("s")
    page.wait_for_selector(".card.starred")
    page.locator(".card-play").press("Delete")
    page.wait_for_selector(".card", state="detached")
    page.reload()
    page.get_by_text("Trash").click()
    page.get_by_role("button", name="Restore Renamed").click()
    page.get_by_text("Starred", exact=True).click()
    page.get_by_role("button", name="Play Renamed").wait_for()


def test_names_with_markup_stay_text(studio_page: StudioPage) -> None:
    """On the card, in the transport, in dialogs and in messages."""
    page = studio_page.open("library")
    studio_page.drop({f"{MARKUP}.mid": midi_bytes(tune())})
    page.locator(".card-name", has_text=MARKUP).wait_for()
    page.locator(".card-play").click()
    page.locator(".now-name", has_text=MARKUP).wait_for()
    page.locator(".card-play").press("s")
    page.keyboard.press("Control+z")
    studio_page.status(MARKUP)
    studio_page.open("song")
    page.locator(".dropbox button").click()
    page.locator(".chooser .row", has_text=MARKUP).click()
    page.locator("h1", has_text=MARKUP).wait_for()
    assert page.locator("img, b").count() == 0


WRONG = {
    "notes.mid": (b"This is no MIDI file.", "notes"),
    "cut.mid": (midi_bytes(tune())[:40], "cut"),
    "empty.mid": (b"", "empty.mid is empty"),
    "large.mid": (bytes(10_000_001), "large.mid is larger than 10 MB"),
    "photo.png": (b"\x89PNG\r\n\x1a\n", "photo"),
}
"""Files that cannot be read, and what the sentence about each says."""


def test_a_wrong_file_is_a_sentence(studio_page: StudioPage) -> None:
    """It is named, nothing is stored, and a right file beside it is opened."""
    page = studio_page.open("library")
    for number, (name, (data, sentence)) in enumerate(WRONG.items()):
        studio_page.drop({name: data, f"right v1.{number}.mid": midi_bytes(tune())})
        studio_page.status(sentence)
        assert page.locator(".status").get_attribute("data-kind") == "error"
        page.get_by_role("button", name=f"Play right v1.{number}").wait_for()
    assert len(studio_page.get("/api/clips")) == len(WRONG)
    studio_page.errors.clear()  # the console names each answer 400


def test_a_file_may_be_dropped_in_every_view(studio_page: StudioPage) -> None:
    """It is in the library, and where the view has no place for it the library opens."""
    page = studio_page.open("make")
    studio_page.drop({"tune.mid": midi_bytes(tune())}, "body")
    page.get_by_role("button", name="Play tune").wait_for()
    assert page.url.endswith("#library")


def test_sound_is_saved_as_wav(studio_page: StudioPage) -> None:
    """By the button of a card, under its name."""
    studio_page.add("Loud", tune(1))
    page = studio_page.open("library")
    name, data = studio_page.download(page.locator(".card .wav"))
    assert name == "Loud.wav"
    assert data.startswith(b"RIFF")
