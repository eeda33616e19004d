// The sliders: every setting of a model; the music follows them while it sounds.

import { api } from "./api.js";
import { arrived, byId } from "./clips.js";
import { describe } from "./card.js";
import { CONTROLS, controlField, optionsFor, slider } from "./controls.js";
import { el, icon, iconButton, showListening } from "./dom.js";
import { choose, modelField } from "./models.js";
import { fullRoll } from "./roll.js";
import { attempt, say } from "./status.js";
import { edit, state, watch } from "./store.js";
import { T } from "./texts.js";
import { isPlaying, nowPlaying, onPosition, onTransport, play, stop, swap } from "./transport.js";

const PAUSE = 120;

export function slidersView() {
  let model = null;
  let music = null;
  let timer = 0;
  let running = null; // ends the request that a newer one replaces
  let fields = new Map();

  const modelPlace = el("span", {});
  const panel = el("div", { class: "panel" });
  const seed = el("input", { type: "number", min: 0, max: 2147483647, step: 1, "aria-label": T.sliders.seed, class: "seed" });
  seed.addEventListener("change", () => edit("sliders", { seed: Math.max(0, Math.floor(Number(seed.value) || 0)) }, T.sliders.seed));
  const lock = el("button", { type: "button", class: "toggle", onclick: () => edit("sliders", { locked: !state.sliders.locked }, T.sliders.lock) });
  const dice = iconButton("dice", T.sliders.dice, () => edit("sliders", { seed: newSeed() }, T.sliders.seed), { class: "icon-button dice" });
  const listen = el("button", { type: "button", class: "listen", onclick: () => listenOrStop() });
  const keep = el("button", { type: "button", onclick: () => keepIt() }, icon("plus"), T.sliders.keep);
  const reset = el("button", { type: "button", text: T.sliders.reset, onclick: () => edit("sliders", { options: {}, attributes: {}, humanize: 0, swing: 0 }, T.sliders.reset) });
  const roll = fullRoll();
  const about = el("p", { class: "hint about" });
  const stage = el(
    "div",
    { class: "stage" },
    el("div", { class: "stage-roll" }, roll.node),
    about,
    el("div", { class: "bar" }, listen, keep, reset),
    el("div", { class: "bar seedbar" }, el("label", { class: "field inline" }, el("span", { text: T.sliders.seed }), seed), dice, lock),
  );
  const root = el("div", { class: "view-sliders" }, el("h1", { text: T.views.sliders }), el("div", { class: "columns" }, stage, el("div", { class: "settings" }, modelPlace, panel)));

  const isOurs = () => isPlaying() && nowPlaying()?.sliders === true;

  function set(fields_, label) {
    const fresh = state.sliders.locked ? {} : { seed: newSeed() };
    edit("sliders", { ...fields_, ...fresh }, label);
  }

  function build() {
    fields = new Map();
    const saved = state.sliders;
    const groups = ["music", "sound", "form"].map((group) => {
      const controls = CONTROLS.filter((one) => one.group === group && (one.offered?.(model) ?? true));
      return group_(T.sliders.groups[group], controls.map((control) => {
        const field = controlField(control, model, saved.options[control.name], (value) =>
          set({ options: { ...state.sliders.options, [control.name]: value } }, T.controls[control.name]),
        );
        fields.set(control.name, { set: (now) => field.set(now.options[control.name]) });
        return field.node;
      }));
    });
    panel.replaceChildren(...groups, performance());
    if (model.attributes.length && model.verbs.includes("vary")) panel.insertBefore(attributes(), panel.children[1]);
  }

  const group_ = (title, nodes) => el("fieldset", { class: "group" }, el("legend", { text: title }), nodes);

  function performance() {
    return group_(T.sliders.groups.performance, ["humanize", "swing"].map((name) => {
      const field = slider({
        ...{ name, label: T.controls[name], min: 0, max: 1, step: 0.05, start: 0, value: state.sliders[name] },
        oninput: (value) => set({ [name]: value }, T.controls[name]),
      });
      fields.set(name, { set: (now) => field.set(now[name]) });
      return field.node;
    }));
  }

  function attributes() {
    return group_(T.sliders.groups.attributes, Object.keys(T.attributes).filter((name) => model.attributes.includes(name)).map((name) => {
      const field = slider({
        ...{ name, label: T.attributes[name] ?? name, min: -2, max: 2, step: 0.25, start: 0, value: state.sliders.attributes[name] },
        oninput: (value) => set({ attributes: { ...state.sliders.attributes, [name]: value } }, T.attributes[name] ?? name),
      });
      fields.set(`attribute ${name}`, { set: (now) => field.set(now.attributes[name]) });
      return field.node;
    }));
  }

  /** Generate, then vary by the attributes, then humanize; nothing is stored. */
  async function make(signal) {
    const { sliders } = state;
    const wanted = Object.entries(sliders.attributes).filter(([name, value]) => value && model.attributes.includes(name));
    const steps = [["generate", { n: 1, ...optionsFor(model, sliders.options) }]];
    if (wanted.length) steps.push(["vary", { n: 1, settings: Object.fromEntries(wanted) }]);
    if (sliders.humanize || sliders.swing) steps.push(["humanize", { amount: sliders.humanize, swing: sliders.swing }]);
    let clip = null;
    for (const [verb, options] of steps) {
      const clips = clip ? [clip] : [];
      const call = { model: verb === "humanize" ? null : model.name, clips, options: { ...options, seed: sliders.seed } };
      [clip] = await api.verbNow(verb, { ...call, keep: false }, signal);
    }
    return clip;
  }

  function follow() {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      running?.abort();
      running = new AbortController();
      const { signal } = running;
      stage.classList.add("working");
      const clip = await attempt(() => make(signal));
      if (signal.aborted) return;
      stage.classList.remove("working");
      if (!clip) return;
      music = { ...clip, sliders: true };
      roll.show(music);
      about.textContent = [describe(music), ...(clip.notices ?? [])].join(" · ");
      if (isOurs()) swap(music, "bar");
    }, PAUSE);
  }

  async function listenOrStop() {
    if (isOurs()) return stop();
    return music ? play(music) : null;
  }

  async function keepIt() {
    if (!music) return;
    const { sliders, ...made } = music;
    const clip = await attempt(() => api.store(made));
    if (!clip) return;
    arrived([clip], T.steps.keepSlider);
    say(T.sliders.kept(byId(clip.id).name));
  }

  let seen = "";
  function update(now) {
    seed.value = now.seed;
    lock.setAttribute("aria-pressed", String(now.locked));
    lock.replaceChildren(icon(now.locked ? "lock" : "unlock"), T.sliders.lock);
    fields.forEach((field) => field.set(now));
    for (const control of CONTROLS.filter((one) => one.needs)) {
      const select = panel.querySelector(`[name="${control.name}"]`);
      if (select) select.disabled = !now.options[control.needs];
    }
    const { locked, ...music_ } = now;
    const key = JSON.stringify(music_);
    if (key === seen || !model || root.parentElement?.hidden !== false) return;
    seen = key;
    if (now.model && now.model !== model.name) load();
    else follow();
  }

  async function load() {
    const { able, chosen } = await choose(state.sliders.model, "generate");
    model = chosen;
    modelPlace.replaceChildren(modelField(able, chosen, (name) => set({ model: name }, T.fields.model)));
    build();
    seen = "";
    update(state.sliders);
  }

  function sounding() {
    const ours = isOurs();
    showListening(listen, ours);
    if (!ours) roll.at(null);
  }

  watch("sliders", update);
  onTransport(sounding);
  onPosition((quarter) => isOurs() && roll.at(quarter));
  sounding();
  return {
    root,
    keys: { " ": listenOrStop, n: () => dice.click(), k: keepIt, l: () => lock.click() },
    show: () => attempt(async () => (model ? update(state.sliders) : load())),
  };
}

const newSeed = () => Math.floor(Math.random() * 1_000_000);
