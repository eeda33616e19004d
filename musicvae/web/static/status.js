// What the page says: one sentence at a time, spoken by screen readers.

import { el, iconButton } from "./dom.js";
import { T } from "./texts.js";

const text = el("span", { class: "status-text" });
const extra = el("span", { class: "status-extra" });
const close = iconButton("close", T.close, () => hide());
export const statusLine = el(
  "div",
  { class: "status", role: "status", "aria-live": "polite", hidden: true },
  text,
  extra,
  close,
);
const spoken = el("div", { class: "visually-hidden", role: "alert" });
export const alertLine = spoken;
let timer = 0;

/** Show a sentence: an `error` stays until it is closed or another one comes. */
export function say(sentence, kind = "note", controls = []) {
  clearTimeout(timer);
  statusLine.hidden = false;
  statusLine.dataset.kind = kind;
  text.textContent = sentence;
  spoken.textContent = kind === "error" ? sentence : "";
  extra.replaceChildren(...controls);
  if (kind === "note") timer = setTimeout(hide, 4000);
}

export function hide() {
  statusLine.hidden = true;
}

/** Do something that may fail; a failure becomes a sentence. Returns null then. */
export async function attempt(action) {
  try {
    return await action();
  } catch (error) {
    if (error.name !== "AbortError") say(error.message || T.errors.unknown, "error");
    return null;
  }
}

/** Do something long: a bar shows how far it is, and a button ends it. */
export async function attemptLong(sentence, action) {
  const controller = new AbortController();
  const bar = el("progress", { max: 1, "aria-label": sentence });
  const cancel = el("button", {
    type: "button",
    class: "small",
    text: T.cancel,
    onclick: () => controller.abort(),
  });
  say(sentence, "busy", [bar, cancel]);
  const onprogress = (share) => {
    if (share > 0) bar.value = share;
  };
  const result = await attempt(() => action({ onprogress, signal: controller.signal }));
  if (controller.signal.aborted) say(T.cancelled);
  else if (statusLine.dataset.kind === "busy") hide();
  return result;
}
