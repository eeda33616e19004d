// The parts of a song as rows; bars are selected by dragging or by arrow keys.

import { el } from "./dom.js";
import { miniRoll } from "./roll.js";
import { T } from "./texts.js";

export function trackRows({ onselect, onmute }) {
  const root = el("div", { class: "tracks", role: "group", "aria-label": T.song.parts });
  let rows = [];
  let of = null;

  /** Where bar `number` begins, in quarters. */
  const startOf = (song, number) => (number <= 1 ? 0 : song.pickup + (number - 1) * song.bar);

  function build(song) {
    of = song;
    rows = song.parts.map((part, index) => row(song, part, index));
    root.replaceChildren(ruler(song), ...rows.map((one) => one.node));
  }

  /** Numbers of bars and chords above the parts. */
  function ruler(song) {
    const share = (quarter) => `${(100 * quarter) / song.quarters}%`;
    const every = Math.max(1, Math.ceil(song.bars / 16));
    const lane = el("div", { class: "ruler-lane" });
    const mark = (kind, text, quarter) => {
      const node = el("span", { class: kind, text });
      node.style.left = share(quarter);
      lane.append(node);
    };
    for (let bar = 1; bar <= song.bars; bar += every) {
      mark("ruler-bar", String(bar), song.pickup + (bar - 1) * song.bar);
    }
    let free = -1;
    for (const [quarter, text] of song.chords) {
      if (quarter < free) continue;
      mark("ruler-chord", text, quarter);
      free = quarter + song.quarters / 24;
    }
    return el("div", { class: "track ruler", "aria-hidden": "true" }, el("div"), lane);
  }

  function row(song, part, index) {
    const box = miniRoll(index);
    const range = el("span", { class: "track-range", "aria-hidden": "true" });
    const line = el("span", { class: "playhead", "aria-hidden": "true", hidden: true });
    const lane = el("div", { class: "track-lane", role: "slider", tabindex: -1, "aria-valuemin": 1, "aria-valuemax": song.bars }, box.node, range, line);
    const name = part.name || part.instrument;
    const quiet = el("button", { type: "button", class: "small mute", text: T.song.mute, "aria-label": `${T.song.mute}: ${name}`, onclick: () => onmute(index) });
    const node = el(
      "div",
      { class: "track", data: { part: index } },
      el("div", { class: "track-head" }, el("span", { class: "track-name", text: name }), el("small", { text: part.instrument }), quiet),
      lane,
    );
    box.show({ ...song, parts: [part] });

    const barAt = (event) => {
      const area = lane.getBoundingClientRect();
      const quarter = ((event.clientX - area.left) / area.width) * song.quarters;
      return Math.max(1, Math.min(song.bars, Math.floor((quarter - song.pickup) / song.bar) + 1));
    };
    let anchor = 0;
    lane.addEventListener("pointerdown", (event) => {
      lane.setPointerCapture(event.pointerId);
      anchor = barAt(event);
      onselect({ part: index, from: anchor, to: anchor }, false);
      focus(index);
    });
    lane.addEventListener("pointermove", (event) => {
      if (!anchor) return;
      const bar = barAt(event);
      onselect({ from: Math.min(anchor, bar), to: Math.max(anchor, bar) }, false);
    });
    lane.addEventListener("pointerup", () => (anchor = 0));
    lane.addEventListener("keydown", (event) => keyed(event, song, index));
    return { node, lane, range, line, quiet };
  }

  let selected = { part: 0, from: 1, to: 1 };
  function keyed(event, song, index) {
    const { from, to } = selected;
    const last = song.bars;
    const sideways = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const down = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (sideways && event.shiftKey) onselect({ to: Math.max(from, Math.min(last, to + sideways)) }, true);
    else if (sideways) {
      const bar = Math.max(1, Math.min(last, from + sideways));
      onselect({ from: bar, to: bar }, true);
    } else if (down) {
      const part = Math.max(0, Math.min(rows.length - 1, index + down));
      onselect({ part }, true);
      focus(part);
    } else if (event.key === "Home") onselect({ from: 1, to: 1 }, true);
    else if (event.key === "End") onselect({ from: last, to: last }, true);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  function focus(index = selected.part) {
    rows[index]?.lane.focus({ preventScroll: true });
  }

  return {
    root,
    focus,
    startOf,
    update(song, selection, muted) {
      if (of?.id !== song.id) {
        const hadFocus = root.contains(document.activeElement);
        build(song);
        if (hadFocus) queueMicrotask(() => focus());
      }
      selected = { ...selection, part: Math.min(selection.part, rows.length - 1) };
      rows.forEach((one, index) => {
        const isIt = index === selected.part;
        one.node.classList.toggle("selected", isIt);
        one.node.classList.toggle("muted", muted.has(index));
        one.quiet.setAttribute("aria-pressed", String(muted.has(index)));
        one.lane.tabIndex = isIt ? 0 : -1;
        one.lane.setAttribute("aria-label", T.song.lane(song.parts[index]));
        one.lane.setAttribute("aria-valuenow", selected.from);
        one.lane.setAttribute("aria-valuetext", T.song.barsText(selected.from, selected.to));
        one.range.hidden = !isIt;
        const start = startOf(song, selected.from);
        const end = Math.min(song.quarters, song.pickup + selected.to * song.bar);
        one.range.style.left = `${(100 * start) / song.quarters}%`;
        one.range.style.width = `${(100 * (end - start)) / song.quarters}%`;
      });
    },
    at(share) {
      for (const one of rows) {
        one.line.hidden = share === null;
        if (share !== null) one.line.style.left = `${100 * share}%`;
      }
    },
  };
}
