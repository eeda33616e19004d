// What sounds: one clip at a time, in a loop, by Web Audio or to a MIDI port.

import { api } from "./api.js";
import { full, hasNotes } from "./clips.js";
import { Player } from "./player.js";
import { attempt } from "./status.js";

const events = new EventTarget();
let player = null;
let voices = null;
let current = null;
let sink = null;

export const onTransport = (listener) => events.addEventListener("change", listener);
export const onPosition = (listener) =>
  events.addEventListener("position", (event) => listener(event.detail));
export const isPlaying = () => player?.playing ?? false;
export const nowPlaying = () => (isPlaying() ? current : null);
export const lastPlayed = () => current;

/** Where quarter 0 of the oldest round lies on the clock of the audio, in seconds. */
export const beginning = () => player.spans[0].base;
/** A time of the audio on the clock of the page, in milliseconds. */
export const milliseconds = (seconds) => player.milliseconds(seconds);

/** Fetch the voices ahead, so that the first click sounds at once. */
export function warmUp() {
  voices ??= api.voices().catch((error) => {
    voices = null;
    throw error;
  });
  return voices;
}

async function ready() {
  const tables = await warmUp();
  if (!player) {
    const context = new AudioContext({ latencyHint: "interactive" });
    player = new Player(context, tables);
    player.sink = sink;
    window.studioAudio = { context, player }; // tests listen here
  }
  if (player.context?.state === "suspended") await player.context.resume();
  return player;
}

/** Play music from its beginning, in a loop. `music` is a clip, or has an id alone. */
export function play(music, from = 0) {
  return attempt(async () => {
    const loud = ready(); // within the click, or the browser stays silent
    const whole = hasNotes(music) ? music : await full(music.id);
    const instrument = await loud;
    instrument.stop();
    changed();
    instrument.load(whole);
    current = whole;
    instrument.play({ loop: true, from });
    changed();
    requestAnimationFrame(tick);
  });
}

/** Change the music under the running loop; starts it if it is silent. */
export function swap(music, when) {
  if (!isPlaying()) return play(music);
  current = music;
  player.swap(music, when);
  changed();
  return Promise.resolve();
}

export function stop() {
  player?.stop();
  changed();
}

/** Play this, or stop if it is this that sounds. */
export const toggle = (music) => {
  if (isPlaying() && (!music || current === music || (music.id && current.id === music.id))) stop();
  else if (music ?? current) return play(music ?? current);
  return Promise.resolve();
};

/** Show what is not played yet as the music of the space bar. */
export function cue(music) {
  if (isPlaying()) return;
  current = music;
  changed();
}

export function mute(part, silent) {
  player?.mute(part, silent);
}

export function setSink(next) {
  sink = next;
  if (player) player.sink = next;
}

function changed() {
  events.dispatchEvent(new Event("change"));
}

let wasPlaying = false;
function tick() {
  const playing = isPlaying();
  if (playing || wasPlaying) {
    events.dispatchEvent(new CustomEvent("position", { detail: playing ? player.position() : 0 }));
  }
  wasPlaying = playing;
  if (playing) requestAnimationFrame(tick);
  else changed();
}
