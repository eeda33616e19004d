// Piano rolls that fit their box and are drawn when they are seen.

import { el, svg } from "./dom.js";
import { drawRoll } from "./player.js";

const drawers = new WeakMap(); // box -> how to draw it
const sizes = new ResizeObserver((entries) => entries.forEach(({ target }) => drawers.get(target)?.()));

/** A roll in its box: `show(music)` draws it, `at(quarter)` moves its line, null hides that. */
function rollIn(drawInto) {
  const node = el("span", { class: "roll", "aria-hidden": "true" });
  let music = null;
  let drawn = "";
  let line = null;
  let quarter = null;
  function draw() {
    const { clientWidth: width, clientHeight: height } = node;
    if (!music || !width || !height || drawn === `${width}x${height}`) return;
    drawn = `${width}x${height}`;
    line = drawInto(node, music, { width, height });
    line.setPosition(quarter);
  }
  drawers.set(node, draw);
  sizes.observe(node);
  return {
    node,
    show(next) {
      if (next === music) return;
      music = next;
      drawn = "";
      if (!music) node.replaceChildren();
      draw();
    },
    at(next) {
      if (next === quarter) return;
      quarter = next;
      line?.setPosition(quarter);
    },
  };
}

/** With note names, bars, chords and parts. */
export const fullRoll = () => rollIn(drawRoll);

/** Notes from edge to edge; `colour` is the number of the first part's colour. */
export const miniRoll = (colour = 0) => rollIn((node, music, size) => drawMini(node, music, size, colour, 2));

/** The same with chords above. */
export const cardRoll = () => rollIn((node, music, size) => drawMini(node, music, size, 0, CHORDS));

const CHORDS = 30; // pixels
const LETTER = 8;

function drawMini(node, music, { width, height }, colour, top) {
  const notes = music.parts.flatMap((part, index) =>
    part.notes.map(([start, length, pitch, velocity]) => ({ start, length, pitch, velocity, index })),
  );
  const pitches = notes.map((note) => note.pitch);
  if (top >= CHORDS && !music.chords.length) top = 8;
  const low = Math.min(...pitches, 127) - 1;
  const rows = Math.max(12, Math.max(...pitches, 0) - low + 2);
  const row = (height - top - 6) / rows;
  const scale = width / (music.quarters || 1);
  const bars = Array.from({ length: music.bars + 1 }, (_, bar) => (music.pickup + bar * music.bar) * scale);
  const head = svg("line", { class: "mini-head", y1: 0, y2: height, visibility: "hidden" });
  node.replaceChildren(
    svg(
      "svg",
      { class: "mini", viewBox: `0 0 ${width} ${height}`, width, height },
      bars.map((x) => svg("line", { class: "mini-bar", x1: x, x2: x, y1: top > 10 ? top - 6 : 0, y2: height })),
      top >= CHORDS ? chordNames(music, scale) : [],
      notes.map(({ start, length, pitch, velocity, index }) =>
        svg("rect", {
          class: `part-${(index + colour) % 8}`,
          x: start * scale,
          y: top + (rows - (pitch - low) - 1) * row,
          width: Math.max(1.5, length * scale - 0.75),
          height: clamp(row * 1.15, 2, 9),
          rx: clamp(row / 2, 1, 3),
          "fill-opacity": 0.6 + (0.4 * velocity) / 127,
        }),
      ),
      head,
    ),
  );
  return {
    setPosition(quarter) {
      head.setAttribute("visibility", quarter === null ? "hidden" : "visible");
      head.setAttribute("transform", `translate(${(quarter ?? 0) * scale} 0)`);
    },
  };
}

/** Those that do not overlap. */
function chordNames(music, scale) {
  let free = 0;
  return music.chords.flatMap(([quarter, text]) => {
    const x = quarter * scale + 7;
    if (x < free) return [];
    free = x + text.length * LETTER + 6;
    return [svg("text", { class: "mini-chord", x, y: 19, text })];
  });
}

const clamp = (value, low, high) => Math.max(low, Math.min(high, value));
