// The views that are tables: endings, problems, words; and claims and what-if where there are any.

import { ask, h, picture, replace } from "./dom.js";
import { chip, count, odds, partly, percent, rough, roughly, several, stacked } from "./figures.js";

const heading = (text, ...more) => h("div", { class: "heading" }, h("h1", {}, text), more);
const readLink = (path, text) => h("a", { href: `#/read/${path}` }, text);

export async function endings(root, _, { status }) {
  const answer = await ask("endings");
  const outcomes = answer.outcomes;
  const met = answer.sampled;
  const column = (name, title) => h("th", { scope: "col", title }, name);
  const figure = (name, pair) => h("td", { class: "figure", data: { name }, title: odds(...pair) }, roughly(...pair));
  const row = (r) => h("tr", { class: outcomes[r.outcome].kind === "ending" ? "" : "broken" },
    h("th", { scope: "row" }, chip(outcomes[r.outcome]), outcomes[r.outcome].kind !== "ending" && h("span", { class: "kind" }, outcomes[r.outcome].kind)),
    h("td", { class: "figure", data: { name: "uniform" } }, odds(...r.uniform)),
    met && h("td", { class: "figure", data: { name: "met by" }, title: met.rows[r.outcome] && odds(...met.rows[r.outcome].slice(1)) }, met.rows[r.outcome] ? rough(met.rows[r.outcome][0]) : "–"),
    figure("best", r.best),
    figure("worst", r.worst),
    h("td", { class: "figure", data: { name: "words" } }, r.words === null ? "–" : count(Math.round(r.words))),
    h("td", { data: { name: "shortest way" } }, r.shortest === null ? "–" : readLink(r.shortest, several(r.choices, "choice", "choices"))));
  const forever = answer.forever;
  const unfound = (met?.others ?? []).map((o) => h("tr", {}, h("th", { scope: "row" }, o.name.replaceAll("_", " "), o.kind !== "ending" && h("span", { class: "kind" }, o.kind)), h("td", {}), h("td", { class: "figure", data: { name: "met by" }, title: odds(...o.share.slice(1)) }, rough(o.share[0])), [1, 2, 3, 4].map(() => h("td", {}))));
  replace(root, h("div", { class: "sheet" },
    heading("Endings", h("p", { class: "lead" }, answer.overview)),
    partly(status),
    stacked(answer.rows.map((r) => [r.outcome, ...r.uniform]).concat(forever[0] > 0 ? [[outcomes.length - 1, ...forever]] : []), outcomes),
    h("div", { class: "scroller", tabindex: "0", role: "region", "aria-label": "Table of endings" }, h("table", { class: "endings" },
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Ending"), column("uniform", "a reader who chooses at random"), met && column("met by", `of ${count(met.readers)} readers sent through at random; within what it would be for all is told at each`), column("best", "a reader who chooses for it"), column("worst", "a reader who chooses against it"), column("words", "read on average by those who come there"), h("th", { scope: "col" }, "shortest way"))),
      h("tbody", {}, answer.rows.map(row), unfound,
        forever[1] > 0 && h("tr", {}, h("th", { scope: "row" }, chip(outcomes.at(-1))), h("td", { class: "figure", data: { name: "uniform" } }, odds(...forever)), [1, 2, 3, 4].map(() => h("td", {})), met && h("td", {}))))),
    h("p", { class: "quiet" }, h("b", {}, "uniform"), " takes each choice offered as often as any other; ", h("b", {}, "best"), " and ", h("b", {}, "worst"), " are the most and the least that any reader can bring about", met && ["; ", h("b", {}, "met by"), ` is an estimate, from ${count(met.readers)} readers sent through at random`], ".")));
  return {};
}

/** One problem with its place in the source, as the command line shows it. */
function problem(p) {
  const caret = p.source !== null && p.column ? p.source.slice(0, p.column - 1) : "";
  const mark = p.source !== null && p.column ? p.source.slice(p.column - 1, p.end_column ? Math.max(p.column, p.end_column - 1) : p.column) : "";
  return h("li", { class: `problem ${p.severity}` },
    h("h2", {}, h("span", { class: "severity" }, p.severity), " ", p.message),
    p.file && h("p", { class: "where" }, h("a", { href: `#/source/${p.file}:${p.line}` }, `${p.file}:${p.line}`), p.label && ` · ${p.label}`),
    p.source && h("pre", { tabindex: "0" }, caret, h("mark", {}, mark), p.source.slice(caret.length + mark.length)),
    p.hint && h("p", { class: "hint" }, "Hint: ", p.hint),
    p.path !== null && h("p", { class: "witness" }, readLink(p.path, p.path === "" ? "It happens at the beginning" : "Read the way there")));
}

/** A thing that takes ever more values, who reads it, and what would end it. */
const growing = (thing) => h("li", { class: "problem" },
  h("h3", {}, h("code", {}, thing.name), " ", h("span", { class: "quiet" }, thing.summary)),
  thing.reads.length > 0 && h("ul", {}, thing.reads.map(([how, place]) => h("li", {}, how, place && [" ", h("a", { href: `#/source/${place}` }, place)]))),
  thing.hint && h("p", { class: "hint" }, "Hint: ", thing.hint),
  thing.bound && h("p", {}, "Or in foretell.toml, under [bounds]: ", h("code", {}, thing.bound)));

