// The source, line by line, with the share of readers who see each.

import { ask, h, replace } from "./dom.js";
import { count, percent } from "./figures.js";

export async function source(root, rest) {
  const answer = await ask("source");
  const view = h("div", { class: "sheet wide" });
  const body = h("div", {});
  const never = (f) => Object.values(f.marks).filter((m) => m === 0).length;
  let file = null;

  function open(wanted) {
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
    const target = line && body.querySelector(`[data-line="${line}"]`);
    if (target) {
      target.classList.add("target");
      target.scrollIntoView({ block: "center" });
    }
  }

  function lines(f) {
    const rows = f.lines.map((text, i) => {
      const mark = f.marks[i + 1];
      const kind = mark === 0 ? "never" : mark === undefined ? "" : "seen";
      const share = mark === 0 ? "never" : mark === undefined || mark === null ? "" : percent(mark);
      return h("tr", { class: kind, data: { line: String(i + 1) } },
        h("td", { class: "number" }, i + 1),
        h("td", { class: "share" }, mark > 0 && h("span", { class: "gauge", "width%": Math.max(2, 100 * mark), "aria-hidden": "true" }), h("span", {}, share)),
        h("td", { class: "code" }, text));
    });
    return h("div", { class: "scroller", tabindex: "0", role: "region", "aria-label": f.name },
      h("table", { class: "lines" }, h("colgroup", {}, h("col", { class: "c-number" }), h("col", { class: "c-share" }), h("col")), h("thead", { class: "unseen" }, h("tr", {}, h("th", { scope: "col" }, "line"), h("th", { scope: "col" }, "seen by"), h("th", { scope: "col" }, "text"))), h("tbody", {}, rows)));
  }

  const unread = answer.files.reduce((sum, f) => sum + never(f), 0);
  const tabs = h("nav", { class: "files", "aria-label": "Files" }, h("ul", {}, answer.files.map((f) =>
    h("li", {}, h("a", { href: `#/source/${f.name}`, data: { file: f.name } }, f.name, never(f) > 0 && h("span", { class: "tally" }, h("span", { class: "unseen" }, ", never read: "), never(f)))))));
  replace(root, add(view,
    h("div", { class: "heading" }, h("h1", {}, "Source"),
      h("p", { class: "lead" }, !answer.explored ? "Which lines readers see is shown when every playthrough has been read."
        : !answer.complete ? "The story was read in part: lines without a mark may yet be seen."
        : unread ? `${count(unread)} ${unread === 1 ? "line is" : "lines are"} never seen by any reader.` : "Every line is seen by some reader.",
        answer.sampled > 0 && ` Shares are of ${count(answer.sampled)} random readers.`)),
    answer.files.length > 1 && tabs, body));
  open(rest);
  return { go: open };
}

function add(node, ...children) {
  for (const child of children) if (child) node.append(child);
  return node;
}
