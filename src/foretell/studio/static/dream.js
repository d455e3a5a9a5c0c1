// The dream: what each choice leads to, and the panel of how things stand.

import { h } from "./dom.js";
import { chip, odds, roughly, several, spoken, stacked } from "./figures.js";

const MENTIONED = 3;

/** What follows from one choice: a bar, the likeliest endings, what it rules out, and all figures. */
export function choiceOdds(after, outcomes) {
  const likely = after.odds.slice(0, MENTIONED);
  const more = after.odds.length - likely.length;
  const gone = after.impossible.map((k) => spoken(outcomes[k].name));
  return h("div", { class: "omen" },
    stacked(after.odds, outcomes),
    h("p", { class: "likely" }, likely.map(([k, low, high]) => h("span", { class: "omen-item" }, chip(outcomes[k]), " ", h("b", { title: odds(low, high) }, roughly(low, high)))), more > 0 && h("span", { class: "omen-item" }, `and ${more} more`)),
    gone.length > 0 && h("p", { class: "ruled-out" }, "Makes impossible: ", gone.length > 6 ? `${gone.slice(0, 6).join(", ")} and ${gone.length - 6} more` : gone.join(", ")),
    after.odds.length > 1 && h("details", { class: "exact" }, h("summary", {}, "Best and worst"), oddsTable(after, outcomes)));
}

/** Every outcome that is possible, with what it is for the uniform, the best and the worst reader. */
export function oddsTable(at, outcomes) {
  const best = new Map(at.best.map(([k, low, high]) => [k, [low, high]]));
  const worst = new Map(at.worst.map(([k, low, high]) => [k, [low, high]]));
  const cell = (pair) => h("td", { class: "figure", title: pair ? odds(...pair) : false }, pair ? roughly(...pair) : "–");
  return h("table", { class: "odds" },
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Ending"), h("th", { scope: "col", title: "who chooses at random" }, "uniform"), h("th", { scope: "col", title: "who chooses for it" }, "best"), h("th", { scope: "col", title: "who chooses against it" }, "worst"))),
    h("tbody", {}, at.odds.map(([k, low, high]) => h("tr", {}, h("th", { scope: "row" }, chip(outcomes[k])), cell([low, high]), cell(best.get(k)), cell(worst.get(k))))));
}

const NAMED = 3;

/** Who will still read a variable, as links to the lines; nobody if no line does. */
function readBy(places) {
  if (!places) return null;
  if (!places.length) return h("span", { class: "read-by" }, "read by no line any more");
  let file = "";
  const links = places.slice(0, NAMED).map((place) => {
    const [, name, line] = /^(.*):(\d+)$/.exec(place);
    const shown = name === file ? `:${line}` : place;
    file = name;
    return h("a", { href: `#/source/${place}`, "aria-label": place }, shown);
  });
  return h("span", { class: "read-by" }, "read at ", links.map((link, i) => [i > 0 && " ", link]), places.length > NAMED && ` and ${places.length - NAMED} more`);
}

/** The panel beside the text; `readers` are who will still read each variable, once that is known. */
export function here(now, status, readers) {
  const dream = now.dream;
  const changed = now.variables.filter((v) => v.before !== null);
  const others = now.variables.filter((v) => v.before === null);
  const value = (v) => (v.value === "" ? "nothing" : v.value);
  return [
    h("h2", {}, "From here"),
    dream
      ? [stacked(dream.odds, dream.outcomes), now.ended ? h("p", {}, "It is over.") : oddsTable(dream, dream.outcomes)]
      : h("p", { class: "quiet" }, status.phase === "exploring" ? (status.explored ? "This situation has not been read so far." : "The odds come when the first playthroughs have been read.") : status.explored ? "This situation was not explored." : "There are no odds to show."),
    now.variables.length > 0 && h("h2", {}, "What the story remembers"),
    changed.length > 0 && h("dl", { class: "variables changed" }, changed.map((v) => h("div", {}, h("dt", {}, v.name), h("dd", {}, h("del", {}, v.before || "nothing"), " ", h("ins", {}, value(v))), readers && h("dd", { class: "ahead" }, readBy(readers[v.name]))))),
    others.length > 0 && h("details", { open: !changed.length && others.length < 15 }, h("summary", {}, changed.length ? `${others.length} unchanged this turn` : `${several(others.length, "variable", "variables")}, ${others.length === 1 ? "not" : "none"} changed this turn`),
      h("dl", { class: "variables" }, others.map((v) => h("div", {}, h("dt", {}, v.name), h("dd", {}, value(v)), readers && h("dd", { class: "ahead" }, readBy(readers[v.name])))))),
  ];
}

