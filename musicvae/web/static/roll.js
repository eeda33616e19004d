// Piano rolls that fit their box, are drawn when they are seen, and show where the music is.

import { el } from "./dom.js";
import { drawRoll } from "./player.js";

const shown = new WeakMap(); // box -> how to draw it

const sizes = new ResizeObserver((entries) => entries.forEach(({ target }) => draw(target)));

function draw(box) {
  const job = shown.get(box);
  const { clientWidth: width, clientHeight: height } = box;
  if (!job || !width || !height || !job.music) return;
  if (job.drawn === `${width}x${height}`) return;
  job.drawn = `${width}x${height}`;
  drawRoll(box, job.music, { width, height, labels: job.labels });
}

/** A box for a roll; `show(music)` draws it. */
export function rollBox(labels = false, props = {}) {
  const box = el("span", { class: "roll", "aria-hidden": "true", ...props });
  shown.set(box, { music: null, labels, drawn: "" });
  sizes.observe(box);
  return box;
}

export function show(box, music) {
  const job = shown.get(box);
  if (job.music === music) return;
  shown.set(box, { ...job, music, drawn: "" });
  if (!music) box.replaceChildren();
  draw(box);
}

/** A line that stands where the music is; `at(quarter, music)` moves it, null hides it. */
export function playhead() {
  const line = el("span", { class: "playhead", "aria-hidden": "true", hidden: true });
  return {
    line,
    at(quarter, music) {
      line.hidden = quarter === null;
      if (quarter !== null) line.style.left = `${(100 * quarter) / music.quarters}%`;
    },
  };
}
