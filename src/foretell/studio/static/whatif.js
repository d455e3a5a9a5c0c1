// What-if: the story as told beside the story with something changed.

import { ask, h, replace, say } from "./dom.js";
import { count, odds, percent, spoken } from "./figures.js";

export async function whatif(root, rest) {
  let mine = 0;
  let wait = 0;
  let drawn = [];
  let variables = [];
  const name = h("select", { id: "what-name", on: { change: suggest } });
  const value = h("input", { id: "what-value", type: "text", autocomplete: "off", spellcheck: "false", placeholder: "true" });
  const form = h("form", { class: "change", on: { submit: (event) => {
    event.preventDefault();
    const typed = value.value.trim() || (variables.find((v) => v.name === name.value)?.flips && value.placeholder);
    if (typed) location.hash = `#/whatif/${name.value}=${typed}`;
    else value.focus();
  } } },
    h("label", { for: "what-name" }, "What if "), name,
    h("label", { for: "what-value" }, " were "), value,
    h("button", { type: "submit" }, "Compare"));
  const body = h("div", { class: "comparisons" });
  const flips = h("div", { class: "flips" });

  /** What the value might be: the other truth, or the first value as it is. */
  function suggest() {
    const chosen = variables.find((v) => v.name === name.value);
    value.value = "";
    value.placeholder = chosen?.flips ? other(chosen.value) : chosen?.value ?? "";
  }

  function show(found, asked) {
    if (variables.length) return;
    variables = found;
    form.hidden = !variables.length; // nothing that could begin otherwise
    replace(name, variables.map((v) => h("option", { value: v.name }, v.name)));
    const truths = variables.filter((v) => v.flips);
    replace(flips, truths.length > 0 && h("details", { open: truths.length <= 18 && !asked }, h("summary", {}, "Or turn one over"), h("ul", {}, truths.map((v) =>
      h("li", {}, h("a", { href: `#/whatif/${v.name}=${other(v.value)}` }, h("code", {}, v.name), h("span", { class: "quiet" }, ` ${v.value} → ${other(v.value)}`)))))));
    suggest();
  }
  const back = h("p", { class: "quiet" });

  async function go(change) {
    clearTimeout(wait);
    const turn = ++mine;
    let answer;
    try {
      answer = await ask("whatif", { change: change ?? "" });
    } catch (error) {
      answer = { phase: "failed", failure: error.message };
    }
    if (turn !== mine) return;
    if (answer.variables) show(answer.variables, answer.wanted > 0 || answer.comparisons?.length > 0);
    const typed = /^(\w+)=(.*)$/u.exec(change ?? "");
    if (typed) {
      name.value = typed[1];
      value.value = typed[2];
    }
    replace(back, change && h("a", { href: "#/whatif" }, "The author's own questions"));
    for (const link of flips.querySelectorAll("a")) {
      if (link.getAttribute("href") === `#/whatif/${change}`) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    if (answer.phase === "working") {
      const ready = answer.comparisons ?? [];
      if (ready.length !== drawn.length || drawn.change !== change) replace(body, ready.map(comparison), h("p", { class: "quiet working" }));
      drawn = Object.assign([...ready], { change });
      replace(body.querySelector(".working"), h("span", { class: "pulse", "aria-hidden": "true" }), answer.states ? `Reading the changed story: ${count(answer.states)} situations so far.` : "Reading the changed story.", answer.wanted > 1 && ` ${ready.length} of ${answer.wanted} are here.`);
      wait = setTimeout(() => go(change), 500);
    } else if (answer.phase === "failed") {
      replace(body, h("p", { class: "remark error", role: "alert" }, answer.failure));
    } else {
      replace(body, answer.comparisons.length ? answer.comparisons.map(comparison) : h("p", { class: "quiet" }, variables.length ? "Choose a variable and give it another first value. " : "The story has no variable that could begin otherwise. ", "An author’s own questions stand in foretell.toml, under [[whatif]]."));
      if (answer.comparisons.length) say("The comparison is here.");
    }
  }

  replace(root, h("div", { class: "sheet" },
    h("div", { class: "heading" }, h("h1", {}, "What if"), h("p", { class: "lead" }, "The whole story is read again with something changed. Above, each ending as told; below it, as changed.")),
    form, flips, back, body));
  await go(rest);
  return { go, leave: () => { mine++; clearTimeout(wait); } };
}

const other = (truth) => (truth === "true" ? "false" : "true");

function comparison(c) {
  const most = Math.max(...c.rows.flatMap((r) => [r.told[0], r.changed[0]]), 0.01);
  const pair = (r) => {
    const by = r.changed[0] - r.told[0];
    const moved = Math.abs(by) > 1e-9;
    return h("tr", { class: moved ? "" : "same" },
      h("th", { scope: "row" }, h("span", { class: `dot ${r.colour}`, "aria-hidden": "true" }), spoken(r.name)),
      h("td", { class: "figure", data: { name: "as told" } }, odds(...r.told)),
      h("td", { class: "figure", data: { name: "as changed" } }, odds(...r.changed)),
      h("td", { class: "figure", data: { name: "difference" } }, moved ? `${by > 0 ? "+" : "−"} ${percent(Math.abs(by))}` : "="),
      h("td", { class: "pair" }, h("span", { class: "told", "width%": (100 * r.told[0]) / most, "aria-hidden": "true" }), h("span", { class: `now-so ${r.colour}`, "width%": (100 * r.changed[0]) / most, "aria-hidden": "true" })));
  };
  const values = (list) => list.map(([v, p]) => `${v} in ${percent(p)}`).join(", ");
  return h("section", { class: "comparison" },
    h("h2", {}, c.question || `What if ${c.change}?`),
    c.question && h("p", { class: "quiet" }, h("code", {}, c.change), c.reader !== "uniform" && ` · for the reader ${c.reader}`),
    !c.complete && h("p", { class: "bounds" }, "Read in part: the figures are bounds."),
    c.answers.map((a) => h("p", { class: "answer" }, h("code", {}, a.expression), ": as told ", h("b", {}, values(a.told)), "; so ", h("b", {}, values(a.changed)))),
    c.claims.map((v) => h("p", { class: "answer" }, `“${v.text}” ${v.told} as told, and ${v.changed} so.`)),
    h("div", { class: "scroller", tabindex: "0", role: "region", "aria-label": `Endings: ${c.question || c.change}` },
      h("table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Ending"), h("th", { scope: "col" }, "as told"), h("th", { scope: "col" }, "as changed"), h("th", { scope: "col" }, "difference"), h("td", {}))),
        h("tbody", {}, c.rows.map(pair)))));
}
