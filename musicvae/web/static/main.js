// The frame of the page: views, what sounds, keys, files that are dropped.

import { refresh } from "./clips.js";
import { el, icon, iconButton, isTyping } from "./dom.js";
import { dropZone, openFiles } from "./files.js";
import { next, onHistory, redo, undo } from "./history.js";
import { keySheet } from "./keys.js";
import { libraryView } from "./library.js";
import { makeView } from "./make.js";
import { mapView } from "./map.js";
import { midiField } from "./midi_out.js";
import { padView } from "./pad.js";
import { slidersView } from "./sliders.js";
import { songView } from "./song.js";
import { alertLine, attempt, statusLine } from "./status.js";
import { edit, state, watch } from "./store.js";
import { T } from "./texts.js";
import { isPlaying, lastPlayed, onPosition, onTransport, toggle, warmUp } from "./transport.js";
import { current, go, NAMES, onView } from "./views.js";

const makers = { make: makeView, pad: padView, map: mapView, sliders: slidersView, song: songView, library: libraryView };
const views = {};

const links = NAMES.map((name) => el("a", { href: `#${name}`, text: T.views[name], data: { view: name } }));
const undoButton = iconButton("undo", T.undo, () => undo());
const redoButton = iconButton("redo", T.redo, () => redo());
const themeButton = iconButton("theme", T.theme, () => edit("theme", isDark() ? "light" : "dark", T.theme));
const helpButton = el("button", { type: "button", class: "icon-button help", text: "?", "aria-label": T.keys.title, title: T.keys.title, onclick: () => keySheet() });
const header = el(
  "header",
  { class: "top" },
  el("a", { class: "brand", href: "#make" }, el("span", { text: "musicvae" }), el("small", { text: "studio" })),
  el("nav", { "aria-label": T.nav }, links),
  el("div", { class: "tools" }, undoButton, redoButton, themeButton, helpButton),
);
const sections = Object.fromEntries(NAMES.map((name) => [name, el("section", { id: `view-${name}`, "aria-label": T.views[name], hidden: true })]));
const main = el("main", { id: "main", tabindex: -1 }, Object.values(sections));

const playButton = el("button", { type: "button", class: "play", onclick: () => toggle() }, icon("play"), icon("stop"));
const playing = el("span", { class: "now-name" });
const clock = el("span", { class: "now-time" });
const track = el("span", { class: "now-bar", "aria-hidden": "true" }, el("span"));
const midi = midiField();
const footer = el(
  "footer",
  { class: "transport", role: "region", "aria-label": T.transport, hidden: true },
  playButton,
  el("div", { class: "now" }, el("div", { class: "now-text" }, playing, clock), track),
  midi,
);

const skip = el("a", {
  class: "skip",
  href: "#main",
  text: T.skip,
  onclick: (event) => {
    event.preventDefault();
    main.focus();
  },
});
document.body.prepend(skip, header, main, statusLine, alertLine, footer);

function isDark() {
  return state.theme === "auto" ? matchMedia("(prefers-color-scheme: dark)").matches : state.theme === "dark";
}

watch("theme", (theme) => (document.documentElement.dataset.theme = theme));

function showView() {
  const name = current();
  if (!views[name]) {
    views[name] = makers[name]();
    sections[name].append(views[name].root);
  }
  for (const [other, section] of Object.entries(sections)) section.hidden = other !== name;
  for (const link of links) {
    if (link.dataset.view === name) {
      link.setAttribute("aria-current", "page");
      link.scrollIntoView({ block: "nearest", inline: "center" });
    } else link.removeAttribute("aria-current");
  }
  document.title = `${T.views[name]} · ${T.title}`;
  views[name].show?.();
}

onHistory(() => {
  const { undo: back, redo: forth } = next();
  undoButton.disabled = !back;
  redoButton.disabled = !forth;
  undoButton.title = back ? `${T.undo}: ${back}` : T.undo;
  redoButton.title = forth ? `${T.redo}: ${forth}` : T.redo;
});
undoButton.disabled = redoButton.disabled = true;

onTransport(() => {
  const music = lastPlayed();
  footer.hidden = !music;
  document.body.classList.toggle("with-transport", Boolean(music));
  playButton.setAttribute("aria-label", isPlaying() ? T.stop : T.listen);
  footer.classList.toggle("playing", isPlaying());
  if (!music) return;
  playing.textContent = music.name;
  clock.textContent = T.bpm(music.bpm);
});
onPosition((quarter) => {
  const music = lastPlayed();
  if (music) track.firstChild.style.transform = `scaleX(${quarter / music.quarters})`;
});

// keys
document.addEventListener("keydown", (event) => {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if ((event.ctrlKey || event.metaKey) && (key === "z" || key === "y")) {
    if (isTyping(event) && event.target.type !== "range") return;
    event.preventDefault();
    (key === "y" || event.shiftKey ? redo : undo)();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
  const { target } = event;
  const isControl = target.closest("button, a, summary, label, input");
  const own = views[current()]?.keys ?? {};
  if (key === " ") {
    const card = target.closest?.(".card-play");
    if (isControl && !card && target !== document.body) return; // the button's own key
    event.preventDefault();
    if (card) card.click();
    else if (own[" "]) own[" "]();
    else toggle();
  } else if (event.key === "?") keySheet();
  else if (/^[1-6]$/.test(key)) {
    go(NAMES[Number(key) - 1]);
    main.focus({ preventScroll: true });
  } else if (own[key]) {
    event.preventDefault();
    own[key]();
  }
});

// files, wherever they are dropped
dropZone(document.body, {
  onfiles: async (files) => {
    const clips = await openFiles(files);
    if (!clips.length) return;
    if (!views[current()].dropped) go("library");
    setTimeout(() => views[current()].dropped?.(clips));
  },
});
for (const type of ["dragover", "drop"]) window.addEventListener(type, (event) => event.preventDefault());

onView(showView);
attempt(async () => {
  await refresh();
  showView();
  document.documentElement.dataset.ready = "true";
});
showView();
warmUp().catch(() => {});
