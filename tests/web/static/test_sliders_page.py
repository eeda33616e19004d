"""The sliders: what is offered, and that the music follows."""

from __future__ import annotations

from .studio_page import StudioPage


def open_sliders(studio_page: StudioPage, model: str = "melody-2bar") -> None:
    """The sliders of a model, with music."""
    page = studio_page.open("sliders")
    page.wait_for_selector(".stage-roll rect")
    page.get_by_label("Model").select_option(model)
    page.wait_for_selector(".stage:not(.working) .stage-roll rect")


def notes(studio_page: StudioPage) -> str:
    """The rectangles of the roll, when it follows nothing any more."""
    page = studio_page.page
    page.wait_for_timeout(250)  # longer than the pause of the sliders
    page.wait_for_selector(".stage:not(.working) .stage-roll rect")
    return str(page.locator(".stage-roll svg").evaluate("(svg) => svg.innerHTML"))


def test_what_a_model_cannot_do_is_not_offered(studio_page: StudioPage) -> None:
    """Only fields of the model are there."""
    cases = {
        "drums-2bar": (["Tempo", "Temperature"], ["Key", "Instrument", "Chords", "Leaps"]),
        "leadsheet-8bar": (["Key", "Chords played as", "Leaps"], ["Notes at once"]),
        "piano-2bar": (["Key", "Notes at once"], ["Chords played as"]),
    }
    settings = studio_page.page.locator(".panel")
    for model, (offered, refused) in cases.items():
        open_sliders(studio_page, model)
        settings.get_by_text(offered[-1], exact=True).wait_for()
        assert all(settings.get_by_text(name, exact=True).count() == 1 for name in offered)
        assert all(settings.get_by_text(name, exact=True).count() == 0 for name in refused)


def test_music_follows_a_slider_and_undo(studio_page: StudioPage) -> None:
    """With the seed locked, the same settings are the same music."""
    open_sliders(studio_page)
    page = studio_page.page
    before = notes(studio_page)
    page.get_by_label("Notes in a bar, lowest").select_option("8")
    changed = notes(studio_page)
    assert changed != before
    page.get_by_role("slider", name="Pitch").press("End")
    assert notes(studio_page) != changed
    page.keyboard.press("Control+z")
    assert notes(studio_page) == changed
    page.keyboard.press("Control+z")
    assert notes(studio_page) == before


def test_a_lock_holds_the_seed(studio_page: StudioPage) -> None:
    """Locked, a change leaves the seed; unlocked, it draws another one."""
    open_sliders(studio_page)
    page = studio_page.page
    seed = page.get_by_label("Seed", exact=True)
    first = seed.input_value()
    page.get_by_role("slider", name="Temperature").press("ArrowLeft")
    assert seed.input_value() == first
    page.get_by_role("button", name="Lock the seed").click()
    page.get_by_role("slider", name="Temperature").press("ArrowLeft")
    assert seed.input_value() != first


def test_what_is_kept_is_what_was_heard(studio_page: StudioPage) -> None:
    """The clip in the library has the notes that played."""
    open_sliders(studio_page)
    page = studio_page.page
    page.get_by_role("slider", name="Humanize").press("End")
    notes(studio_page)
    page.locator(".stage .listen").click()
    studio_page.wait_playing()
    played = page.evaluate("() => window.studioAudio.player.score.music.parts[0].notes")
    page.get_by_role("button", name="Keep it").click()
    studio_page.status("is in the library")
    clip = studio_page.get(f"/api/clips/{studio_page.get('/api/clips')[0]['id']}")
    assert clip["parts"][0]["notes"] == played


def test_what_cannot_be_is_a_sentence(studio_page: StudioPage) -> None:
    """Chords that are none are named."""
    open_sliders(studio_page)
    page = studio_page.page
    page.get_by_label("Chords", exact=True).fill("Am Qx7")
    page.keyboard.press("Tab")
    studio_page.status("Qx7")
    assert page.locator(".status").get_attribute("data-kind") == "error"
    studio_page.errors.clear()  # the console names the answer 400
