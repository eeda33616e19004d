// A dialog that asks for a clip of the library, or opens a file.

import { all, full } from "./clips.js";
import { describe } from "./card.js";
import { el, icon, iconButton } from "./dom.js";
import { openFiles } from "./files.js";
import { T } from "./texts.js";

/** The clip that was chosen, or null. */
export function chooseClip(title) {
  return new Promise((resolve) => {
    const file = el("input", {
      type: "file",
      class: "visually-hidden",
      tabindex: -1,
      "aria-label": T.library.open,
      onchange: async () => finish((await openFiles([...file.files].slice(0, 1)))[0] ?? null),
    });
    const dialog = el(
      "dialog",
      { class: "chooser", "aria-label": title },
      el("header", {}, el("h2", { text: title }), iconButton("close", T.close, () => finish(null))),
      el("button", { type: "button", onclick: () => file.click() }, icon("file"), T.library.open),
      file,
      el(
        "ul",
        {},
        all().map((clip) =>
          el(
            "li",
            {},
            el(
              "button",
              { type: "button", class: "row", onclick: () => finish(clip) },
              el("span", { text: clip.name }),
              el("small", { text: describe(clip) }),
            ),
          ),
        ),
      ),
    );
    let isOver = false;
    async function finish(clip) {
      if (isOver) return;
      isOver = true;
      dialog.close();
      dialog.remove();
      resolve(clip ? await full(clip.id) : null);
    }
    dialog.addEventListener("close", () => finish(null));
    document.body.append(dialog);
    dialog.showModal();
  });
}
