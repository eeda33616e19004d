// Elements without a framework. Text is always set as text, never as markup.

import { T } from "./texts.js";

const SVG = "http://www.w3.org/2000/svg";

/** An element; `props` are attributes, `on...` listeners, `class`, `text` and `data`. */
export function el(tag, props = {}, ...children) {
  return fill(document.createElement(tag), props, children);
}

/** The same for SVG. */
export function svg(tag, props = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), props, children);
}

function fill(node, props, children) {
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "text") node.textContent = value;
    else if (name === "data") Object.assign(node.dataset, value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

const PATHS = {
  play: "M8 5.5v13l10.5-6.5z",
  stop: "M7 7h10v10H7z",
  star: "M12 3.6l2.6 5.3 5.8.8-4.2 4.1 1 5.8-5.2-2.7-5.2 2.7 1-5.8-4.2-4.1 5.8-.8z",
  download: "M12 4v11m-5-5l5 5 5-5M5 20h14",
  wave: "M3 12h2.5l2-5.5 3 12 3-14 3 11 1.5-3.5H21",
  score: "M9 18V6l10-2v12M9 18a2.5 2 0 11-5 0 2.5 2 0 015 0zM19 16a2.5 2 0 11-5 0 2.5 2 0 015 0z",
  pencil: "M4.5 19.5l1-4L16 5l3 3L8.5 18.5z",
  trash: "M5 7h14M10 7V4.5h4V7M7 7l1 12.5h8L17 7",
  undo: "M9 14L4.5 9.5 9 5M4.5 9.5H14a5.5 5.5 0 010 11h-3",
  redo: "M15 14l4.5-4.5L15 5M19.5 9.5H10a5.5 5.5 0 000 11h3",
  theme: "M20 14.5A8 8 0 119.5 4 6.5 6.5 0 0020 14.5z",
  dice: "M5 5h14v14H5zM9.2 9.2l.3.3M14.5 14.5l.3.3M14.5 9.5l.3-.3M9.2 14.8l.3-.3M12 12l.01.01",
  lock: "M6 11h12v9H6zM9 11V8a3 3 0 016 0v3",
  unlock: "M6 11h12v9H6zM9 11V8a3 3 0 015.8-1",
  right: "M5 12h14m-6-6l6 6-6 6",
  check: "M5 12.5l4.5 4.5L19 7",
  close: "M6 6l12 12M18 6L6 18",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  plus: "M12 5v14M5 12h14",
  file: "M7 3.5h7l4 4v13H7zM14 3.5v4h4",
  zip: "M4 8h16v12H4zM4 8l2-4h12l2 4M12 11v6m-2.5-2.5L12 17l2.5-2.5",
};

/** A line icon; decorative, so its button carries the name. */
export function icon(name) {
  return svg(
    "svg",
    { class: `icon icon-${name}`, viewBox: "0 0 24 24", "aria-hidden": "true" },
    svg("path", { d: PATHS[name] }),
  );
}

/** A button with an icon, a name for screen readers, and the same name as its hint. */
export function iconButton(name, label, onclick, props = {}) {
  return el(
    "button",
    { type: "button", class: "icon-button", "aria-label": label, title: label, onclick, ...props },
    icon(name),
  );
}

/** The look of a button that plays a view's music, or stops it while it sounds. */
export function showListening(button, sounds) {
  button.replaceChildren(icon(sounds ? "stop" : "play"), sounds ? T.stop : T.listen);
}

/** A choice of one of some values, as pills. Returns its inputs too. */
export function choiceField(name, label, entries, value, onchange) {
  const inputs = entries.map(([key]) =>
    el("input", { type: "radio", name, value: key, checked: String(key) === String(value), onchange: () => onchange(key) }),
  );
  const pills = inputs.map((input, at) => el("label", { class: "kind" }, input, el("span", { text: entries[at][1] })));
  const node = el(
    "div",
    { class: "field kinds-field", role: "radiogroup", "aria-label": label },
    el("span", { text: label }),
    el("div", { class: "kinds" }, pills),
  );
  return { node, inputs };
}

/** Whether a key press belongs to a field or a dialog, not to the page. */
export function isTyping(event) {
  const { target } = event;
  return (
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLInputElement && !["checkbox", "radio"].includes(target.type)) ||
    document.querySelector("dialog[open]") !== null
  );
}

/** Move focus among `items` by arrow keys: only one of them is in the order of Tab. */
export function rove(items, current, key, columns = 1) {
  const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns };
  const ends = { Home: 0, End: items.length - 1 };
  const at = items.indexOf(current);
  if (!(key in steps) && !(key in ends)) return null;
  const next = key in ends ? ends[key] : at + steps[key];
  return items[Math.max(0, Math.min(items.length - 1, next))] ?? null;
}
