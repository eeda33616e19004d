// Web MIDI: notes go to a port of the computer, scheduled ahead, with a clock for other machines.

import { el } from "./dom.js";
import { attempt, say } from "./status.js";
import { edit, state } from "./store.js";
import { T } from "./texts.js";
import { isPlaying, nowPlaying, onTransport, position, setSink } from "./transport.js";

const TICKS = 24; // clock messages in a quarter note, MIDI 1.0
const AHEAD = 200; // milliseconds
const PERIOD = 50;
const LOST = 60; // milliseconds from which the clock jumps to the music
const NUDGE = 0.3;
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

  // the clock
  let timer = 0;
  let due = 0; // time of the next tick
  let sent = 0; // ticks so far
  let before = 0;
  let rounds = 0; // quarters of the loops that are over
  function tick() {
    const music = nowPlaying();
    if (!music || !port) return;
    const now = position();
    if (now < before - music.quarters / 2) rounds += music.quarters;
    before = now;
    const perTick = 60_000 / music.bpm / TICKS;
    const error = performance.now() + (sent - (rounds + now) * TICKS) * perTick - due;
    // where the music is is known to some milliseconds only, so the clock follows it slowly
    due += Math.abs(error) > LOST ? error : Math.max(-NUDGE, Math.min(NUDGE, error / 10));
    for (; due < performance.now() + AHEAD; due += perTick) {
      port.send([CLOCK], Math.max(due, performance.now()));
      sent++;
    }
  }
  onTransport(() => {
    const runs = isPlaying() && port && clock.checked;
    if (runs && !timer) {
      [due, sent, before, rounds] = [0, 0, 0, 0];
      port.send([START]);
      timer = setInterval(tick, PERIOD);
    } else if (!runs && timer) {
      clearInterval(timer);
      timer = 0;
      port?.send([STOP]);
    }
  });
  return el("div", { class: "midi-out" }, select, clockField);
}

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
