// The song: its parts, some bars of one of them, and other music for these bars.

import { api } from "./api.js";
import { arrived, byId, full, onClips, remove } from "./clips.js";
import { chooseClip } from "./chooser.js";
import { download, fileName, describe } from "./card.js";
import { el, icon, showListening } from "./dom.js";
import { dropZone, openFiles } from "./files.js";
import { models } from "./models.js";
import { miniRoll } from "./roll.js";
import { attempt, attemptLong, say } from "./status.js";
import { edit, state, watch } from "./store.js";
import { remember } from "./history.js";
import { T } from "./texts.js";
import { isPlaying, mute, nowPlaying, onPosition, onTransport, play, stop, swap } from "./transport.js";
import { trackRows } from "./tracks.js";

const COUNT = 3;

/** The model that reads one part by itself; null lets the server choose. */
async function modelFor(verb, part) {
  if (!["fill", "vary"].includes(verb) || (verb === "fill" && !isChordal(part))) return null;
  const alone = (await models()).filter((model) => model.parts.length === 1 && !model.chords && model.verbs.includes(verb));
  const fitting = alone.filter((model) => (part.drum ? model.drums : !model.drums && model.polyphonic === isChordal(part)));
  return fitting.sort((a, b) => a.bars - b.bars)[0]?.name ?? null;
}

const isBass = (part) => !part.drum && (/bass/i.test(part.name) || (part.program >= 32 && part.program < 40));

/** Whether notes of a part sound together. */
function isChordal(part) {
  const notes = [...part.notes].sort((a, b) => a[0] - b[0]);
  return !part.drum && notes.some(([start], i) => i > 0 && start < notes[i - 1][0] + notes[i - 1][1] - 0.05);
}

