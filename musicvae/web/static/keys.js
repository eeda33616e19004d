// The sheet of keys, opened by "?".

import { el, iconButton } from "./dom.js";
import { T } from "./texts.js";

export function keySheet() {
  if (document.querySelector("dialog[open]")) return;
  const dialog = el(
    "dialog",
    { class: "keys", "aria-label": T.keys.title },
    el("header", {}, el("h2", { text: T.keys.title }), iconButton("close", T.close, () => dialog.close())),
    el(
      "div",
      { class: "key-groups" },
      T.keys.groups.map(([title, keys]) =>
        el(
          "section",
          {},
          el("h3", { text: title }),
          el(
            "dl",
            {},
            keys.map(([key, text]) =>
              el("div", {}, el("dt", {}, key.split(" ").map((one) => el("kbd", { text: one }))), el("dd", { text })),
            ),
          ),
        ),
      ),
    ),
  );
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
}
