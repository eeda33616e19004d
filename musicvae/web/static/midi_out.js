// Web MIDI: notes go to a port of the computer, scheduled ahead, with a clock for other machines.

import { el } from "./dom.js";
import { attempt, say } from "./status.js";
import { edit, state } from "./store.js";
import { T } from "./texts.js";
import { beginning, isPlaying, milliseconds, nowPlaying, onTransport, setSink } from "./transport.js";

const TICKS = 24; // clock messages in a quarter note, MIDI 1.0
const AHEAD = 200; // milliseconds
const PERIOD = 50;
const NUDGE = 0.3; // milliseconds
const [CLOCK, START, STOP] = [0xf8, 0xfa, 0xfc];

/** The field that chooses a port; null where the browser has no Web MIDI. */
export function midiField() {
  if (!navigator.requestMIDIAccess) return null;
  let access = null;
  let port = null;
  const select = el("select", { "aria-label": T.midi.port, onchange: () => chosen(select.value) });
  const clock = el("input", { type: "checkbox", checked: state.midi.clock, onchange: () => edit("midi", { clock: clock.checked }) });
  const clockField = el("label", { class: "clock", hidden: true }, clock, el("span", { text: T.midi.clock }));
  list();

  function list() {
    const ports = access ? [...access.outputs.values()] : [];
    select.replaceChildren(
      el("option", { value: "", text: T.midi.none }),
      ...ports.map((one) => el("option", { value: one.id, text: one.name || one.id })),
      ...(access ? [] : [el("option", { value: "?", text: T.midi.connect })]),
    );
    select.value = port?.id ?? "";
  }

  async function connect() {
    access = await navigator.requestMIDIAccess();
    access.addEventListener?.("statechange", list);
    list();
    if (!access.outputs.size) say(T.midi.noPorts);
  }

  async function chosen(id) {
    if (id === "?") {
      await attempt(() => connect().catch(() => Promise.reject(new Error(T.midi.refused))));
      select.value = "";
      if (access?.outputs.size) select.showPicker?.call(select);
      return;
    }
    port = access?.outputs.get(id) ?? null;
    edit("midi", { port: id });
    clockField.hidden = !port;
    setSink(port ? sinkFor(port) : null);
  }

  // the clock: ticks follow each other evenly, and slowly follow the audio clock where it drifts
  let timer = 0;
  let begin = 0; // on the clock of the audio
  let due = 0; // time of the next tick
  let sent = 0; // ticks so far
  let music = null;
  function tick() {
    if (!nowPlaying() || !port) return;
    const perTick = 60_000 / nowPlaying().bpm / TICKS;
    if (nowPlaying() === music) due += clamp((milliseconds(begin) + sent * perTick - due) / 10, -NUDGE, NUDGE);
    for (; due < performance.now() + AHEAD; due += perTick, sent++) port.send([CLOCK], due);
  }
  onTransport(() => {
    const runs = isPlaying() && port && clock.checked;
    if (runs && !timer) {
      music = nowPlaying();
      begin = beginning();
      due = milliseconds(begin);
      sent = 0;
      port.send([START]);
      tick();
      timer = setInterval(tick, PERIOD);
    } else if (!runs && timer) {
      clearInterval(timer);
      timer = 0;
      port?.send([STOP]);
    }
  });
  return el("div", { class: "midi-out" }, select, clockField);
}

const clamp = (value, low, high) => Math.max(low, Math.min(high, value));

/** What a player sends notes to. */
export function sinkFor(port) {
  return {
    note(isOn, channel, pitch, velocity, timeMs) {
      port.send([(isOn ? 0x90 : 0x80) | channel, pitch, isOn ? velocity : 0], timeMs);
    },
    program(channel, program, timeMs) {
      port.send([0xc0 | channel, program], timeMs);
    },
  };
}
