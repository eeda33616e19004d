// Files that come in: by the button, or dropped anywhere on the page.

import { api } from "./api.js";
import { arrived } from "./clips.js";
import { say } from "./status.js";
import { T } from "./texts.js";

const LARGEST = 10_000_000;

/** Upload files; what cannot be read becomes a sentence each. Returns the clips. */
export async function openFiles(files) {
  const clips = [];
  const faults = [];
  for (const file of files) {
    try {
      if (!file.size) throw new Error(T.errors.empty(file.name));
      if (file.size > LARGEST) throw new Error(T.errors.large(file.name));
      clips.push(await api.upload(await file.arrayBuffer(), file.name));
    } catch (error) {
      faults.push(error.message.includes(file.name) ? error.message : `${file.name}: ${error.message}`);
    }
  }
  if (clips.length) arrived(clips, T.steps.open(clips.length));
  const notices = clips.flatMap((clip) => clip.notices ?? []);
  if (faults.length) say(faults.join(" "), "error");
  else if (notices.length) say(notices.join(" "), "notice");
  else if (clips.length) say(T.opened(clips.length));
  return clips;
}

/** Let files be dropped on an element; a clip of the page arrives as its id. */
export function dropZone(node, { onfiles, onclip }) {
  let depth = 0;
  const accepts = (event) =>
    event.dataTransfer.types.includes("Files") ||
    (onclip && event.dataTransfer.types.includes("application/x-musicvae-clip"));
  const over = (change) => {
    depth = Math.max(0, depth + change);
    node.classList.toggle("drop", depth > 0);
  };
  node.addEventListener("dragenter", (event) => accepts(event) && over(1));
  node.addEventListener("dragleave", (event) => accepts(event) && over(-1));
  node.addEventListener("dragover", (event) => {
    if (!accepts(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
  });
  node.addEventListener("drop", (event) => {
    if (!accepts(event)) return;
    event.preventDefault();
    event.stopPropagation();
    depth = 0;
    node.classList.remove("drop");
    const id = event.dataTransfer.getData("application/x-musicvae-clip");
    if (id && onclip) onclip(id);
    else onfiles([...event.dataTransfer.files]);
  });
}
