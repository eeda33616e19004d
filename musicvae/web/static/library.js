// All that was made or dropped: searched, starred, renamed, exported, thrown away, restored.

import { api } from "./api.js";
import { all, onClips, remove, restore, trashed } from "./clips.js";
import { download } from "./card.js";
import { el, icon } from "./dom.js";
import { cardGrid } from "./grid.js";
import { openFiles } from "./files.js";
import { attempt } from "./status.js";
import { T } from "./texts.js";

const PAGE = 60;

export function libraryView() {
  const grid = cardGrid(T.library.clips);
  const search = el("input", {
    type: "search",
    placeholder: T.library.search,
    "aria-label": T.library.search,
    oninput: () => draw(),
  });
  const filters = Object.entries(T.library.filters).map(([value, text]) =>
    el(
      "label",
      { class: "kind" },
      el("input", { type: "radio", name: "filter", value, checked: value === "all", onchange: () => draw() }),
      el("span", { text }),
    ),
  );
  const file = el("input", {
    type: "file",
    class: "visually-hidden",
    accept: ".mid,.midi,.kar,.musicxml,.xml,.mxl,.abc,audio/midi",
    multiple: true,
    tabindex: -1,
    "aria-label": T.library.open,
    onchange: async () => {
      await openFiles([...file.files]);
      file.value = "";
    },
  });
  const open = el("button", { type: "button", onclick: () => file.click() }, icon("file"), T.library.open);
  const zip = el("button", { type: "button", onclick: () => download(api.zip(found().map((c) => c.id))) });
  const clear = el("button", {
    type: "button",
    text: T.library.removeAll,
    onclick: () => attempt(() => remove(found().map((c) => c.id), T.steps.removeAll)),
  });
  const nothing = el("p", { class: "nothing" });
  const bin = el("ul", { class: "bin", "aria-label": T.library.filters.trash, hidden: true });
  const moreButton = el("button", {
    type: "button",
    text: T.library.more,
    hidden: true,
    onclick: () => {
      limit += PAGE;
      draw();
    },
  });
  let limit = PAGE;
  const root = el(
    "div",
    { class: "view-library" },
    el("h1", { text: T.views.library }),
    el(
      "div",
      { class: "bar" },
      search,
      el("div", { class: "kinds", role: "radiogroup", "aria-label": T.library.filter }, filters),
      el("span", { class: "push" }, open, file, zip, clear),
    ),
    nothing,
    grid.list,
    bin,
    moreButton,
  );

  const filter = () => root.querySelector("input[name=filter]:checked").value;
  const matches = (clip) => clip.name.toLowerCase().includes(search.value.trim().toLowerCase());

  function found() {
    const rows = filter() === "trash" ? trashed() : all();
    return rows.filter((clip) => matches(clip) && (filter() !== "starred" || clip.starred));
  }

  function draw() {
    const isTrash = filter() === "trash";
    const clips = found();
    grid.list.hidden = isTrash;
    bin.hidden = !isTrash;
    zip.hidden = isTrash || !clips.length;
    clear.hidden = isTrash || !clips.length || filter() !== "all" || !search.value.trim();
    zip.replaceChildren(icon("zip"), T.make.zip(clips.length));
    nothing.hidden = clips.length > 0;
    nothing.textContent = all().length ? T.library.noneFound[filter()] : T.library.empty;
    if (isTrash) drawBin(clips);
    else grid.set(clips.slice(0, limit));
    moreButton.hidden = isTrash || clips.length <= limit;
  }

  function drawBin(clips) {
    bin.replaceChildren(
      ...clips.map((clip) =>
        el(
          "li",
          {},
          el("span", { text: clip.name }),
          el(
            "button",
            {
              type: "button",
              class: "small",
              "aria-label": T.library.restoreNamed(clip.name),
              onclick: () => attempt(() => restore([clip.id], T.steps.restore(clip.name))),
            },
            icon("undo"),
            T.library.restore,
          ),
        ),
      ),
    );
  }

  onClips(draw);
  return {
    root,
    keys: { "/": () => search.focus(), o: () => open.click() },
    show: draw,
    dropped: (clips) => grid.focus(clips[0]?.id),
  };
}
