"""What all views share: keys, names for screen readers, contrast, narrow screens, failures."""

from __future__ import annotations

from typing import Any

import pytest

from .studio_page import StudioPage

VIEWS = ("make", "pad", "map", "sliders", "song", "library")

CONTRAST = """() => {
    const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
    const rgba = (colour) => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data].map((value) => value / 255);
    };
    const over = (top, below) =>
        top.slice(0, 3).map((c, i) => c * top[3] + below[i] * (1 - top[3]));
    const light = (colour) => {
        const linear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
        const [r, g, b] = colour.map(linear);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (node) => {
        const layers = [];
        for (let at = node; at; at = at.parentElement) {
            layers.push(rgba(getComputedStyle(at).backgroundColor));
        }
        return layers.reverse().reduce((below, top) => over(top, below), [1, 1, 1]);
    };
    const faults = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text = walker.nextNode(); text; text = walker.nextNode()) {
        const node = text.parentElement;
        if (!text.data.trim() || !node.checkVisibility({ opacityProperty: true })) continue;
        if (node.closest(":disabled, .visually-hidden, .skip, noscript")) continue;
        const style = getComputedStyle(node);
        const back = behind(node);
        const front = over(rgba(node instanceof SVGElement ? style.fill : style.color), back);
        const [a, b] = [light(front), light(back)].sort((x, y) => y - x);
        const ratio = (a + 0.05) / (b + 0.05);
        if (ratio < 4.5) faults.push(`${text.data.trim().slice(0, 30)}: ${ratio.toFixed(2)}`);
    }
    return faults;
}"""

TOO_WIDE = """() => [...document.querySelectorAll("main *, footer *, header > *")]
    .filter((node) => node.checkVisibility() && !node.closest(".visually-hidden"))
    .filter((node) => node.getBoundingClientRect().right > innerWidth + 1)
    .map((node) => node.className)"""

CONTROLS = {
    *("button", "link", "textbox", "searchbox", "combobox", "slider", "radio", "checkbox"),
    *("spinbutton", "group", "radiogroup", "region", "navigation", "list", "img"),
}
"""Roles that need a name; lists are named where they hold clips."""


def unnamed(studio_page: StudioPage) -> list[str]:
    """Roles of the controls that a screen reader could not call by a name."""
    session = studio_page.context.new_cdp_session(studio_page.page)
    nodes: list[dict[str, Any]] = session.send("Accessibility.getFullAXTree")["nodes"]
    return [
        node["role"]["value"]
        for node in nodes
        if not node.get("ignored")
        and node["role"]["value"] in CONTROLS - {"list", "group"}
        and not node.get("name", {}).get("value")
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_control_has_a_name_and_every_text_contrast(
    studio_page: StudioPage, scheme: str
) -> None:
    """In all views, with clips: names from Chromium's own tree, and contrast of 4.5 to 1."""
    clips = [studio_page.add(f"Tune {number}") for number in range(4)]
    page = studio_page.page
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    studio_page.open()
    page.evaluate(
        """(ids) => localStorage.setItem("musicvae-studio", JSON.stringify({
            make: { ids }, pad: { corners: ids }, song: { id: ids[0] } }))""",
        [clip["id"] for clip in clips],
    )
    page.reload()
    page.wait_for_selector(".card-play")
    page.locator(".card-play").first.click()
    studio_page.wait_playing()
    faults = {}
    for number, view in enumerate(VIEWS, 1):
        page.keyboard.press(str(number))
        page.locator(f"#view-{view}:not([hidden])").wait_for()
        faults[view] = (unnamed(studio_page), page.evaluate(CONTRAST))
        counts = [page.locator(f"{landmark}:visible").count() for landmark in ("h1", "main", "nav")]
        assert counts == [1, 1, 1]
    assert faults == {view: ([], []) for view in VIEWS}
    assert page.locator("html").get_attribute("lang") == "en"


def test_keys_alone_make_hear_star_and_save(studio_page: StudioPage) -> None:
    """No pointer is used; the focus can be seen at every stop."""
    page = studio_page.open()
    page.keyboard.press("g")
    page.wait_for_selector(".card-play:focus")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    studio_page.wait_playing()
    assert page.locator(".card.playing").count() == 1
    page.keyboard.press("s")
    page.wait_for_selector(".card.playing.starred")
    with page.expect_download() as saving:
        page.keyboard.press("m")
    assert saving.value.suggested_filename.endswith(".mid")
    page.keyboard.press("Space")
    studio_page.wait_playing(False)
    page.evaluate("() => document.activeElement.blur()")
    for _ in range(24):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            """() => {
                const node = document.activeElement;
                const shown = node.matches(".kind input") ? node.nextElementSibling : node;
                return node === document.body || getComputedStyle(shown).outlineStyle !== "none";
            }"""
        )
        assert seen, page.evaluate("() => document.activeElement.outerHTML.slice(0, 200)")


