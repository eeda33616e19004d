// Lists the routes of openapi.json. Texts are set as text, never as markup.

const api = await (await fetch("/openapi.json")).json();

function element(tag, text, ...children) {
  const made = document.createElement(tag);
  if (text) made.textContent = text;
  made.append(...children);
  return made;
}

function resolve(schema) {
  const name = schema?.$ref?.split("/").pop();
  return name ? api.components.schemas[name] : schema;
}

function typeOf(schema) {
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(" or ");
  if (schema.type === "array") return `list of ${typeOf(schema.items ?? {})}`;
  return [schema.type ?? schema.description ?? "any"].flat().join(" or ");
}

function table(title, schema) {
  const rows = Object.entries(schema?.properties ?? {}).map(([name, one]) =>
    element("tr", "",
      element("td", "", element("code", name)),
      element("td", typeOf(one)),
      element("td", "default" in one ? `default ${JSON.stringify(one.default)}` : ""),
    ));
  return rows.length ? [element("h4", title), element("table", "", ...rows)] : [];
}

function section(path, method, route) {
  const made = element("section", "", element("h3", `${method.toUpperCase()} ${path}`));
  made.append(element("pre", route.description ?? route.summary));
  for (const one of route.parameters ?? []) {
    made.append(element("p", `${one.in} ${one.name}: ${typeOf(one.schema)}`));
  }
  const body = route.requestBody?.content?.["application/json"]?.schema;
  made.append(...table("Body", resolve(body)), ...table("Options", route["x-options"]));
  return made;
}

const groups = new Map();
for (const [path, methods] of Object.entries(api.paths)) {
  for (const [method, route] of Object.entries(methods)) {
    const group = route.tags?.at(-1) ?? "other";
    if (!groups.has(group)) groups.set(group, element("div", "", element("h2", group)));
    groups.get(group).append(section(path, method, route));
  }
}
document.querySelector("#routes").replaceChildren(...groups.values());
