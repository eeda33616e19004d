// The first minute: one button makes music, and what it made is heard and taken away.

import { api } from "./api.js";
import { all, arrived, byId, onClips } from "./clips.js";
import { download } from "./card.js";
import { el, icon, svg } from "./dom.js";
import { cardGrid } from "./grid.js";
import { choose, titleOf } from "./models.js";
import { attempt, attemptLong } from "./status.js";
import { edit, state, watch } from "./store.js";
import { T } from "./texts.js";
import { cue } from "./transport.js";

const COUNT = 4;
const SHOWN = 24;

export function makeView() {
  const button = el("button", { type: "button", class: "make", "aria-keyshortcuts": "g", onclick: () => make() });
  button.append(el("span", { text: T.make.button }));
  const kinds = el("div", { class: "kinds", role: "radiogroup", "aria-label": T.make.kinds });
  const grid = cardGrid(T.make.made);
  const waiting = el(
    "ul",
    { class: "cards waiting", hidden: true, "aria-hidden": "true" },
    Array.from({ length: COUNT }, () => el("li", { class: "card ghost" }, el("span"), el("span"))),
  );
  const zip = el("button", { type: "button", class: "zip", onclick: () => saveZip() });
  const hint = el("p", { class: "hint", text: T.make.hint });
  const bar = el("div", { class: "bar", hidden: true }, hint, zip);
  const empty = ghostRoll();
  const root = el(
    "div",
    { class: "view-make" },
    el("div", { class: "hero" }, el("h1", { text: T.make.title }), button, kinds),
    bar,
    waiting,
    grid.list,
    empty,
  );

  const shown = () => state.make.ids.map(byId).filter((clip) => clip && !clip.trashed);

  function draw() {
    const clips = shown();
    grid.set(clips);
    bar.hidden = clips.length === 0;
    empty.toggleAttribute("hidden", clips.length > 0 || !waiting.hidden);
    root.classList.toggle("has-clips", clips.length > 0);
    const stars = clips.filter((clip) => clip.starred).length;
    zip.replaceChildren(icon("zip"), stars ? T.make.zipStars(stars) : T.make.zip(clips.length));
  }

  function saveZip() {
    const stars = shown().filter((clip) => clip.starred);
    download(api.zip((stars.length ? stars : shown()).map((clip) => clip.id)));
  }

  async function make() {
    if (button.disabled) return;
    button.disabled = true;
    waiting.hidden = false;
    draw();
    const clips = await attemptLong(T.make.working, (how) =>
      api.verb("generate", { model: state.make.model, clips: [], options: { n: COUNT }, keep: true }, how),
    );
    button.disabled = false;
    waiting.hidden = true;
    if (clips) {
      const before = state.make.ids;
      const ids = [...clips.map((clip) => clip.id), ...before].slice(0, SHOWN);
      arrived(clips, T.steps.make(clips.length), {
        after: () => edit("make", { ids }),
        before: () => edit("make", { ids: before }),
      });
      grid.focus(clips[0].id);
      cue(byId(clips[0].id));
    } else draw();
  }

  attempt(async () => {
    const { able, chosen } = await choose(state.make.model, "generate");
    kinds.replaceChildren(
      ...[...able].sort((a, b) => b.default - a.default).map((model) =>
        el(
          "label",
          { class: "kind" },
          el("input", {
            type: "radio",
            name: "kind",
            value: model.name,
            checked: model.name === chosen.name,
            onchange: () => edit("make", { model: model.name }, T.steps.model(titleOf(model))),
          }),
          el("span", { text: titleOf(model) }),
        ),
      ),
    );
    watch("make", ({ model }) => {
      const name = model ?? able.find((one) => one.default)?.name;
      for (const input of kinds.querySelectorAll("input")) input.checked = input.value === name;
    });
  });
  watch("make", draw);
  onClips(draw);
  return {
    root,
    keys: { g: make },
    show() {
      if (!state.make.ids.length && all().length) edit("make", { ids: all().slice(0, COUNT).map((c) => c.id) });
    },
  };
}

/** A faint roll where the music will be. */
function ghostRoll() {
  const notes = [
    [0, 9, 60], [64, 7, 56], [128, 5, 60], [192, 6, 120], [320, 4, 56], [384, 2, 60], [448, 3, 56],
    [512, 5, 184], [704, 4, 56], [768, 6, 60], [832, 7, 56], [896, 9, 100],
  ];
  return svg(
    "svg",
    { class: "ghost-roll", viewBox: "0 0 1000 220", "aria-hidden": "true", preserveAspectRatio: "none" },
    Array.from({ length: 9 }, (_, bar) =>
      svg("line", { x1: bar * 125, x2: bar * 125, y1: 0, y2: 220 }),
    ),
    notes.map(([x, row, width]) => svg("rect", { x, y: row * 20, width, height: 14, rx: 7 })),
  );
}