def test_the_sheet_of_keys_opens_and_closes(studio_page: StudioPage) -> None:
    """By "?" and Escape, and the focus is back where it was."""
    page = studio_page.open()
    page.get_by_role("button", name="Make music").focus()
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Keys").wait_for()
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog", state="detached")
    assert page.evaluate("() => document.activeElement.className") == "make"


def test_dark_and_light_follow_the_system_and_a_switch(studio_page: StudioPage) -> None:
    """The switch is kept over a reload."""
    page = studio_page.page
    page.emulate_media(color_scheme="dark")
    studio_page.open()
    background = "() => getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(background)
    page.emulate_media(color_scheme="light")
    light = page.evaluate(background)
    assert light != dark
    page.get_by_role("button", name="Dark or light").click()
    assert page.evaluate(background) == dark
    page.reload()
    assert page.evaluate(background) == dark


def test_narrow_screens_do_not_scroll_sideways(studio_page: StudioPage) -> None:
    """In every view at 360 and 800 pixels, with clips of long names."""
    clips = [studio_page.add(f"{number} A-name-without-a-break-{'x' * 60}") for number in range(4)]
    page = studio_page.page
    studio_page.open()
    page.evaluate(
        """(ids) => localStorage.setItem("musicvae-studio", JSON.stringify({
            make: { ids }, pad: { corners: ids }, song: { id: ids[0] } }))""",
        [clip["id"] for clip in clips],
    )
    page.reload()
    page.locator(".card-play").first.click()
    for number, view in enumerate(VIEWS, 1):
        page.keyboard.press(str(number))
        page.locator(f"#view-{view}:not([hidden])").wait_for()
        for width in (360, 800):
            page.set_viewport_size({"width": width, "height": 740})
            assert page.evaluate(TOO_WIDE) == [], (view, width)
            assert page.evaluate("() => document.documentElement.scrollWidth") == width


def test_a_server_that_is_gone_is_a_sentence(studio_page: StudioPage) -> None:
    """And what it made stays on the page; when it is back, all goes on."""
    page = studio_page.open()
    page.get_by_text("Short melody").click()
    studio_page.make()
    studio_page.context.set_offline(True)
    page.get_by_role("button", name="Make music").click()
    studio_page.status("server does not answer")
    assert studio_page.cards().count() == 4
    studio_page.context.set_offline(False)
    page.get_by_role("button", name="Make music").click()
    page.wait_for_function("() => document.querySelectorAll('.card-play').length === 8")
    studio_page.errors.clear()  # the console names the failed request


def test_a_busy_server_is_a_sentence(studio_page: StudioPage) -> None:
    """503 asks to try again."""
    page = studio_page.open()
    page.route(
        "**/api/verbs/**",
        lambda route: route.fulfill(status=503, headers={"Retry-After": "1"}, json={"error": "x"}),
    )
    page.get_by_role("button", name="Make music").click()
    studio_page.status("busy")
    studio_page.errors.clear()  # the console names the answer 503
