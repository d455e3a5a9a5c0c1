// The page: which view is shown, what goes on in the background, and where focus goes.

import { ask, enter, entry, h, replace, say } from "./dom.js";
import { count, percent } from "./figures.js";
import { apply, suggest } from "./settings.js";
import { read } from "./read.js";
import { whatif } from "./whatif.js";
import { claims, endings, problems, words } from "./tables.js";
import { map } from "./map.js";
import { river } from "./river.js";
import { source } from "./source.js";

const VIEWS = {
  read: { name: "Read", show: read },
  map: { name: "Map", show: map, needs: true },
  river: { name: "River", show: river, needs: true },
  endings: { name: "Endings", show: endings, needs: true },
  claims: { name: "Claims", show: claims, needs: true, when: (s) => s.claims > 0 },
  whatif: { name: "What-if", show: whatif, needs: true },
  source: { name: "Source", show: source },
  words: { name: "Words", show: words, needs: true },
  problems: { name: "Problems", show: problems },
};

const view = document.getElementById("view");
let status = null;
let shown = { name: "", leave: null, update: null };
let first = true;

/** What an address names: a view and the rest, which is the view's own business. */
function address() {
  const hash = decodeURI(location.hash.replace(/^#\/?/, ""));
  const slash = hash.indexOf("/");
  const name = slash < 0 ? hash : hash.slice(0, slash);
  const rest = slash < 0 ? null : hash.slice(slash + 1);
  return name in VIEWS ? { name, rest } : { name: "read", rest: null };
}

async function show() {
  if (!status) return;
  const { name, rest } = address();
  if (location.hash && !location.hash.startsWith("#/")) return; // a jump inside the page
  drawNav(name);
  const entry = VIEWS[name];
  document.title = `${name === "read" ? "" : entry.name + " · "}${status.title}`;
  if (shown.name === name && shown.go) {
    shown.go(rest);
    return;
  }
  shown.leave?.();
  shown = { name };
  view.className = `view-${name}`;
  replace(view);
  if (entry.needs && !status.explored) {
    replace(view, waiting());
    shown = { name: "", update: () => status.explored && show() };
    return;
  }
  const mine = shown;
  const known = status;
  const slow = setTimeout(() => !view.hasChildNodes() && replace(view, h("p", { class: "plain quiet" }, "Being made …")), 250);
  try {
    Object.assign(mine, await entry.show(view, rest, { status, ask }));
    if (mine === shown && status !== known) mine.status?.(status);
  } catch (error) {
    if (mine === shown) replace(view, trouble(error));
    mine.name = "";
  }
  clearTimeout(slow);
  if (mine !== shown) mine.leave?.();
  if (!first && name !== "read") view.focus({ preventScroll: true });
  first = false;
}

function waiting() {
  const why = {
    exploring: "The story's playthroughs are being read. This page comes when they have been.",
    opening: "The story is being opened.",
    broken: ["The story can’t be played as it stands: ", h("a", { href: "#/problems" }, "see the problems"), "."],
    unexplored: "This story has not been explored.",
    failed: status.failure,
  }[status.phase];
  return h("div", { class: "plain waiting" }, h("h1", {}, "Not yet"), h("p", {}, why));
}

export function trouble(error) {
  return h("div", { class: "plain", role: "alert" }, h("h1", {}, "That did not work"), h("p", {}, error.message));
}

function drawNav(current) {
  replace(
    document.getElementById("views"),
    Object.entries(VIEWS).filter(([, v]) => !v.when || v.when(status)).map(([name, v]) => {
      const amiss = name === "problems" ? status.problems.filter((p) => p.severity !== "note").length + (status.found ?? 0) : 0;
      return h("li", {}, h("a", { href: `#/${name}`, "aria-current": name === current && "page" }, v.name,
        amiss > 0 && h("span", { class: "tally" }, h("span", { class: "unseen" }, ", "), count(amiss))));
    }),
  );
  document.querySelector("#views [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

/** Where a host enters the story: one of several places to choose from, or the only one. */
function drawEntry() {
  const box = document.getElementById("entry");
  const name = (place) => place || "the top";
  const signature = JSON.stringify([status.entries, status.entry]);
  if (box.dataset.shows === signature) return; // so that an open list stays open
  box.dataset.shows = signature;
  if (status.entries.length < 2) return replace(box, status.entry && `entered at ${status.entry}`);
  replace(box, h("label", {}, "entered at ",
    h("select", { on: { change: (event) => move(event.target.value) } },
      status.entries.map((place) => h("option", { value: place, selected: place === status.entry }, name(place))))));
}

/** Show the same view of another entry; a reading begins anew there. */
function move(place) {
  if (address().name === "read") history.replaceState(null, "", address().rest === null ? "#/" : "#/read/");
  enter(place);
  say(`The story is entered at ${place || "the top"}.`);
}

async function entered() {
  const { name, rest } = address();
  if (name === "read" && shown.name === name && rest?.startsWith(`${entry()}:`)) {
    status = await ask("status"); // a link led there, and is being followed (or the view still made)
    shown.status?.(status);
    drawNav(name);
    drawEntry();
    drawNow();
    return;
  }
  shown.leave?.();
  shown = { name: "" };
  status = await ask("status");
  drawNav(name);
  drawEntry();
  drawNow();
  await show();
}

function drawNow() {
  const now = document.getElementById("now");
  const going = status.phase === "exploring";
  document.body.classList.toggle("exploring", going);
  if (going) {
    const states = status.progress.states ?? 0;
    replace(now, h("span", { class: "pulse", "aria-hidden": "true" }), states ? `${count(states)} situations` : "reading ahead",
      status.explored && h("span", { class: "wider" }, `, ${percent(status.followed)} followed: figures are bounds`));
  } else if (status.phase === "ready") {
    replace(now, status.complete ? "every playthrough read" : `${percent(status.followed)} followed: figures are bounds`);
  } else replace(now, { broken: "can't be played", failed: "exploring failed", opening: "opening" }[status.phase] ?? "");
  const banner = document.getElementById("banner");
  if (status.stale) replace(banner, h("p", {}, "The story's files have changed and can't be played as they are; shown is the last version that could. ", h("a", { href: "#/problems" }, "See the problems")));
  else if (status.failure) replace(banner, h("p", {}, status.failure));
  else replace(banner);
}

async function poll() {
  let wait = 2000;
  try {
    const old = status;
    status = await ask("status");
    if (status.phase === "exploring" || status.phase === "opening") wait = 500;
    document.getElementById("story-title").textContent = status.title;
    suggest(status.front.theme);
    drawEntry();
    drawNow();
    const changed = !old || old.edition !== status.edition || old.explored !== status.explored || old.phase !== status.phase || old.revision !== status.revision;
    if (changed) {
      drawNav(address().name);
      if (old && old.edition !== status.edition && old.edition) say("The story has changed and was read anew.");
      else if (old && !old.complete && status.complete) say("Every playthrough has been read.");
      else if (old && old.revision !== status.revision) say("The figures are bounds, and have become narrower.");
      if (!old || !shown.name) await show();
      else if (shown.update) shown.update(status);
      else {
        shown.leave?.();
        shown = { name: "" };
        await show();
      }
    } else if (!shown.name) shown.update?.();
  } catch (error) {
    wait = 3000;
    replace(document.getElementById("now"), error.gone ? "the studio does not answer" : error.message);
    if (!status && !error.gone) replace(view, trouble(error));
  }
  setTimeout(poll, document.hidden ? 5000 : wait);
}

// what sticks below the bar at the top, or is scrolled to, has to know how high it is
const top = document.querySelector(".top");
new ResizeObserver(() => {
  document.documentElement.style.setProperty("--bar", `${getComputedStyle(top).position === "sticky" ? top.offsetHeight : 0}px`);
}).observe(top);

document.getElementById("skip").addEventListener("click", (event) => {
  event.preventDefault();
  view.focus();
});
if (location.search) { // a token goes, an entry stays
  const kept = entry() === null ? "" : `?${new URLSearchParams({ entry: entry() })}`;
  history.replaceState(null, "", location.pathname + kept + location.hash);
}
addEventListener("hashchange", show);
addEventListener("entered", entered);
apply();
poll();