export async function problems(root, _, { status }) {
  const found = status.edition ? await ask("problems") : { problems: [], explored: false, growing: [] };
  const groups = { error: "errors", warning: "warnings", note: "notes" };
  const all = Object.keys(groups).flatMap((s) => [...status.problems, ...found.problems].filter((p) => p.severity === s));
  const grave = all.filter((p) => p.severity !== "note");
  const notes = all.slice(grave.length);
  const tally = Object.entries(groups).map(([s, name]) => [all.filter((p) => p.severity === s).length, name]).filter(([n]) => n);
  replace(root, h("div", { class: "sheet" },
    heading("Problems", h("p", { class: "lead" }, all.length ? tally.map(([n, name]) => `${count(n)} ${n === 1 ? name.slice(0, -1) : name}`).join(", ") + "." : status.complete ? "None: every playthrough was read, and nothing is amiss." : "None so far.")),
    found.growing?.length > 0 && h("section", { class: "growing" },
      h("h2", {}, "Why it is not finished"),
      h("p", { class: "quiet" }, "What takes the most different values where reading stopped, and what keeps them apart:"),
      h("ol", { class: "problems" }, found.growing.map(growing))),
    h("ol", { class: "problems" }, grave.map(problem)),
    notes.length > 0 && h("details", { class: "notes", open: notes.length < 6 || grave.length === 0 },
      h("summary", {}, `${several(notes.length, "note", "notes")}: what is odd but may be meant`),
      h("ol", { class: "problems" }, notes.map(problem)))));
  return {};
}

export async function claims(root) {
  const answer = await ask("claims");
  const tally = ["holds", "fails", "unknown"].map((v) => [answer.claims.filter((c) => c.verdict === v).length, v]).filter(([n]) => n);
  const one = (c) => h("li", { class: `problem claim ${c.verdict}` },
    h("h2", {}, h("span", { class: "verdict" }, c.verdict), " ", c.title),
    c.text !== c.title && h("p", {}, h("code", {}, c.text)),
    c.reason && h("p", { class: "why" }, c.reason),
    c.verdict === "unknown" && c.bound && h("p", { class: "why" }, `Not decided: ${c.bound}`),
    c.odds && h("p", { class: "why" }, "Odds ", h("b", {}, odds(...c.odds))),
    c.path !== null && h("p", { class: "witness" }, readLink(c.path, c.verdict === "fails" ? "Read how it fails" : "Read how")));
  if (!answer.claims.length) {
    return replace(root, h("div", { class: "sheet" }, heading("Claims", h("p", { class: "lead" }, "Nothing is claimed so far. What a story promises stands in foretell.toml beside it, under [[claim]]; ", h("code", {}, "foretell init"), " writes one to begin with."))));
  }
  replace(root, h("div", { class: "sheet" },
    heading("Claims", h("p", { class: "lead" }, tally.map(([n, v]) => `${count(n)} ${n === 1 ? { holds: "holds", fails: "fails", unknown: "is unknown" }[v] : { holds: "hold", fails: "fail", unknown: "are unknown" }[v]}`).join(", ") + ".")),
    h("ol", { class: "problems claims" }, answer.claims.map(one))));
  return {};
}

export async function words(root, _, { status }) {
  const answer = await ask("words");
  const seen = answer.mean === null ? null : answer.mean / answer.all;
  replace(root, h("div", { class: "sheet" },
    heading("Words"), partly(status),
    h("dl", { class: "facts" },
      fact(count(answer.all), "words in all of its prose"),
      answer.mean !== null && answer.least !== answer.most && fact(count(Math.round(answer.mean)), "words in a playthrough, on average"),
      answer.mean_choices !== null && fact(answer.mean_choices.toFixed(1), "choices in it, on average"),
      seen !== null && seen <= 1 && fact(percent(seen), "of its length, in one playthrough"),
      answer.least !== null && (answer.least === answer.most && !answer.dealt_afresh ? fact(count(answer.least), "words in every playthrough") : fact(`${answer.dealt_afresh ? "about " : ""}${count(answer.least)} to ${answer.most === null ? "any number" : count(answer.most)}`, "words, the shortest and the longest playthrough"))),
    answer.picture && h("figure", { class: "chart" }, h("div", { class: "scroller", tabindex: "0", role: "region", "aria-label": "Picture of words read" }, picture(answer.picture)), h("figcaption", {}, "Each dot is one reader in fifty, placed by the words they read.")),
    h("div", { class: "scroller", tabindex: "0", role: "region", "aria-label": "Words by ending" }, h("table", { class: "by-ending" }, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Ending"), h("th", { scope: "col", title: "read on average by those who come there" }, "words"))),
      h("tbody", {}, answer.rows.map((r) => h("tr", {}, h("th", { scope: "row" }, chip(answer.outcomes[r.outcome])), h("td", { class: "figure" }, r.words === null ? "–" : count(Math.round(r.words))))))))));
  return {};
}

const fact = (figure, text) => h("div", {}, h("dt", {}, text), h("dd", {}, figure));
