// A list of cards that is kept in step with a list of clips, and walked by arrow keys.

import { clipCard, drop } from "./card.js";
import { el, rove } from "./dom.js";

/** `set(clips)` shows them; `focus(id)` goes to one. */
export function cardGrid(label, extraOf = () => []) {
  const list = el("ul", { class: "cards", "aria-label": label });
  const cards = new Map();
  let active = null;

  function walkable() {
    const nodes = [...list.children];
    if (!nodes.includes(active)) active = nodes[0] ?? null;
    for (const node of nodes) {
      for (const button of node.querySelectorAll("button:not(.disc)")) button.tabIndex = node === active ? 0 : -1;
    }
  }

  list.addEventListener("focusin", (event) => {
    const node = event.target.closest(".card");
    if (node && node !== active) {
      active = node;
      walkable();
    }
  });
  list.addEventListener("keydown", (event) => {
    if (event.target instanceof HTMLInputElement || event.ctrlKey || event.metaKey) return;
    const plays = [...list.querySelectorAll(".card-play")];
    const at = event.target.closest(".card")?.querySelector(".card-play");
    const columns = getComputedStyle(list).gridTemplateColumns.split(" ").length;
    const next = rove(plays, at, event.key, columns);
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  });

  return {
    list,
    set(clips) {
      const focused = document.activeElement?.closest?.(".card");
      const index = focused && list.contains(focused) ? [...list.children].indexOf(focused) : -1;
      const wanted = clips.map((clip) => clip.id);
      for (const [id, card] of cards) {
        if (!wanted.includes(id)) {
          card.node.remove();
          drop(card);
          cards.delete(id);
        }
      }
      let before = null;
      for (const clip of clips) {
        if (!cards.has(clip.id)) cards.set(clip.id, clipCard(clip, extraOf(clip)));
        const { node } = cards.get(clip.id);
        cards.get(clip.id).update();
        const place = before ? before.nextSibling : list.firstChild;
        if (node !== place) list.insertBefore(node, place);
        before = node;
      }
      walkable();
      if (index >= 0 && !list.contains(focused)) {
        list.children[Math.min(index, list.children.length - 1)]?.querySelector("button").focus();
      }
    },
    focus(id) {
      const card = cards.get(id);
      card?.node.querySelector(".card-play").focus({ preventScroll: true });
      card?.node.scrollIntoView({ block: "nearest" });
    },
    get size() {
      return cards.size;
    },
  };
}