export function songView() {
  let song = null; // the clip with notes
  let heard = 0; // 0 is the song, then the alternatives by number
  const muted = new Set();

  const open = el("button", { type: "button", onclick: () => pick() }, icon("file"), T.song.open);
  const title = el("h1", { text: T.views.song });
  const about = el("p", { class: "hint" });
  const listen = el("button", { type: "button", class: "listen", onclick: () => listenOrStop() });
  const save = el("button", { type: "button", onclick: () => download(api.file(song.id, "mid"), fileName(song, "mid")) }, icon("download"), T.song.save);
  const tracks = trackRows({
    onselect: (fields, label) => edit("song", fields, label ? T.steps.bars : null),
    onmute: (index) => {
      muted.has(index) ? muted.delete(index) : muted.add(index);
      applyMutes();
      tracks.update(song, state.song, muted);
    },
  });
  const verbs = ["fill", "vary", "harmonize", "accompany"].map((verb) =>
    el("button", { type: "button", data: { verb }, title: T.song.verbHints[verb], text: T.song.verbs[verb], onclick: () => run(verb) }),
  );
  const where = el("strong", { class: "where", "aria-live": "polite" });
  const list = el("ol", { class: "alternatives", "aria-label": T.song.alternatives });
  const none = el(
    "div",
    { class: "dropbox" },
    el("p", { text: T.song.empty }),
    el("button", { type: "button", class: "primary", onclick: () => pick() }, icon("file"), T.song.open),
  );
  const work = el(
    "div",
    { class: "song-work" },
    el("div", { class: "bar" }, listen, save, open),
    tracks.root,
    el("div", { class: "bar song-verbs" }, where, verbs),
    el("p", { class: "hint", text: T.song.hint }),
    list,
  );
  const root = el("div", { class: "view-song" }, title, about, none, work);
  dropZone(root, {
    onclip: (id) => setSong(id),
    onfiles: async (files) => {
      const [clip] = await openFiles(files.slice(0, 1));
      if (clip) setSong(clip.id);
    },
  });

  const alternatives = () => state.song.alternatives.map(byId).filter((clip) => clip && !clip.trashed);
  const version = (index) => (index === 0 ? song : alternatives()[index - 1]);

  function setSong(id) {
    edit("song", { id, part: 0, from: 1, to: 1, alternatives: [], ranges: {} }, T.steps.openSong(byId(id)?.name ?? ""));
  }

  async function pick() {
    const clip = await chooseClip(T.song.open);
    if (clip) setSong(clip.id);
  }

  const isOurs = () => isPlaying() && [song?.id, ...state.song.alternatives].includes(nowPlaying()?.id);

  function applyMutes() {
    song.parts.forEach((_, index) => mute(index, muted.has(index)));
  }

  async function listenOrStop() {
    if (isOurs()) return stop();
    await play(version(heard) ?? song);
    applyMutes();
  }

  /** Change to another version where the music is; start it if it is silent. */
  async function hear(index) {
    const clip = version(index);
    if (!clip) return;
    heard = index;
    const whole = await attempt(() => full(clip.id));
    if (!whole) return;
    if (isOurs()) await swap(whole, "now");
    else await play(whole, Math.max(0, tracks.startOf(song, state.song.from)));
    applyMutes();
    drawAlternatives();
    say(index ? T.song.hearing(index) : T.song.hearingSong);
  }

  async function run(verb) {
    const { part, from, to } = state.song;
    const chosen = song.parts[part];
    const options = { n: COUNT, bars: `${from}-${to}` };
    if (["fill", "vary"].includes(verb)) options.track = part + 1;
    if (verb === "vary") options.strength = 0.5;
    if (verb === "accompany") Object.assign(options, bandOptions(chosen));
    const clips = await attemptLong(T.song.working[verb], async (how) =>
      api.verb(verb, { model: await modelFor(verb, chosen), clips: [song.id], options, keep: true }, how),
    );
    if (!clips) return;
    const before = state.song.alternatives;
    const ids = [...before, ...clips.map((clip) => clip.id)];
    const ranges = { ...state.song.ranges, ...Object.fromEntries(clips.map((clip) => [clip.id, [from, to]])) };
    arrived(clips, T.steps.alternatives(clips.length), {
      after: () => edit("song", { alternatives: ids, ranges }),
      before: () => edit("song", { alternatives: before }),
    });
    hear(before.length + 1);
  }

  /** A selected bass or drums are replaced; else what is missing of them comes, or both anew. */
  function bandOptions(chosen) {
    const band = { bass: isBass, drums: (part) => part.drum };
    const names = Object.keys(band);
    const own = names.find((name) => band[name](chosen));
    if (own) return { replace: own };
    const begin = tracks.startOf(song, state.song.from);
    const end = song.pickup + state.song.to * song.bar;
    const plays = (part) => part.notes.some(([start]) => start >= begin - 0.1 && start < end);
    const missing = names.filter((name) => !song.parts.some((part) => band[name](part) && plays(part)));
    return missing.length ? { add: missing.join(",") } : { replace: names.join(",") };
  }

  /** An alternative becomes the song; the others go to the trash. */
  async function keep(index) {
    const clip = version(index);
    const before = { ...state.song };
    const after = { id: clip.id, alternatives: [], ranges: {} };
    edit("song", after);
    remember(T.steps.keep(clip.name), () => edit("song", before), () => edit("song", after));
    heard = 0;
    say(T.song.kept(clip.name));
    tracks.focus();
  }

  async function reject(index) {
    const clip = version(index);
    await attempt(() => remove([clip.id], T.steps.reject(clip.name)));
    if (heard >= index) {
      heard = Math.max(0, heard - 1);
      if (isOurs()) hear(heard);
    }
    const buttons = list.querySelectorAll(".alt-listen");
    (buttons[Math.min(index - 1, buttons.length - 1)] ?? tracks.root.querySelector("[tabindex='0']"))?.focus();
  }

  const rows = new Map();
  function drawAlternatives() {
    const clips = alternatives();
    const nodes = clips.map((clip, at) => {
      if (!rows.has(clip.id)) rows.set(clip.id, row(clip));
      rows.get(clip.id).update(at + 1);
      return rows.get(clip.id).node;
    });
    if (nodes.length !== list.children.length || nodes.some((node, i) => node !== list.children[i])) list.replaceChildren(...nodes);
    list.hidden = clips.length === 0;
  }

  function row(clip) {
    let index = 0;
    const box = miniRoll();
    const range = el("span", { class: "track-range", "aria-hidden": "true" });
    const [from, to] = state.song.ranges[clip.id] ?? [1, 0];
    range.style.left = `${(100 * tracks.startOf(clip, from)) / clip.quarters}%`;
    range.style.width = `${(100 * (to - from + 1) * clip.bar) / clip.quarters}%`;
    const hearIt = el("button", { type: "button", class: "alt-listen", onclick: () => hear(index) }, box.node, range, el("span", { class: "alt-name" }));
    const keepIt = el("button", { type: "button", class: "small keep", onclick: () => keep(index) }, icon("check"), T.song.keep);
    const rejectIt = el("button", { type: "button", class: "small reject", onclick: () => reject(index) }, icon("close"), T.song.reject);
    const node = el("li", { class: "alternative" }, hearIt, keepIt, rejectIt);
    node.addEventListener("keydown", (event) => {
      if (event.key === "k") keep(index);
      else if (event.key === "x" || event.key === "Delete") reject(index);
      else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        const other = event.key === "ArrowDown" ? node.nextSibling : node.previousSibling;
        other?.querySelector(".alt-listen").focus();
      } else return;
      event.preventDefault();
      event.stopPropagation();
    });
    attempt(() => full(clip.id)).then((whole) => whole && box.show(whole));
    onPosition((quarter) => box.at(nowPlaying()?.id === clip.id ? quarter : null));
    return {
      node,
      update(number) {
        index = number;
        hearIt.querySelector(".alt-name").textContent = T.song.alternative(number);
        hearIt.setAttribute("aria-label", `${T.song.alternative(number)}: ${describe(clip)}`);
        hearIt.setAttribute("aria-pressed", String(heard === number));
        keepIt.setAttribute("aria-label", `${T.song.keep}: ${T.song.alternative(number)}`);
        rejectIt.setAttribute("aria-label", `${T.song.reject}: ${T.song.alternative(number)}`);
        node.classList.toggle("heard", heard === number);
      },
    };
  }

  async function update() {
    const clip = state.song.id ? byId(state.song.id) : null;
    none.hidden = clip !== null && clip !== undefined;
    work.hidden = !none.hidden;
    title.textContent = clip ? clip.name : T.views.song;
    about.hidden = !clip;
    if (!clip) {
      song = null;
      return;
    }
    const whole = await attempt(() => full(clip.id));
    if (!whole || state.song.id !== whole.id) return;
    if (song?.id !== whole.id) {
      const wasHeard = isPlaying() && song && nowPlaying()?.id === song.id;
      song = whole;
      muted.clear();
      heard = 0;
      if (wasHeard) swap(song, "now");
    }
    about.textContent = describe(song);
    tracks.update(song, state.song, muted);
    const { part, from, to } = state.song;
    const isDrum = song.parts[Math.min(part, song.parts.length - 1)]?.drum;
    verbs.find((button) => button.dataset.verb === "harmonize").hidden = Boolean(isDrum);
    where.textContent = T.song.where(song.parts[Math.min(part, song.parts.length - 1)], from, to);
    drawAlternatives();
    sounding();
  }

  function sounding() {
    const ours = isOurs();
    showListening(listen, ours);
  }

  watch("song", update);
  onClips(update);
  onTransport(() => {
    sounding();
    if (!isPlaying()) tracks.at(null);
  });
  onPosition((quarter) => isOurs() && song && tracks.at(quarter / song.quarters));
  return {
    root,
    keys: {
      o: pick,
      " ": () => song && listenOrStop(),
      a: () => hear(heard === 0 ? Math.min(1, alternatives().length) : 0),
      b: () => alternatives().length && hear((heard % alternatives().length) + 1),
    },
    show: update,
    dropped: (clips) => clips.length && setSong(clips[0].id),
  };
}
