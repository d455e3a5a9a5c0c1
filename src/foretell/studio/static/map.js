// The map: places as travelled. The picture comes from the server; here it is moved and answered.

import { ask, h, picture, replace } from "./dom.js";
import { chip, count, odds, partly, percent, spoken, stacked } from "./figures.js";

const MANY = 36; // endings named beside the map
const ZOOMS = [0.35, 0.5, 0.7, 1, 1.4, 2];

export async function map(root, rest, { status }) {
  const room = Math.min(root.clientWidth, 1280) - 64 - (innerWidth >= 900 ? 320 : 0);
  const columns = Math.max(2, Math.min(7, Math.floor((room - 56) / 168)));
  const answer = await ask("map", { columns });
  const drawing = picture(answer.picture);
  const size = [drawing.width.baseVal.value, drawing.height.baseVal.value];
  const frame = h("div", { class: "map-frame", tabindex: "0", role: "region", "aria-label": "Map; the arrow keys move it, plus and minus zoom" }, drawing);
  const detail = h("aside", { class: "place-detail", "aria-live": "polite", "aria-label": "The place chosen" });
  let zoom = 1;

  function scale(to, at) {
    const old = zoom;
    zoom = Math.max(ZOOMS[0], Math.min(ZOOMS.at(-1), to));
    const point = at ?? [frame.clientWidth / 2, frame.clientHeight / 2];
    const x = (frame.scrollLeft + point[0]) / old;
    const y = (frame.scrollTop + point[1]) / old;
    drawing.setAttribute("width", size[0] * zoom);
    drawing.setAttribute("height", size[1] * zoom);
    frame.scrollLeft = x * zoom - point[0];
    frame.scrollTop = y * zoom - point[1];
  }
  const step = (by) => scale(by > 0 ? ZOOMS.find((z) => z > zoom + 0.01) ?? zoom : ZOOMS.findLast((z) => z < zoom - 0.01) ?? zoom);
  const fit = () => scale(Math.min(frame.clientWidth / size[0], frame.clientHeight / size[1]));

  frame.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    const box = frame.getBoundingClientRect();
    scale(zoom * Math.exp(-event.deltaY / 300), [event.clientX - box.left, event.clientY - box.top]);
  }, { passive: false });
  frame.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "+" || event.key === "=") step(1);
    else if (event.key === "-") step(-1);
    else if (event.key === "0") fit();
    else return;
    event.preventDefault();
  });
  let held = null;
  frame.addEventListener("pointerdown", (event) => {
    if (event.button === 0 && event.pointerType === "mouse" && !event.target.closest("a")) held = [event.clientX + frame.scrollLeft, event.clientY + frame.scrollTop];
  });
  frame.addEventListener("pointermove", (event) => {
    if (!held) return;
    frame.scrollLeft = held[0] - event.clientX;
    frame.scrollTop = held[1] - event.clientY;
  });
  for (const type of ["pointerup", "pointerleave", "pointercancel"]) frame.addEventListener(type, () => { held = null; });

  const routes = [...drawing.querySelectorAll(".route")];
  function light(id) {
    for (const route of routes) {
      route.classList.toggle("hot-out", route.dataset.from === id);
      route.classList.toggle("hot-in", route.dataset.to === id);
    }
    drawing.classList.toggle("lit", id !== null);
  }
  const nodeOf = (event) => event.target.closest("a[data-node]")?.dataset.node ?? null;
  for (const type of ["pointerover", "focusin"]) drawing.addEventListener(type, (event) => light(nodeOf(event) ?? chosen()));
  for (const type of ["pointerleave", "focusout"]) drawing.addEventListener(type, () => light(chosen()));
  const chosen = () => drawing.querySelector("a.chosen")?.dataset.node ?? null;

  async function choose(name) {
    drawing.querySelector("a.chosen")?.classList.remove("chosen");
    root.classList.toggle("with-detail", Boolean(name));
    if (!name) {
      replace(detail, explained());
      light(null);
      return;
    }
    const node = [...drawing.querySelectorAll("a.place")].find((a) => a.getAttribute("href") === `#/map/${name}`);
    node?.classList.add("chosen");
    light(node?.dataset.node ?? null);
    node?.scrollIntoView({ block: "nearest", inline: "nearest" });
    try {
      replace(detail, place(await ask("place", { name })));
    } catch (error) {
      replace(detail, h("p", {}, error.message));
    }
  }

  const used = [...new Set([...drawing.querySelectorAll(".tint")].map((t) => t.classList[1]))];
  const legend = answer.outcomes.filter((o) => used.includes(o.colour)).sort((a, b) => a.rank - b.rank);
  const explained = () => [h("h2", {}, "Choose a place"), h("p", {}, "to see how many come there, what becomes of them, its source, and to read from there."),
    h("ul", { class: "legend", "aria-label": "Endings" }, legend.slice(0, MANY).map((o) => h("li", {}, chip(o))), legend.length > MANY && h("li", {}, `and ${count(legend.length - MANY)} more`))];
  replace(root, h("div", { class: "map-view" },
    h("div", { class: "heading" }, h("h1", {}, "Map"),
      h("p", { class: "lead" }, "Larger is met more often; the colour is the ending that a place makes likelier. Dashed roads lead back."),
      h("div", { class: "zoom", role: "group", "aria-label": "Zoom" },
        h("button", { type: "button", "aria-label": "Zoom out", on: { click: () => step(-1) } }, "−"),
        h("button", { type: "button", on: { click: fit } }, "Fit"),
        h("button", { type: "button", "aria-label": "Zoom in", on: { click: () => step(1) } }, "+"))),
    partly(status),
    h("div", { class: "map-and-detail" }, frame, detail),
    h("details", { class: "as-list" }, h("summary", {}, answer.places.length === 1 ? "The one place as a list" : `The ${count(answer.places.length)} places as a list`), list(answer, status.complete))));
  const slack = size[0] - frame.clientWidth;
  if (slack > 0) frame.scrollLeft = slack / 2;
  await choose(rest);
  return { go: choose };
}

