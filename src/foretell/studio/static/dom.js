// Elements, made so that text can only ever become text.

const SVG = "http://www.w3.org/2000/svg";

/** An element. `props`: class, on (listeners), data, and attributes by name; false leaves one out. */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === false || value === null || value === undefined) continue;
    if (name === "class") node.className = value;
    else if (name === "on") for (const [type, f] of Object.entries(value)) node.addEventListener(type, f);
    else if (name === "data") for (const [key, v] of Object.entries(value)) node.dataset[key] = v;
    else if (name === "width%") node.style.width = `${value}%`;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  add(node, children);
  return node;
}

/** Add children: nodes as they are, all else as text; lists are flattened, nothing is left out. */
export function add(node, ...children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return node;
}

export function replace(node, ...children) {
  node.replaceChildren();
  return add(node, children);
}

/** A picture that the server drew, as a node of this document. */
export function picture(text) {
  const parsed = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  if (parsed.namespaceURI !== SVG || parsed.localName !== "svg") {
    return h("p", { class: "plain" }, "The picture could not be read.");
  }
  return document.importNode(parsed, true);
}

/** Where the story shown is entered, as the address says (`?entry=kitchen`); null leaves it open. */
let entered = new URLSearchParams(location.search).get("entry");
export const entry = () => entered;

/** Show the story as entered elsewhere: all that is asked from now on is about that. */
export function enter(place) {
  entered = place;
  const search = place === null ? "" : `?${new URLSearchParams({ entry: place })}`;
  history.replaceState(null, "", location.pathname + search + location.hash);
  dispatchEvent(new Event("entered"));
}

/** JSON from the server. Throws an Error with the server's own sentence, and its answer. */
export async function ask(view, query = {}) {
  const search = new URLSearchParams(entered === null ? query : { ...query, entry: entered }).toString();
  let response;
  try {
    response = await fetch(`/api/${view}${search ? "?" + search : ""}`, { cache: "no-store" });
  } catch {
    throw Object.assign(new Error("The studio does not answer. Is it still running?"), { gone: true });
  }
  const answer = await response.json().catch(() => ({ error: "The studio's answer was not understood." }));
  if (!response.ok) throw Object.assign(new Error(answer.error), { answer, status: response.status });
  return answer;
}

/** Tell those who listen rather than look. */
export function say(sentence) {
  document.getElementById("said").textContent = sentence;
}
