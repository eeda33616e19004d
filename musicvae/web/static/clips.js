// The clips of the library, as the server has them, and what can be done to them.

import { api } from "./api.js";
import { remember, take } from "./history.js";
import { T } from "./texts.js";

const known = new Map(); // id -> clip, with notes where they were asked for
const events = new EventTarget();
const channel = "BroadcastChannel" in window ? new BroadcastChannel("musicvae-clips") : null;

/** The clips that are not in the trash, the newest first. */
export const all = () => [...known.values()].filter((clip) => !clip.trashed);
export const trashed = () => [...known.values()].filter((clip) => clip.trashed);
export const byId = (id) => known.get(id);
export const onClips = (listener) => events.addEventListener("change", listener);

function changed(tellOthers = true) {
  events.dispatchEvent(new Event("change"));
  if (tellOthers) channel?.postMessage("changed");
}

/** Read the list anew; notes that are known stay. */
export async function refresh() {
  const [kept, gone] = await Promise.all([api.clips(), api.clips(true)]);
  const before = new Map(known);
  known.clear();
  const rows = [...kept.map((c) => ({ ...c, trashed: false })), ...gone.map((c) => ({ ...c, trashed: true }))];
  for (const row of rows.sort((a, b) => (a.made < b.made ? 1 : -1))) {
    const old = before.get(row.id);
    known.set(row.id, { ...row, parts: old && hasNotes(old) ? old.parts : row.parts });
  }
  changed(false);
}

channel?.addEventListener("message", () => refresh().catch(() => {}));
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) refresh().catch(() => {});
});

/** The list comes without notes. */
export const hasNotes = (music) => music.parts?.every((part) => part.notes) ?? false;

/** A clip with its notes. */
export async function full(id) {
  const clip = known.get(id);
  if (clip && hasNotes(clip)) return clip;
  return put(await api.clip(id), clip?.trashed ?? false);
}

function put(clip, isTrashed = false) {
  const entry = { ...clip, trashed: isTrashed };
  const rest = [...known].filter(([id]) => id !== clip.id);
  if (known.has(clip.id)) known.set(clip.id, entry);
  else {
    known.clear();
    known.set(clip.id, entry);
    for (const [id, other] of rest) known.set(id, other);
  }
  return entry;
}

/** Take in clips that the server has just made; undo moves them to the trash. */
export function arrived(clips, label, { after = () => {}, before = () => {} } = {}) {
  const ids = clips.map((clip) => clip.id);
  for (const clip of [...clips].reverse()) put(clip);
  changed();
  after();
  remember(
    label,
    async () => {
      await move(ids, true);
      before();
    },
    async () => {
      await move(ids, false);
      after();
    },
  );
  return clips;
}

/** Into the trash, or out of it. */
async function move(ids, toTrash) {
  for (const id of ids) {
    await (toTrash ? api.remove(id) : api.restore(id));
    const clip = known.get(id);
    if (clip) clip.trashed = toTrash;
  }
  changed();
}

export async function change(id, fields) {
  const { name, starred } = await api.change(id, fields);
  Object.assign(known.get(id), { name, starred });
  changed();
}

export function star(clip) {
  const starred = !known.get(clip.id).starred;
  return take(
    starred ? T.steps.star(clip.name) : T.steps.unstar(clip.name),
    () => change(clip.id, { starred }),
    () => change(clip.id, { starred: !starred }),
  );
}

export function rename(clip, name) {
  const before = clip.name;
  return take(
    T.steps.rename(name),
    () => change(clip.id, { name }),
    () => change(clip.id, { name: before }),
  );
}

export const remove = (ids, label) => take(label, () => move(ids, true), () => move(ids, false));
export const restore = (ids, label) => take(label, () => move(ids, false), () => move(ids, true));
