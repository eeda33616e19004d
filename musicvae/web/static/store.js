// What the page remembers by itself, across reloads: settings, and what lies where.

import { remember } from "./history.js";

const KEY = "musicvae-studio";

const START = {
  theme: "auto",
  make: { model: null, ids: [] },
  sliders: { model: null, seed: 1, locked: true, options: {}, attributes: {}, humanize: 0, swing: 0 },
  pad: { model: null, corners: [null, null, null, null], x: 0.5, y: 0.5, when: "bar", windows: 8, made: [] },
  map: { model: null, source: "samples", n: 48 },
  song: { id: null, part: 0, from: 1, to: 1, alternatives: [], ranges: {} },
  midi: { port: "", clock: false },
};

function load() {
  let saved = {};
  try {
    saved = JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    // a page that may not store starts afresh
  }
  const merged = structuredClone(START);
  for (const [name, value] of Object.entries(saved)) {
    if (name in merged) {
      merged[name] = typeof value === "object" ? { ...merged[name], ...value } : value;
    }
  }
  return merged;
}

export const state = load();
const events = new EventTarget();

/** Call `listener` now and whenever this part of the state changes. */
export function watch(name, listener) {
  events.addEventListener(name, () => listener(state[name]));
  listener(state[name]);
}

/** Change fields of a part of the state; with a label the change can be undone. */
export function edit(name, fields, label = null) {
  const before = state[name];
  const after = typeof fields === "object" ? { ...before, ...fields } : fields;
  put(name, after);
  if (label && JSON.stringify(before) !== JSON.stringify(after)) {
    remember(label, () => put(name, before), () => put(name, after));
  }
}

function put(name, value) {
  state[name] = value;
  try {
    localStorage.setItem(KEY, JSON.stringify(state));
  } catch {
    // the same
  }
  events.dispatchEvent(new Event(name));
}
