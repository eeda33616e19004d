// The controls of the sliders: what each one is called, where it is offered, what it sends.

import { el } from "./dom.js";
import { PROGRAMS, T } from "./texts.js";

const METERS = ["4/4", "3/4", "2/4", "6/8", "9/8", "12/8", "5/4", "7/8", "4/4t"];
const BARS = [2, 4, 8, 12, 16, 24, 32];
const FORMS = ["AABA", "ABAB", "AABB", "ABAC", "intro:4 A:8 B:8 A outro:4"];
const TONICS = ["C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"];
const MINORS = ["C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B"];
const SCALES = [
  "natural", "harmonic", "melodic", "dorian", "phrygian", "lydian", "mixolydian", "locrian",
  "pentatonic", "minor-pentatonic", "blues", "chromatic",
];
const PATTERNS = [
  "block", "arpeggio", "strum", "walking", "waltz", "oom-pah", "broken", "bossa", "power", "ballad",
];
const NOTES = [2, 3, 4, 5, 6].flatMap((octave) => ["C", "E", "G"].map((name) => `${name}${octave}`)).concat("C7");

const isPitched = (model) => model.parts.some((part) => part !== "drums") || !model.drums;

/** Kinds: `slider` and `select` have one value; `text` is free; `pair` is two values. */
export const CONTROLS = [
  { group: "sound", name: "program", kind: "select", choices: () => PROGRAMS.map((text, at) => [at, text]), start: 0, offered: isPitched },
  { group: "sound", name: "bpm", kind: "slider", min: 40, max: 220, step: 1, start: 120 },
  { group: "sound", name: "meter", kind: "select", choices: (model) => (model.meters ?? METERS).map((m) => [m, m]), start: "4/4" },
  { group: "sound", name: "pattern", kind: "select", choices: () => PATTERNS.map((p) => [p, p]), start: "", offered: (model) => model.chords },
  { group: "music", name: "temperature", kind: "slider", min: 0.2, max: 1.6, step: 0.05, start: 1 },
  { group: "music", name: "key", kind: "select", choices: () => [...TONICS.map((k) => `${k} major`), ...MINORS.map((k) => `${k} minor`)].map((k) => [k, k]), start: "", offered: isPitched },
  { group: "music", name: "scale", kind: "select", choices: () => SCALES.map((s) => [s, s]), start: "", offered: isPitched, needs: "key" },
  { group: "music", name: "chords", kind: "text", hint: "Am F C G", start: "", offered: isPitched },
  { group: "music", name: "range", kind: "pair", choices: NOTES, start: "", offered: isPitched },
  { group: "music", name: "density", kind: "pair", choices: Array.from({ length: 24 }, (_, n) => String(n + 1)), start: "" },
  { group: "music", name: "max_polyphony", kind: "select", choices: () => [1, 2, 3, 4, 5, 6].map((n) => [n, String(n)]), start: "", offered: (model) => model.polyphonic && isPitched(model) && !model.chords },
  { group: "form", name: "bars", kind: "select", choices: () => BARS.map((n) => [n, T.bars(n)]), start: "" },
  { group: "form", name: "form", kind: "text", hint: "AABA", list: FORMS, start: "" },
  { group: "form", name: "energy", kind: "slider", min: 0, max: 1, step: 0.05, start: 0.5 },
];

/** What of the saved options a model takes; what it cannot do is left out. */
export function optionsFor(model, saved) {
  const options = {};
  for (const control of CONTROLS) {
    const value = saved[control.name];
    const isOffered = control.offered?.(model) ?? true;
    if (!isOffered || value === undefined || value === "" || value === control.start) continue;
    if (control.needs && !saved[control.needs]) continue;
    options[control.name] = value;
  }
  return options;
}

/** A slider with its value beside it; a double click sets it back. */
export function slider({ name, label, min, max, step, start, value, oninput }) {
  const shown = el("output", { text: format(value ?? start, step) });
  const input = el("input", { type: "range", min, max, step, value: value ?? start, "aria-label": label, name });
  const report = (isLast) => {
    shown.textContent = format(Number(input.value), step);
    oninput(Number(input.value), isLast);
  };
  input.addEventListener("change", () => report(true));
  input.addEventListener("input", () => (shown.textContent = format(Number(input.value), step)));
  input.addEventListener("dblclick", () => {
    input.value = start;
    report(true);
  });
  const node = el("label", { class: "field slider" }, el("span", { text: label }), shown, input);
  return {
    node,
    set(now) {
      input.value = now ?? start;
      shown.textContent = format(Number(input.value), step);
    },
  };
}

const format = (value, step) => (step >= 1 ? String(value) : Number(value).toFixed(2));

/** One control as fields; `oninput(value)` hears of every change. */
export function controlField(control, model, value, oninput) {
  const label = T.controls[control.name];
  if (control.kind === "slider") return slider({ ...control, label, value, oninput });
  if (control.kind === "pair") return pairField(control, label, value, oninput);
  const field =
    control.kind === "select"
      ? selectOf([...(control.start === "" ? [["", T.any]] : []), ...control.choices(model)], value ?? control.start)
      : el("input", { type: "text", value: value ?? "", placeholder: control.hint, maxlength: 500, list: control.list && `list-${control.name}` });
  field.name = control.name;
  field.addEventListener("change", () => {
    const isNumber = typeof (control.choices?.(model)[0]?.[0] ?? "") === "number";
    oninput(field.value !== "" && isNumber ? Number(field.value) : field.value.trim());
  });
  const list = control.list && el("datalist", { id: `list-${control.name}` }, control.list.map((text) => el("option", { value: text })));
  return {
    node: el("label", { class: "field" }, el("span", { text: label }), field, list || null),
    set(now) {
      field.value = now ?? control.start;
    },
  };
}

function pairField(control, label, value, oninput) {
  const entries = [["", T.any], ...control.choices.map((choice) => [choice, choice])];
  const parts = () => (value ?? "").split("-");
  const [low, high] = [selectOf(entries, parts()[0]), selectOf(entries, parts()[1] ?? "")];
  low.setAttribute("aria-label", T.lowest(label));
  high.setAttribute("aria-label", T.highest(label));
  low.name = `${control.name}-low`;
  high.name = `${control.name}-high`;
  const report = (event) => {
    const at = [low, high].map((field) => control.choices.indexOf(field.value));
    if (at[0] < 0 && at[1] < 0) return oninput("");
    if (at[0] < 0) low.value = event.target === low ? "" : control.choices[0];
    if (at[1] < 0) high.value = event.target === high ? "" : control.choices.at(-1);
    if (!low.value || !high.value) {
      low.value = high.value = "";
      return oninput("");
    }
    if (control.choices.indexOf(low.value) > control.choices.indexOf(high.value)) {
      if (event.target === low) high.value = low.value;
      else low.value = high.value;
    }
    return oninput(`${low.value}-${high.value}`);
  };
  low.addEventListener("change", report);
  high.addEventListener("change", report);
  return {
    node: el("div", { class: "field pair", role: "group", "aria-label": label }, el("span", { text: label }), low, high),
    set(now) {
      value = now;
      [low.value, high.value] = [parts()[0], parts()[1] ?? ""];
    },
  };
}

function selectOf(entries, value) {
  return el(
    "select",
    {},
    entries.map(([key, text]) => el("option", { value: key, text, selected: String(key) === String(value) })),
  );
}
