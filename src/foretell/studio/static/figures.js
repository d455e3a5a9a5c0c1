// Numbers as people read them, and the bars that show them.

import { h } from "./dom.js";

const WHOLE = new Intl.NumberFormat("en");

export const count = (n) => (n === null || n === undefined ? "without end" : WHOLE.format(n));

export const several = (n, one, many) => `${count(n)} ${n === 1 ? one : many}`;

/** A share as a percentage: as many digits as it takes not to say 0 or 100 of what is neither. */
export function percent(x) {
  if (x <= 0) return "0 %";
  if (x >= 1) return "100 %";
  const p = 100 * x;
  if (p < 0.001) return `${p.toExponential(1).replace("e-", " · 10⁻").replace(/⁻(\d+)$/, (_, d) => "⁻" + raise(d))} %`;
  if (p < 0.1) return `${trim(p.toPrecision(2))} %`;
  if (p > 99.9) {
    const digits = Math.min(8, Math.ceil(-Math.log10(100 - p)) + 1);
    return `${trim((Math.floor(p * 10 ** digits) / 10 ** digits).toFixed(digits))} %`;
  }
  return `${p.toFixed(p < 10 ? 2 : 1)} %`;
}

const raise = (digits) => [...digits].map((d) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[d]).join("");
const trim = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);

/** A share in a column: to a tenth, and never 0 or 100 of what is neither. */
export function rough(x) {
  if (x > 0 && x < 0.0005) return "< 0.1 %";
  if (x < 1 && x > 0.9995) return "> 99.9 %";
  return x > 0 && x < 1 ? `${(100 * x).toFixed(1)} %` : percent(x);
}

/** Rough odds that may be bounds. */
export function roughly(low, high) {
  if (low === null || low === undefined) return "–";
  if (high - low < 1e-9 || rough(low) === rough(high)) return rough(low);
  return `${rough(low).replace(" %", "")} – ${rough(high)}`;
}

/** Odds that may be bounds. */
export function odds(low, high) {
  if (low === null || low === undefined) return "–";
  if (high - low < 1e-9) return percent(low);
  return `${percent(low).replace(" %", "")} to ${percent(high)}`;
}

/** How many readers one meets before one of them comes there. */
export function oneIn(x) {
  if (x >= 1) return "every reader comes here";
  if (x <= 0) return "no reader comes here";
  if (x > 0.095) return `${percent(x)} of readers come here`;
  return `1 reader in ${WHOLE.format(Math.round(1 / x))} comes here`;
}

/** The name of an ending in a sentence. */
export const spoken = (name) => name.replaceAll("_", " ");

const PARTS = 48; // of a bar that can be told apart; of more the rarest are one

/** A stacked bar of [outcome, low, high]; `outcomes` say names and colours. */
export function stacked(parts, outcomes) {
  const known = parts.reduce((sum, part) => sum + part[1], 0);
  const likely = parts.filter((part) => part[1] > 0).sort((a, b) => b[1] - a[1]);
  const rest = likely.length > PARTS ? likely.splice(PARTS - 1) : [];
  const others = rest.reduce((sum, part) => sum + part[1], 0);
  const shown = likely.sort((a, b) => outcomes[a[0]].rank - outcomes[b[0]].rank);
  const label = [...shown]
    .sort((a, b) => b[1] - a[1])
    .slice(0, 4)
    .map(([k, low, high]) => `${spoken(outcomes[k].name)} ${odds(low, high)}`)
    .join(", ");
  return h(
    "div",
    { class: "bar", role: "img", "aria-label": label || "nothing is known yet" },
    shown.map(([k, low]) =>
      h("span", { class: `part ${outcomes[k].colour}`, "width%": 100 * low, title: `${spoken(outcomes[k].name)} ${percent(low)}` }),
    ),
    others > 0 && h("span", { class: "part forever", "width%": 100 * others, title: `${count(rest.length)} more ${percent(others)}` }),
    known < 1 - 1e-9 && h("span", { class: "part unknown", "width%": 100 * (1 - known), title: `not known ${percent(1 - known)}` }),
  );
}

/** A word on figures that are bounds: how much was read, and what keeps it from being read whole. */
export function partly(status) {
  if (status.complete) return false;
  const going = status.phase === "exploring";
  return h("p", { class: "bounds" },
    going ? "Still reading. " : `Read in part, up to the limit on ${status.stopped}. `,
    `${percent(status.followed)} of random playthroughs ${going ? "have been" : "were"} followed to their end; figures are bounds that hold the truth${going ? ", and become narrower" : ""}.`,
    status.growing.length > 0 && [" ", h("a", { href: "#/problems" }, "What takes the most values"), ": ", status.growing.map((name, i) => [i > 0 && ", ", h("code", {}, name)]), "."]);
}

/** The coloured square that stands for an outcome, and its name. */
export const chip = (outcome) =>
  h("span", { class: "chip" }, h("span", { class: `dot ${outcome.colour}`, "aria-hidden": "true" }), h("bdi", {}, spoken(outcome.name)));
