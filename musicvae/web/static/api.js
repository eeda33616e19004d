// The server's API (documented at /docs). Every failure is an ApiError with a sentence.

import { T } from "./texts.js";

export class ApiError extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

async function request(method, path, body, signal) {
  const isJson = body !== undefined && !(body instanceof ArrayBuffer);
  let response;
  try {
    response = await fetch(path, {
      method,
      signal,
      body: isJson ? JSON.stringify(body) : body,
      headers: body === undefined ? {} : { "Content-Type": isJson ? "application/json" : "audio/midi" },
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(T.errors.gone, 0);
  }
  if (response.ok) return response.status === 204 ? null : response.json();
  const said = await response.json().catch(() => ({}));
  if (response.status === 503) throw new ApiError(T.errors.busy, 503);
  throw new ApiError(typeof said.error === "string" ? said.error : T.errors.unknown, response.status);
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Run a verb as a job; `onprogress(share)` is called while it runs, `signal` cancels it. */
async function verb(name, call, { onprogress = () => {}, signal } = {}) {
  const { job } = await request("POST", `/api/verbs/${name}?job=true`, call);
  for (let wait = 40; ; wait = Math.min(250, wait * 1.3)) {
    if (signal?.aborted) {
      await request("DELETE", `/api/jobs/${job}`).catch(() => {});
      throw new DOMException("", "AbortError");
    }
    const state = await request("GET", `/api/jobs/${job}`);
    if (state.state === "done") return state.clips;
    if (state.state !== "running") throw new ApiError(state.error ?? T.errors.cancelled, 422);
    onprogress(state.done);
    await sleep(wait);
  }
}

export const api = {
  models: () => request("GET", "/api/models"),
  voices: () => request("GET", "/api/voices"),
  clips: (trash = false) => request("GET", `/api/clips${trash ? "?trash=true" : ""}`),
  clip: (id) => request("GET", `/api/clips/${id}`),
  upload: (bytes, name) => request("POST", `/api/clips?name=${encodeURIComponent(name)}`, bytes),
  store: (clip) => request("POST", "/api/clips", clip),
  change: (id, fields) => request("PATCH", `/api/clips/${id}`, fields),
  remove: (id) => request("DELETE", `/api/clips/${id}`),
  restore: (id) => request("POST", `/api/clips/${id}/restore`),
  file: (id, kind) => `/api/clips/${id}/file.${kind}`,
  zip: (ids) => `/api/clips.zip?ids=${ids.join(",")}`,
  verb,
  /** The same without a job, for music that follows a slider. */
  verbNow: async (name, call, signal) =>
    (await request("POST", `/api/verbs/${name}`, call, signal)).clips,
  space: (model, corners) => request("POST", "/api/spaces", { model, corners }),
  decode: (space, point) => request("POST", `/api/spaces/${space}/decode`, point),
  path: (space, points, name) => request("POST", `/api/spaces/${space}/path`, { points, name }),
  map: (call) => request("POST", "/api/map", call),
};
