// The pad: four corners, and a point between them that is heard while it is dragged.

import { api } from "./api.js";
import { arrived, byId, full, onClips } from "./clips.js";
import { draggable } from "./card.js";
import { chooseClip } from "./chooser.js";
import { choiceField, el, icon, showListening, svg } from "./dom.js";
import { dropZone, openFiles } from "./files.js";
import { cardGrid } from "./grid.js";
import { choose, modelField } from "./models.js";
import { fullRoll, miniRoll } from "./roll.js";
import { attempt, attemptLong, say } from "./status.js";
import { edit, state, watch } from "./store.js";
import { T } from "./texts.js";
import { isPlaying, nowPlaying, onPosition, onTransport, play, stop, swap } from "./transport.js";

const STEP = 0.05;
const FINE = 0.01;

export function padView() {
  const points = [];
  let space = null; // {id, of}: the server's space and the corners that it was made of
  let music = null;
  let isWanted = false;
  let isBusy = false;
  let isDrawing = false;

  const dot = el("span", { class: "pad-dot", "aria-hidden": "true" });
  const line = svg("polyline", { class: "pad-path" });
  const trace = svg("svg", { class: "pad-trace", viewBox: "0 0 1 1", "aria-hidden": "true", preserveAspectRatio: "none" }, line);
  const surface = el(
    "div",
    { class: "pad-surface", tabindex: 0, role: "slider", "aria-label": T.pad.surface, "aria-valuemin": 0, "aria-valuemax": 100 },
    trace,
    dot,
  );
  const start = el("button", { type: "button", class: "make pad-start", onclick: () => makeCorners() }, el("span", { text: T.pad.start }));
  const corners = [0, 1, 2, 3].map((index) => cornerSlot(index));
  const roll = fullRoll();
  const listen = el("button", { type: "button", class: "listen", onclick: () => (isOurs() ? stop() : hear()) });
  const draw = el("button", { type: "button", class: "toggle", "aria-pressed": "false", onclick: () => setDrawing(!isDrawing) }, icon("pencil"), T.pad.draw);
  const keep = el("button", { type: "button", onclick: () => keepPath([[state.pad.x, state.pad.y]]) }, icon("plus"), T.pad.keep);
  const again = el("button", { type: "button", onclick: () => makeCorners() }, icon("dice"), T.pad.again);
  const modelPlace = el("span", {});
  const pills = (name, label, entries) =>
    choiceField(`pad-${name}`, label, entries, state.pad[name], (value) => edit("pad", { [name]: value }, label)).node;
  const when = pills("when", T.pad.when, Object.entries(T.pad.whens));
  const windows = pills("windows", T.pad.windows, [4, 8, 16].map((n) => [n, String(n)]));
  const grid = cardGrid(T.pad.made);
  const root = el(
    "div",
    { class: "view-pad" },
    el("h1", { text: T.views.pad }),
    el("div", { class: "pad-board" }, ...corners.map((corner) => corner.node), el("div", { class: "pad-middle" }, surface, start)),
    el(
      "div",
      { class: "pad-side" },
      el("div", { class: "pad-roll" }, roll.node),
      el("div", { class: "bar" }, listen, draw, keep, again),
      el("div", { class: "bar fields" }, modelPlace, when, windows),
      el("p", { class: "hint", text: T.pad.hint }),
      grid.list,
    ),
  );

  const isOurs = () => isPlaying() && music !== null && nowPlaying()?.pad === true;
  const isReady = () => state.pad.corners.every((id) => id && byId(id));

  function cornerSlot(index) {
    const box = miniRoll();
    const name = el("span", { class: "corner-name" });
    const button = el(
      "button",
      { type: "button", class: "corner", data: { corner: index }, onclick: () => pick(index) },
      box.node,
      name,
    );
    dropZone(button, {
      onclip: (id) => setCorner(index, id),
      onfiles: async (files) => {
        const [clip] = await openFiles(files.slice(0, 1));
        if (clip) setCorner(index, clip.id);
      },
    });
    draggable(button, () => byId(state.pad.corners[index]) ?? { id: "", name: "" });
    return {
      node: button,
      async update() {
        const id = state.pad.corners[index];
        const clip = byId(id);
        name.textContent = clip ? clip.name : T.pad.empty;
        button.classList.toggle("empty", !clip);
        button.setAttribute("aria-label", `${T.pad.corners[index]}: ${name.textContent}`);
        const whole = clip ? await attempt(() => full(id)) : null;
        box.show(whole);
      },
    };
  }

  async function pick(index) {
    const clip = await chooseClip(T.pad.choose(T.pad.corners[index]));
    if (clip) setCorner(index, clip.id);
  }

  function setCorner(index, id) {
    const ids = state.pad.corners.with(index, id);
    edit("pad", { corners: ids }, T.steps.corner);
  }

  async function makeCorners() {
    const { chosen } = await choose(modelName(), "generate", "interpolate");
    start.disabled = again.disabled = true;
    const clips = await attemptLong(T.pad.working, (how) =>
      api.verb("generate", { model: chosen.name, clips: [], options: { n: 4 }, keep: true }, how),
    );
    start.disabled = again.disabled = false;
    if (!clips) return;
    const before = state.pad.corners;
    const ids = clips.map((clip) => clip.id);
    arrived(clips, T.steps.corners, {
      after: () => edit("pad", { corners: ids }),
      before: () => edit("pad", { corners: before }),
    });
    surface.focus();
  }

  const modelName = () => state.pad.model ?? "melody-2bar";

  async function makeSpace() {
    const ids = [...state.pad.corners];
    const of = `${modelName()} ${ids}`;
    if (space?.of !== of) {
      const { chosen } = await choose(modelName(), "interpolate");
      space = { id: (await api.space(chosen.name, ids)).space, of };
    }
    return space.id;
  }

  /** Decode the newest point; while one is on its way, only the last of the others is asked for. */
  async function follow() {
    isWanted = true;
    if (isBusy || !isReady()) return;
    isBusy = true;
    while (isWanted) {
      isWanted = false;
      await attempt(decode);
    }
    isBusy = false;
  }

  async function decode() {
    const point = { x: state.pad.x, y: state.pad.y, seed: 0, temperature: 0 };
    let decoded;
    try {
      decoded = await api.decode(await makeSpace(), point);
    } catch (error) {
      if (error.status !== 404) throw error;
      space = null; // the server was started anew
      decoded = await api.decode(await makeSpace(), point);
    }
    music = { ...decoded, name: T.pad.name(point.x, point.y), pad: true };
    roll.show(music);
    if (isOurs()) swap(music, state.pad.when);
  }

  async function hear() {
    if (!isReady()) return say(T.pad.needCorners);
    if (!music) await follow();
    if (music) play(music);
  }

  function moveTo(x, y, label = null) {
    edit("pad", { x: clamp(x), y: clamp(y) }, label);
  }

  // by pointer
  let from = null;
  surface.addEventListener("pointerdown", (event) => {
    if (!isReady()) return;
    surface.setPointerCapture(event.pointerId);
    from = { x: state.pad.x, y: state.pad.y };
    if (isDrawing) points.length = 0;
    pointed(event);
    if (!isOurs()) hear();
  });
  surface.addEventListener("pointermove", (event) => from && pointed(event));
  surface.addEventListener("pointerup", () => released());
  surface.addEventListener("pointercancel", () => released());

  function pointed(event) {
    const box = surface.getBoundingClientRect();
    moveTo((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
    if (isDrawing) points.push([state.pad.x, state.pad.y]);
    trail();
  }

  function released() {
    if (!from) return;
    const { x, y } = state.pad;
    edit("pad", from);
    moveTo(x, y, T.steps.point);
    from = null;
    if (isDrawing && points.length > 1) keepPath(evenly(points, state.pad.windows));
  }

  // by keys
  surface.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = event.shiftKey ? FINE : STEP;
    const { x, y } = state.pad;
    const keys = {
      ArrowLeft: () => moveTo(x - step, y, T.steps.point),
      ArrowRight: () => moveTo(x + step, y, T.steps.point),
      ArrowUp: () => moveTo(x, y - step, T.steps.point),
      ArrowDown: () => moveTo(x, y + step, T.steps.point),
      Home: () => moveTo(0.5, 0.5, T.steps.point),
      p: () => {
        points.push([x, y]);
        trail();
        say(T.pad.pointAdded(points.length));
      },
      Enter: () => (points.length > 1 ? keepPath(points) : hear()),
      Escape: () => {
        points.length = 0;
        trail();
      },
    };
    if (!(event.key in keys)) return;
    event.preventDefault();
    event.stopPropagation();
    keys[event.key]();
  });

  function trail() {
    line.setAttribute("points", points.map((point) => point.join(",")).join(" "));
  }

  function setDrawing(on) {
    isDrawing = on;
    draw.setAttribute("aria-pressed", String(on));
    surface.classList.toggle("drawing", on);
    if (!on) points.length = 0;
    trail();
  }

  async function keepPath(path) {
    if (!isReady()) return say(T.pad.needCorners);
    const clip = await attemptLong(T.pad.keeping, async () =>
      api.path(await makeSpace(), path, path.length > 1 ? T.pad.pathName : T.pad.pointName),
    );
    if (!clip) return;
    const before = state.pad.made;
    const made = [clip.id, ...before].slice(0, 12);
    arrived([clip], T.steps.path, {
      after: () => edit("pad", { made }),
      before: () => edit("pad", { made: before }),
    });
    points.length = 0;
    say(T.pad.kept(clip.name));
  }

  function place({ x, y, when: now, windows: count }) {
    dot.style.left = `${x * 100}%`;
    dot.style.top = `${y * 100}%`;
    surface.setAttribute("aria-valuenow", Math.round(x * 100));
    surface.setAttribute("aria-valuetext", T.pad.at(x, y));
    for (const input of root.querySelectorAll(".fields input")) {
      input.checked = input.value === String(input.name === "pad-when" ? now : count);
    }
  }

  let seen = "";
  function update() {
    const { pad } = state;
    place(pad);
    const key = `${pad.x} ${pad.y} ${pad.corners} ${pad.model}`;
    root.classList.toggle("ready", isReady());
    start.hidden = isReady();
    keep.disabled = draw.disabled = listen.disabled = again.disabled = !isReady();
    grid.set(pad.made.map(byId).filter((clip) => clip && !clip.trashed));
    if (key !== seen && isReady() && !root.hidden && root.isConnected) {
      seen = key;
      follow();
    }
  }

  function sounding() {
    const ours = isOurs();
    showListening(listen, ours);
    if (!ours) roll.at(null);
  }

  watch("pad", update);
  onClips(() => {
    corners.forEach((corner) => corner.update());
    update();
  });
  watch("pad", () => corners.forEach((corner) => corner.update()));
  onTransport(sounding);
  onPosition((quarter) => isOurs() && roll.at(quarter));
  sounding();
  return {
    root,
    keys: {
      d: () => setDrawing(!isDrawing),
      " ": () => (isOurs() ? stop() : hear()),
    },
    show() {
      update();
      attempt(async () => {
        const { able, chosen } = await choose(modelName(), "interpolate");
        modelPlace.replaceChildren(
          modelField(able, chosen, (model) => edit("pad", { model }, T.fields.model)),
        );
      });
    },
  };
}

const clamp = (value) => Math.max(0, Math.min(1, value));

/** `count` points at equal distances on a line. */
export function evenly(points, count) {
  const lengths = [0];
  for (let i = 1; i < points.length; i++) {
    lengths.push(lengths[i - 1] + Math.hypot(points[i][0] - points[i - 1][0], points[i][1] - points[i - 1][1]));
  }
  return Array.from({ length: count }, (_, k) => {
    const goal = (lengths.at(-1) * k) / Math.max(1, count - 1);
    const i = Math.max(1, lengths.findIndex((length, at) => at > 0 && length >= goal));
    const share = (goal - lengths[i - 1]) / (lengths[i] - lengths[i - 1] || 1);
    return [0, 1].map((axis) => points[i - 1][axis] + share * (points[i][axis] - points[i - 1][axis]));
  });
}