const list = (answer, complete) =>
  h("div", { class: "scroller", tabindex: "0", role: "region", "aria-label": "Table of places" }, h("table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Place"), h("th", { scope: "col" }, "rests there"), h("th", { scope: "col" }, "leans to"))),
    h("tbody", {}, answer.places.map((p) => h("tr", {}, h("th", { scope: "row" }, h("a", { href: `#/map/${p.name || "-"}` }, spoken(p.shown))),
      h("td", { class: "figure" }, !p.entered ? (complete ? "never reached" : "not met so far") : p.visits === 0 ? "passed through" : p.visits < 0.01 ? p.visits.toExponential(1) : p.visits.toFixed(2)),
      h("td", {}, p.lean && [chip(answer.outcomes[p.lean[0]]), " +", percent(p.lean[1])]))))));

function place(p) {
  const link = (end) => end.outcome === undefined ? h("a", { href: `#/map/${end.name || "-"}` }, spoken(end.shown)) : chip(p.outcomes[end.outcome]);
  const ends = (name, list) => list.length > 0 && [h("h3", {}, name), h("ul", { class: "ends" }, list.slice(0, 12).map((end) => h("li", {}, link(end), end.times ? h("span", { class: "figure" }, end.times < 0.0005 ? end.times.toExponential(1) : end.times.toFixed(3)) : null)), list.length > 12 && h("li", {}, `and ${list.length - 12} more`))];
  return [
    h("h2", {}, spoken(p.shown), h("a", { class: "close", href: "#/map", "aria-label": "Close" }, "×")),
    h("p", {}, !p.entered ? (p.complete ? "No reader ever comes here." : "Nobody came here so far.") : p.reach !== null ? [!p.complete && "at least ", h("b", {}, percent(p.reach)), " of readers stop here", p.visits > p.reach * 1.001 && `, ${(p.visits / p.reach).toFixed(1)} times each`, "."] : "Readers pass through without a choice."),
    p.path !== null && h("p", {}, h("a", { class: "button", href: `#/read/${p.path}` }, "Read from here")),
    p.odds.length > 0 && [h("h3", {}, "What becomes of them"), stacked(p.odds, p.outcomes), h("ul", { class: "ends" }, p.odds.slice(0, 6).map(([k, low, high]) => h("li", {}, chip(p.outcomes[k]), h("span", { class: "figure" }, odds(low, high)))))],
    ends("Routes in, by how often they are taken", p.into),
    ends("Routes out", p.out),
    p.source && [h("h3", {}, h("a", { href: `#/source/${p.source.file}:${p.source.first}` }, `${p.source.file}:${p.source.first}`)), h("pre", { tabindex: "0" }, p.source.lines.join("\n"))],
  ];
}
