// Which view is shown; the address keeps it, so that back and reload work.

const events = new EventTarget();

export const NAMES = ["make", "pad", "map", "sliders", "song", "library"];

export function current() {
  const name = location.hash.slice(1);
  return NAMES.includes(name) ? name : "make";
}

export function go(name) {
  if (current() !== name) location.hash = name;
  else events.dispatchEvent(new Event("view"));
}

export const onView = (listener) => {
  window.addEventListener("hashchange", listener);
  events.addEventListener("view", listener);
};
