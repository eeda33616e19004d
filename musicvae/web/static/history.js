// Undo and redo: a list of steps, each of which can be taken back and done again.

import { say } from "./status.js";
import { T } from "./texts.js";

const LONGEST = 200;
const done = [];
const undone = [];
const events = new EventTarget();
let running = Promise.resolve();

/** Remember a step that was just taken. `undo` and `redo` may be asynchronous. */
export function remember(label, undo, redo) {
  done.push({ label, undo, redo });
  if (done.length > LONGEST) done.shift();
  undone.length = 0;
  events.dispatchEvent(new Event("change"));
}

/** Take a step, and remember it; an undo that comes meanwhile waits for it. */
export function take(label, redo, undo) {
  const step = running.then(async () => {
    await redo();
    remember(label, undo, redo);
  });
  running = step.catch(() => {});
  return step;
}

export const undo = () => move(done, undone, "undo", T.history.undone);
export const redo = () => move(undone, done, "redo", T.history.redone);
export const next = () => ({ undo: done.at(-1)?.label, redo: undone.at(-1)?.label });
export const onHistory = (listener) => events.addEventListener("change", listener);

/** One after another, so that fast keys do not overtake the server. */
function move(from, to, action, sentence) {
  running = running.then(async () => {
    const step = from.pop();
    if (!step) return;
    try {
      await step[action]();
      to.push(step);
      say(sentence(step.label));
    } catch (error) {
      from.push(step);
      say(error.message, "error");
    }
    events.dispatchEvent(new Event("change"));
  });
  return running;
}
