// The river: who still reads after so many choices, and who has come where.

import { ask, h, picture, replace } from "./dom.js";
import { chip, count, odds, partly, percent, several } from "./figures.js";

const MANY = 24; // endings named below the picture, where it has no room for them

export async function river(root, _, { status }) {
  const answer = await ask("river");
  const met = answer.outcomes.map((o, k) => ({ ...o, k, total: answer.ended.reduce((sum, row) => sum + (row[k] ?? 0), 0) })).filter((o) => o.total > 0);
  met.sort((a, b) => b.total - a.total);
  const shown = met.slice(0, 8);
  replace(root, h("div", { class: "sheet wide" },
    h("div", { class: "heading" }, h("h1", {}, "River"),
      h("p", { class: "lead" }, "All readers set out at the left and choose at random. In the middle flow those still reading, by the place they are in; endings branch off to the sides.")),
    partly(status),
    h("figure", { class: "chart" }, h("div", { class: "scroller", tabindex: "0", role: "region", "aria-label": "The river" }, picture(answer.picture)),
      h("ul", { class: "legend river-legend", "aria-hidden": "true" }, met.slice(0, MANY).map((o) => h("li", {}, chip(o), " ", h("span", { class: "quiet" }, percent(o.total)))), met.length > MANY && h("li", {}, `and ${count(met.length - MANY)} more`)),
      answer.left > 1e-9 && h("figcaption", {}, `After ${several(answer.turns - 1, "choice", "choices")} ${answer.left < 0.001 ? `1 reader in ${count(Math.round(1 / answer.left))} is` : `${percent(answer.left)} are`} still reading.`)),
    h("details", { class: "as-list" }, h("summary", {}, "The figures"),
      h("div", { class: "scroller", tabindex: "0", role: "region", "aria-label": "Readers by number of choices" }, h("table", {},
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "choices"), h("th", { scope: "col" }, "still reading"), shown.map((o) => h("th", { scope: "col" }, chip(o))))),
        h("tbody", {}, answer.going.map((going, t) => h("tr", {}, h("th", { scope: "row" }, t), h("td", { class: "figure" }, percent(going)), shown.map((o) => h("td", { class: "figure" }, answer.ended[t][o.k] ? odds(answer.ended[t][o.k], answer.ended[t][o.k]) : "")))))),
      ))));
  return {};
}
