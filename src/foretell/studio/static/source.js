// The source, line by line, with the share of readers who see each, and how readers come to one.

import { ask, h, replace, say } from "./dom.js";
import { count, odds, percent, rough, several } from "./figures.js";

const SHOWN = 5;

export async function source(root, rest) {
  let answer = await ask("source");
  const view = h("div", { class: "sheet wide" });
  const body = h("div", {});
  const never = (f) => Object.values(f.marks).filter((m) => m === 0).length;
  let file = null;
  let wait = 0;
  let waiting = 0;
  let turn = 0;

  function open(wanted) {
    clearTimeout(wait);
    const [, name, line] = /^(.*?)(?::(\d+))?$/.exec(wanted ?? "");
    const found = answer.files.find((f) => f.name === name) ?? answer.files.find((f) => f.name.endsWith("/" + name)) ?? answer.files[0];
    if (!found) return replace(body, h("p", {}, "This story came without its source."));
    if (found !== file) {
      file = found;
      replace(body, lines(found));
    }
    for (const link of tabs.querySelectorAll("a")) {
      if (link.dataset.file === found.name) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    body.querySelector(".target")?.classList.remove("target");
    body.querySelector(".told")?.remove();
    turn++;
    const target = line && body.querySelector(`[data-line="${line}"]`);
    if (target) {
      target.classList.add("target");
      const box = target.getBoundingClientRect();
      if (box.top < 60 || box.bottom > innerHeight - 200) target.scrollIntoView({ block: "center" });
      if (answer.explored && found.marks[line] !== undefined) tell(target, `${found.name}:${line}`, turn);
    }
  }

  /** Under its line, how readers come to it; the story is read again for that. */
  async function tell(row, target, mine) {
    let told = body.querySelector(".told");
    if (!told) {
      told = h("tr", { class: "told" }, h("td", { colspan: "4" }, h("div", { class: "line-told", role: "status" })));
      row.after(told);
    }
    const box = told.querySelector(".line-told");
    let found;
    try {
      found = await ask("why", { target });
    } catch (error) {
      found = { phase: "failed", failure: error.message };
    }
    if (mine !== turn) return;
    if (found.phase === "working") {
      replace(box, h("p", {}, h("span", { class: "pulse", "aria-hidden": "true" }), found.states ? `Working it out exactly: ${count(found.states)} situations so far.` : "Working it out exactly."));
      wait = setTimeout(() => tell(row, target, mine), 500);
    } else if (found.phase === "failed") replace(box, h("p", { class: "remark" }, found.failure));
    else replace(box, ways(found));
  }

  function lines(f) {
    const rows = f.lines.map((text, i) => {
      const mark = f.marks[i + 1];
      const kind = mark === 0 ? "never" : mark === undefined ? "silent" : "seen";
      const share = mark === 0 ? "never" : mark === undefined || mark === null ? "" : rough(mark);
      const held = (f.held[i + 1] ?? []).map((part) => (part === null ? "–" : rough(part)));
      return h("tr", { class: kind, data: { line: String(i + 1) } },
        h("td", { class: "number" }, h("a", { href: `#/source/${f.name}:${i + 1}` }, i + 1)),
        h("td", { class: "share" }, mark > 0 && h("span", { class: "gauge", "aria-hidden": "true" }, h("span", { "width%": Math.max(2, 100 * mark) })), h("span", {}, share)),
        h("td", { class: "holds" }, held.length > 2 ? [held.slice(0, 2).join(", "), " …"] : held.join(", ")),
        h("td", { class: "code" }, text));
    });
    return h("div", { class: "scroller", tabindex: "0", role: "region", "aria-label": f.name },
      h("table", { class: "lines" }, h("colgroup", {}, h("col", { class: "c-number" }), h("col", { class: "c-share" }), h("col", { class: "c-holds" }), h("col")),
        h("thead", {}, h("tr", {}, h("th", { scope: "col", class: "number" }, h("span", { class: "unseen" }, "line")), h("th", { scope: "col", class: "share" }, "seen by"), h("th", { scope: "col", class: "holds", title: "of the readers who come to a condition, those for whom it ever holds" }, "holds"), h("th", { scope: "col", class: "code" }, h("span", { class: "unseen" }, "text")))),
        h("tbody", {}, rows)));
  }

  /** The shares come a little after the odds. */
  async function later() {
    if (answer.sampled) return;
    await new Promise((done) => { waiting = setTimeout(done, 1000); });
    const newer = await ask("source").catch(() => answer);
    if (!view.isConnected) return;
    if (newer.sampled && newer.edition === answer.edition) {
      const row = document.activeElement?.closest?.("[data-line]")?.dataset.line;
      answer = newer;
      replace(lead, said());
      file = null;
      open(parse());
      if (row) body.querySelector(`[data-line="${row}"] a`)?.focus({ preventScroll: true });
    } else later();
  }

  const unread = () => answer.files.reduce((sum, f) => sum + never(f), 0);
  const tabs = h("nav", { class: "files", "aria-label": "Files" }, h("ul", {}, answer.files.map((f) =>
    h("li", {}, h("a", { href: `#/source/${f.name}`, data: { file: f.name } }, f.name, never(f) > 0 && h("span", { class: "tally" }, h("span", { class: "unseen" }, ", never read: "), never(f)))))));
  const from = answer.entry ? ` who enters at ${answer.entry}` : "";
  const said = () => [
    !answer.explored ? "Which lines nobody ever sees is known when every playthrough has been read."
      : !answer.complete ? "The story was read in part: lines without a mark may yet be seen."
      : unread() && answer.meant ? `${several(unread(), "line is", "lines are")} there for what-ifs alone: no reader of the story as told sees them${from}. Every other line is seen by some reader.`
      : unread() ? `${count(unread())} ${unread() === 1 ? "line is" : "lines are"} never seen by any reader${from}: that is proved.` : `Every line is seen by some reader${from}.`,
    answer.sampled > 0 && ` Shares are estimates, from ${count(answer.sampled)} readers who choose at random (right to about ± ${rough(1 / Math.sqrt(answer.sampled))}); choose a line’s number for its exact share and the ways there. Holds: for how many of those who come to a condition it is ever true.`];
  const lead = h("p", { class: "lead" }, said());
  replace(root, add(view, h("div", { class: "heading" }, h("h1", {}, "Source"), lead), answer.files.length > 1 && tabs, body));
  open(rest);
  later();
  return { go: open, leave: () => { turn++; clearTimeout(wait); clearTimeout(waiting); } };
}

const parse = () => {
  const found = /^#\/source\/(.*)$/.exec(location.hash);
  return found ? decodeURI(found[1]) : null;
};

function ways(found) {
  const list = (title, items) => items.length > 0 && h("p", {}, h("b", {}, title), " ", items.slice(0, SHOWN).join("; "), items.length > SHOWN && `; and ${items.length - SHOWN} more`, ".");
  say("The line's exact share is here.");
  if (found.path === null) return h("p", {}, found.complete ? "No reader ever comes here: every playthrough was read." : "No way here was found as far as the story was read.");
  return [
    h("p", {}, h("b", {}, odds(...found.uniform)), found.complete && ", exactly,", " of readers who choose at random ", found.what.startsWith("the choice") ? "make this choice" : "come here", found.best[1] < 1 ? `; at best ${odds(...found.best)}.` : "."),
    list("Every way here needs:", found.needed),
    list("Ruled out by:", found.excluding.map((e) => (e.times === e.offered ? e.name : `${e.name} (${percent(e.times / e.offered)} of the times it is offered)`))),
    h("p", {}, h("a", { class: "button", href: `#/read/${found.path}` }, found.path ? `Read the shortest way here: ${several(found.path.split("/").filter((t) => !t.startsWith("@")).length, "choice", "choices")}` : "It is read at the beginning")),
  ];
}

function add(node, ...children) {
  for (const child of children) if (child) node.append(child);
  return node;
}
