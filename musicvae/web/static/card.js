// A clip on the page: its roll is the button that plays it; a row of actions below.

import { api } from "./api.js";
import { byId, full, hasNotes, remove, rename, star } from "./clips.js";
import { el, icon, iconButton } from "./dom.js";
import { cardRoll } from "./roll.js";
import { attempt } from "./status.js";
import { T } from "./texts.js";
import { nowPlaying, onPosition, onTransport, toggle } from "./transport.js";
import { go } from "./views.js";
import { edit } from "./store.js";

const living = new Set();

onTransport(() => living.forEach((card) => card.sounding()));
onPosition((quarter) => living.forEach((card) => card.moved(quarter)));

/** Load a clip's notes when its card comes into view. */
const near = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) target.dispatchEvent(new Event("near"));
    }
  },
  { rootMargin: "400px" },
);

/** Save a file, as a link would. */
export function download(url, name = "") {
  const link = el("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
}

export const fileName = (clip, kind) =>
  `${clip.name.replace(/[\\/:*?"<>|\u0000-\u001f]+/g, "-").trim() || "clip"}.${kind}`;

/** What a clip is, in a line. */
export function describe(clip) {
  return [T.bars(clip.bars), clip.meter, T.bpm(clip.bpm), clip.key].filter(Boolean).join(" · ");
}

/** Make an element a source of a MIDI file: dropped outside the page it is a file. */
export function draggable(node, clipOf) {
  node.setAttribute("draggable", "true");
  node.addEventListener("dragstart", (event) => {
    const clip = clipOf();
    const url = new URL(api.file(clip.id, "mid"), location.href).href;
    event.dataTransfer.effectAllowed = "copy";
    event.dataTransfer.setData("DownloadURL", `audio/midi:${fileName(clip, "mid")}:${url}`);
    event.dataTransfer.setData("text/uri-list", url);
    event.dataTransfer.setData("application/x-musicvae-clip", clip.id);
  });
}

/** The card of a clip. `extra` adds buttons of a view. */
export function clipCard(clip, extra = []) {
  const roll = cardRoll();
  const play = el(
    "button",
    { type: "button", class: "card-play", onclick: () => toggle(byId(clip.id) ?? clip) },
    roll.node,
  );
  const disc = el(
    "button", // for the pointer alone: the roll does the same
    { type: "button", class: "disc", tabindex: -1, "aria-hidden": "true", onclick: () => toggle(byId(clip.id) ?? clip) },
    icon("play"),
    icon("stop"),
  );
  const name = el("span", { class: "card-name", title: T.actions.renameHint });
  const about = el("span", { class: "card-about" });
  const starButton = iconButton("star", T.actions.star, () => attempt(() => star(clip)), {
    class: "icon-button star",
  });
  const save = (kind) => download(api.file(clip.id, kind), fileName(byId(clip.id) ?? clip, kind));
  const midi = el(
    "button",
    { type: "button", class: "small midi", onclick: () => save("mid") },
    icon("download"),
    el("span", { text: ".mid", "aria-hidden": "true" }),
  );
  draggable(midi, () => byId(clip.id));
  const more = el(
    "span",
    { class: "card-actions" },
    starButton,
    midi,
    iconButton("wave", T.actions.wav, () => save("wav"), { class: "icon-button wav" }),
    iconButton("pencil", T.actions.rename, () => startRename(), { class: "icon-button" }),
    iconButton("right", T.actions.song, () => openInSong(clip), { class: "icon-button" }),
    iconButton("trash", T.actions.remove, () => attempt(() => remove([clip.id], T.steps.remove(clip.name))), {
      class: "icon-button",
    }),
    ...extra,
  );
  const node = el(
    "li",
    { class: "card", data: { id: clip.id } },
    play,
    el("div", { class: "card-row" }, disc, el("span", { class: "card-text" }, name, about), more),
  );
  draggable(node, () => byId(clip.id));
  name.addEventListener("dblclick", () => startRename());

  const card = {
    node,
    id: clip.id,
    update() {
      const now = byId(clip.id) ?? clip;
      name.textContent = now.name;
      about.textContent = describe(now);
      const named = (text) => `${text}: ${now.name}`;
      play.setAttribute("aria-label", `${T.actions.play} ${now.name}, ${describe(now)}`);
      starButton.setAttribute("aria-pressed", String(Boolean(now.starred)));
      starButton.setAttribute("aria-label", named(T.actions.star));
      midi.setAttribute("aria-label", named(T.actions.midi));
      midi.title = T.actions.midiHint;
      node.classList.toggle("starred", Boolean(now.starred));
      if (hasNotes(now)) roll.show(now);
    },
    sounding() {
      const playing = nowPlaying()?.id === clip.id;
      node.classList.toggle("playing", playing);
      if (!playing) roll.at(null);
    },
    moved(quarter) {
      if (nowPlaying()?.id === clip.id) roll.at(quarter);
    },
  };

  function startRename() {
    const field = el("input", {
      class: "card-rename",
      value: byId(clip.id).name,
      "aria-label": T.actions.rename,
      maxlength: 200,
    });
    const finish = (keep) => {
      field.removeEventListener("blur", onBlur);
      const text = field.value.trim();
      field.replaceWith(name);
      if (keep && text && text !== byId(clip.id).name) attempt(() => rename(byId(clip.id), text));
      play.focus();
    };
    const onBlur = () => finish(true);
    field.addEventListener("blur", onBlur);
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") finish(true);
      if (event.key === "Escape") finish(false);
      event.stopPropagation();
    });
    name.replaceWith(field);
    field.focus();
    field.select();
  }

  const onKey = (event) => {
    if (event.target instanceof HTMLInputElement || event.ctrlKey || event.metaKey || event.altKey) return;
    const keys = {
      s: () => starButton.click(),
      m: () => midi.click(),
      w: () => save("wav"),
      r: startRename,
      F2: startRename,
      Delete: () => attempt(() => remove([clip.id], T.steps.remove(clip.name))),
    };
    if (!(event.key in keys)) return;
    event.preventDefault();
    event.stopPropagation();
    keys[event.key]();
  };
  node.addEventListener("keydown", onKey);
  node.addEventListener("near", () => {
    near.unobserve(node);
    attempt(() => full(clip.id)).then((whole) => whole && card.update());
  });
  living.add(card);
  if (!hasNotes(clip)) near.observe(node);
  card.update();
  card.sounding();
  return card;
}

export function openInSong(clip) {
  edit("song", { id: clip.id, part: 0, from: 1, to: 1, alternatives: [], ranges: {} }, T.steps.openSong(clip.name));
  go("song");
}

/** Forget a card that left the page. */
export function drop(card) {
  living.delete(card);
  near.unobserve(card.node);
}
