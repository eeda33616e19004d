// The map: clips as points in the latent space, laid out in two dimensions.

import { api } from "./api.js";
import { all, arrived, byId, full, hasNotes, onClips, refresh } from "./clips.js";
import { describe, download } from "./card.js";
import { choiceField, el, icon, svg } from "./dom.js";
import { remember } from "./history.js";
import { choose, modelField } from "./models.js";
import { fullRoll } from "./roll.js";
import { attempt, attemptLong, say } from "./status.js";
import { edit, state } from "./store.js";
import { T } from "./texts.js";
import { nowPlaying, onTransport, toggle } from "./transport.js";

export function mapView() {
  let points = []; // {x, y, clip, node}
  let active = 0;
  const chosen = new Set(); // numbers of points
  let lasso = null;

  const modelPlace = el("span", {});
  const source = choiceField("map-source", T.map.source, Object.entries(T.map.sources), state.map.source, (value) =>
    edit("map", { source: value }, T.map.source),
  ).node;
  const draw = el("button", { type: "button", class: "primary", onclick: () => load() }, icon("dice"), T.map.draw);
  const loop = svg("polygon", { class: "lasso" });
  const field = svg("g", {});
  const plane = svg("svg", { class: "map-plane", viewBox: "-4 -4 108 108", role: "group", "aria-label": T.map.plane }, field, loop);
  const roll = fullRoll();
  const name = el("strong", {});
  const about = el("p", { class: "hint" });
  const zip = el("button", { type: "button", onclick: () => saveZip() });
  const clear = el("button", { type: "button", text: T.map.clear, onclick: () => select([]) });
  const empty = el("p", { class: "map-empty", text: T.map.empty });
  const root = el(
    "div",
    { class: "view-map" },
    el("h1", { text: T.views.map }),
    el("div", { class: "bar fields" }, modelPlace, source, draw),
    el(
      "div",
      { class: "map-columns" },
      el("div", { class: "map-box" }, plane, empty),
      el("div", { class: "map-side" }, el("div", { class: "map-roll" }, roll.node), name, about, el("div", { class: "bar" }, zip, clear), el("p", { class: "hint", text: T.map.hint })),
    ),
  );

  async function load() {
    const { chosen: model } = await choose(state.map.model ?? "melody-2bar", "interpolate", "generate");
    if (state.map.source === "library") await attempt(refresh); // a page that has just opened has not read it yet
    const ids = all().map((clip) => clip.id);
    if (state.map.source === "library" && ids.length < 3) return say(T.map.tooFew);
    const call = state.map.source === "library" ? { model: model.name, clips: ids.slice(0, 200) } : { model: model.name, n: state.map.n };
    draw.disabled = true;
    const answer = await attemptLong(T.map.working, () => api.map(call));
    draw.disabled = false;
    if (answer) put(answer.points);
  }

  function put(found) {
    chosen.clear();
    active = 0;
    points = found.map((point, index) => {
      const node = svg("circle", {
        ...{ cx: point.x * 100, cy: (1 - point.y) * 100, r: 1.6, class: "point", role: "button", tabindex: index ? -1 : 0 },
        "aria-label": `${T.map.point(index + 1, found.length)}: ${point.clip.name}, ${describe(point.clip)}`,
      });
      node.addEventListener("click", (event) => event.detail === 0 && pick(index)); // not by a pointer
      node.addEventListener("focus", () => look(index));
      node.addEventListener("pointerenter", () => look(index));
      node.addEventListener("keydown", (event) => keyed(event, index));
      return { ...point, node };
    });
    field.replaceChildren(...points.map((point) => point.node));
    empty.hidden = points.length > 0;
    look(0);
    update();
  }

  function look(index) {
    if (!points[index]) return;
    const { clip } = points[index];
    if (hasNotes(clip)) roll.show(clip);
    else attempt(() => full(clip.id)).then((whole) => whole && roll.show(whole));
    name.textContent = clip.name;
    about.textContent = describe(clip);
  }

  function pick(index) {
    points[active].node.setAttribute("tabindex", "-1");
    active = index;
    points[index].node.setAttribute("tabindex", "0");
    toggle(points[index].clip);
    look(index);
  }

  function keyed(event, index) {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (way) {
      const to = nearest(index, way);
      if (to !== null) {
        points[index].node.setAttribute("tabindex", "-1");
        points[to].node.setAttribute("tabindex", "0");
        active = to;
        points[to].node.focus();
      }
    } else if (event.key === "Enter" || event.key === " ") pick(index);
    else if (event.key === "x") select(chosen.has(index) ? [...chosen].filter((i) => i !== index) : [...chosen, index]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** The point that is nearest in a direction; what lies off to the side counts double. */
  function nearest(index, [dx, dy]) {
    const here = points[index];
    let best = null;
    let least = Infinity;
    points.forEach((point, at) => {
      const ahead = (point.x - here.x) * dx + (point.y - here.y) * dy;
      const aside = Math.abs((point.x - here.x) * dy) + Math.abs((point.y - here.y) * dx);
      if (at !== index && ahead > 0.001 && ahead + 2 * aside < least) [best, least] = [at, ahead + 2 * aside];
    });
    return best;
  }

  // the lasso
  const spot = (event) => {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(plane.getScreenCTM().inverse());
    return [at.x, at.y];
  };
  const FAR = 1.2; // a shorter way is a click
  let under = -1; // the point where the pointer went down
  plane.addEventListener("pointerdown", (event) => {
    under = points.findIndex((point) => point.node === event.target);
    plane.setPointerCapture(event.pointerId);
    lasso = [spot(event)];
  });
  plane.addEventListener("pointermove", (event) => {
    if (!lasso) return;
    lasso.push(spot(event));
    if (isLong(lasso)) loop.setAttribute("points", lasso.map((p) => p.join(",")).join(" "));
  });
  plane.addEventListener("pointerup", () => {
    if (!lasso) return;
    const line = lasso;
    lasso = null;
    loop.removeAttribute("points");
    if (isLong(line)) {
      select(points.flatMap((p, index) => (isInside([p.x * 100, (1 - p.y) * 100], line) ? [index] : [])));
    } else if (under >= 0) pick(under);
    else if (chosen.size) select([]);
  });
  plane.addEventListener("pointerleave", () => look(active));
  const isLong = (line) => line.some(([x, y]) => Math.hypot(x - line[0][0], y - line[0][1]) > FAR);

  function select(numbers) {
    const before = [...chosen];
    const of = points;
    const put_ = (these) => {
      if (points !== of) return; // another map since
      chosen.clear();
      these.forEach((number) => chosen.add(number));
      update();
      say(T.map.selected(chosen.size));
    };
    put_(numbers);
    remember(T.steps.select, () => put_(before), () => put_(numbers));
  }

  /** Store what is chosen and not stored yet. */
  async function keep() {
    const fresh = [...chosen].filter((index) => !points[index].clip.id);
    const stored = [];
    for (const index of fresh) {
      const clip = await attempt(() => api.store(points[index].clip));
      if (!clip) break;
      points[index].clip = clip;
      stored.push(clip);
    }
    if (stored.length) {
      arrived(stored, T.steps.lasso);
      say(T.map.kept(stored.length));
    }
  }

  /** Clips that the server did not store yet are stored before they are exported. */
  async function saveZip() {
    await keep();
    download(api.zip([...chosen].map((index) => points[index].clip.id)));
  }

  function update() {
    zip.hidden = clear.hidden = chosen.size === 0;
    zip.replaceChildren(icon("zip"), T.make.zip(chosen.size));
    points.forEach((point, index) => {
      point.node.classList.toggle("chosen", chosen.has(index));
      point.node.classList.toggle("starred", Boolean(byId(point.clip.id)?.starred));
    });
    sounding();
  }

  function sounding() {
    const now = nowPlaying();
    for (const point of points) point.node.classList.toggle("playing", now !== null && (now === point.clip || (now.id !== null && now.id === point.clip.id)));
  }

  onTransport(sounding);
  onClips(update);
  update();
  return {
    root,
    keys: { g: load },
    show: () =>
      attempt(async () => {
        const { able, chosen: model } = await choose(state.map.model ?? "melody-2bar", "interpolate", "generate");
        modelPlace.replaceChildren(modelField(able, model, (choice) => edit("map", { model: choice }, T.fields.model)));
      }),
  };
}

/** Whether a point lies in a polygon: a ray from it crosses an odd number of sides. */
export function isInside([x, y], polygon) {
  let inside = false;
  polygon.forEach(([ax, ay], i) => {
    const [bx, by] = polygon[(i + 1) % polygon.length];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  });
  return inside;
}
