// The models that the server has, and choosing one of them.

import { api } from "./api.js";
import { el } from "./dom.js";
import { T } from "./texts.js";

let loading = null;

/** All models, asked for once. */
export function models() {
  loading ??= api.models().catch((error) => {
    loading = null;
    throw error;
  });
  return loading;
}

/** The models that can do all of some verbs; `name` or else the default one comes first. */
export async function choose(name, ...verbs) {
  const able = (await models()).filter((model) => verbs.every((verb) => model.verbs.includes(verb)));
  const chosen =
    able.find((model) => model.name === name) ?? able.find((model) => model.default) ?? able[0];
  return { able, chosen };
}

/** What a model is called; those that are not of the package have the title of their card. */
export const titleOf = (model) => T.models[model.name] ?? model.title;

/** A field with the models. */
export function modelField(able, chosen, onchange) {
  const select = el(
    "select",
    { onchange: () => onchange(select.value) },
    able.map((model) =>
      el("option", { value: model.name, text: titleOf(model), selected: model.name === chosen.name }),
    ),
  );
  return el("label", { class: "field" }, el("span", { text: T.fields.model }), select);
}
