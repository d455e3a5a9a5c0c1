// The reading page. The path in the address is the whole of its state.

import { ask, enter, entry, h, replace, say } from "./dom.js";
import { choiceOdds, here as herePanel } from "./dream.js";
import { oneIn, percent, several, spoken } from "./figures.js";
import { set, settings } from "./settings.js";

const address = (path) => `#/read/${path}`;
const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

export async function read(root, rest, { status: first }) {
  let status = first;
  let now = null; // what is on the page, as the server told it
  let drawn = []; // the turns on the page: { path, node }
  let asked = 0;
  let came = "link"; // how the page is being moved: "choice", "undo" or "link"
  let moving = false; // between a key and the page it leads to; keys pressed meanwhile wait
  const pressed = [];
  let readers = { of: null, found: null }; // who will still read each variable, at what is shown
  let calls = 0;

  const prose = h("div", { class: "prose", role: "log", "aria-label": "The story" });
  const choices = h("div", { class: "offer" });
  const panel = h("aside", { class: "panel", "aria-label": "Variables and odds here" });
  const undoButton = h("button", { type: "button", on: { click: undo } }, "Undo");
  const dreamButton = h("button", { type: "button", class: "dreamer", on: { click: toggleDream } }, "The dream");
  const bar = h("div", { class: "reading-bar", role: "toolbar", "aria-label": "Reading" },
    undoButton,
    h("button", { type: "button", on: { click: restart } }, "Begin again"),
    dreamButton,
    h("button", { type: "button", on: { click: copyLink } }, "Copy link"),
    wishes());
  const page = h("div", { class: "page" }, prose, choices);

  function frontPage() {
    const front = status.front;
    drawn = [];
    now = null;
    const figures = status.overview;
    replace(root, h("article", { class: "front" },
      h("h1", {}, status.title),
      front.author && h("p", { class: "author" }, "by ", front.author),
      h("p", { class: "begin" }, h("a", { class: "button", href: address("") }, "Begin")),
      front.notes.length > 0 && h("dl", {}, front.notes.map(([name, text]) => h("div", {}, h("dt", {}, name), h("dd", {}, text)))),
      figures && h("p", { class: "extent" }, figures)));
    document.title = status.title;
  }

  function go(path) {
    moving = true;
    if (location.hash === address(path)) goTo(path); // the same address tells nobody of a change
    else location.hash = address(path);
  }

  /** Do something once the page stands still. */
  function settled(act) {
    if (moving) pressed.push(act);
    else act();
  }

  async function goTo(path) {
    const call = ++calls;
    await show(path);
    if (call !== calls) return; // a later one tells when all is still
    moving = false;
    pressed.shift()?.();
  }

  async function show(path) {
    if (path === null) {
      const front = status.front;
      if (front.title || front.author || front.notes.length) return frontPage();
      path = "";
    }
    const colon = path.indexOf(":"); // `kitchen:0/2` is of the story entered at the kitchen
    const place = colon < 0 ? null : path.slice(0, colon);
    if (place !== null && place !== (entry() ?? status.entry) && status.entries.includes(place)) {
      now = null;
      drawn = [];
      enter(place);
    }
    const turn = ++asked;
    const shared = drawn.filter((d) => d.path === "" || path === d.path || path.startsWith(d.path.endsWith(":") ? d.path : d.path + "/"));
    const have = now && shared.length ? shared.at(-1).path : null;
    let answer;
    try {
      answer = await ask("read", have === null ? { path } : { path, have });
    } catch (error) {
      if (turn === asked) misfit(path, error);
      return;
    }
    if (turn !== asked) return;
    if (came === "choice" && answer.turns.at(-1)?.lines.some((line) => line.restart) && answer.path) {
      say("The story begins again.");
      history.replaceState(null, "", address(""));
      came = "link";
      drawn = [];
      now = null;
      return show("");
    }
    if (!prose.isConnected) replace(root, h("h1", { class: "unseen" }, status.title), h("div", { class: "reader" }, bar, page, panel));
    if (answer.path !== path) history.replaceState(null, "", address(answer.path)); // draws that were made
    now = answer;
    lay(answer);
  }

  function lay(answer) {
    const fresh = answer.turns.length > 0 && answer.known > 0;
    for (const gone of drawn.splice(answer.known)) gone.node.remove();
    if (!answer.known) replace(prose);
    for (const turn of answer.turns) {
      const node = turnNode(turn, fresh && came === "choice");
      if (node.clears) for (const before of drawn) before.node.hidden = true;
      drawn.push({ path: turn.path, node, clears: node.clears });
      prose.append(node);
    }
    const cleared = drawn.findLastIndex((d) => d.clears);
    drawn.forEach((d, i) => { d.node.hidden = i < cleared; });
    drawOffer();
    undoButton.disabled = answer.back === null;
    const last = drawn.at(-1).node;
    if (came === "choice") {
      last.focus({ preventScroll: true });
      last.scrollIntoView({ block: "start", behavior: calm() ? "auto" : "smooth" });
    } else if (came === "undo") {
      (choices.querySelector("button") ?? last).focus({ preventScroll: true });
      choices.scrollIntoView({ block: "nearest" });
    } else if (drawn.length > 1) choices.scrollIntoView({ block: "end" });
    came = "link";
  }

  function turnNode(turn, fading) {
    const node = h("div", { role: "group", class: fading ? "turn new" : "turn", tabindex: "-1", "aria-label": turn.choice === null ? "Beginning" : `After: ${turn.choice}` });
    if (turn.choice !== null) {
      node.append(h("p", { class: "taken" }, h("a", { href: address(turn.path), title: "Go back to here" }, turn.choice)));
    }
    for (const line of turn.lines) {
      if (line.clear) {
        node.querySelectorAll("p.line, figure").forEach((old) => old.remove());
        node.clears = true;
      }
      if (line.image) node.append(h("figure", {}, h("img", { src: "/story/" + line.image.split("/").map(encodeURIComponent).join("/"), alt: "" })));
      if (line.note) node.append(h("p", { class: "remark" }, line.note));
      if (line.text) {
        const names = [...(line.classes ?? []).map((c) => `story-${c.toLowerCase()}`), ...(line.marks ?? []).map((m) => `mark-${m}`)];
        node.append(h("p", { class: ["line", ...names].join(" ") }, line.text));
      }
    }
    for (const problem of turn.problems) node.append(h("p", { class: `remark ${problem.severity}` }, `${problem.message}${problem.file ? ` (${problem.file}:${problem.line})` : ""}`));
    return node;
  }

  function drawOffer() {
    const dream = settings.dream ? now.dream : null;
    root.classList.toggle("dreaming", settings.dream);
    dreamButton.setAttribute("aria-pressed", String(settings.dream));
    const focused = [...choices.querySelectorAll("button.choice")].indexOf(document.activeElement);
    replace(choices,
      now.choices.length > 0 && h("ol", { class: "choices", "aria-label": "Choices" }, now.choices.map((choice, i) =>
        h("li", {},
          h("button", { type: "button", class: ["choice", ...(choice.classes ?? []).map((c) => `story-${c.toLowerCase()}`)].join(" "), on: { click: () => settled(() => choose(i)) } },
            h("span", { class: "number", "aria-hidden": "true" }, i < 10 ? (i + 1) % 10 : "·"),
            h("span", { class: "words" }, choice.text || "…")),
          dream?.choices[i] && choiceOdds(dream.choices[i], dream.outcomes)))),
      now.ended && theEnd());
    if (focused >= 0) choices.querySelectorAll("button.choice")[focused]?.focus({ preventScroll: true });
    panel.hidden = !settings.dream;
    if (settings.dream) drawPanel();
  }

  /** The panel at once, and who will still read each variable as soon as that is known. */
  async function drawPanel() {
    const mine = now;
    const known = readers.of === mine;
    replace(panel, herePanel(mine, status, known ? readers.found : null));
    if (known || !mine.variables.length) return;
    const answer = await ask("readers", { path: mine.path }).catch(() => null);
    if (mine !== now || !settings.dream || !answer?.source) return;
    readers = { of: mine, found: answer.readers };
    const open = panel.querySelector("details")?.open;
    replace(panel, herePanel(mine, status, readers.found));
    if (open !== undefined && panel.querySelector("details")) panel.querySelector("details").open = open;
  }

  function theEnd() {
    const worth = now.dream?.ending;
    // an author's condition may name it otherwise than the story does
    const name = worth ? now.dream.outcomes[worth.outcome].name : now.ending;
    const seen = now.all_words ? now.seen_words / now.all_words : null;
    return h("section", { class: "the-end", "aria-label": "The end" },
      h("h2", {}, now.ending === null ? "The story stops here" : "The end"),
      now.ending === null
        ? h("p", { class: "which" }, "It ran into a fault, not an ending.")
        : now.ending && h("p", { class: "which" }, spoken(name)),
      worth && worth.high - worth.low > 1e-9 && h("p", { class: "rarity" }, `Between ${percent(worth.low)} and ${percent(worth.high)} of readers come here`),
      worth && worth.high - worth.low <= 1e-9 && h("p", { class: "rarity" }, oneIn(worth.low), worth.rank > 0 && worth.of > 1 && ` · ${rank(worth.rank)} likeliest of ${worth.of} endings`),
      h("p", { class: "tallies" },
        `${several(now.words, "word", "words")} in ${several(now.choices_made, "choice", "choices")}`,
        seen !== null && `, ${percent(seen)} of the story's prose`,
        now.unseen_places > 0 && `; ${now.unseen_places} of its ${several(now.all_places, "place", "places")} you have not come to`),
      h("p", { class: "onward" },
        h("button", { type: "button", on: { click: restart } }, "Begin again"),
        now.back !== null && h("button", { type: "button", on: { click: undo } }, "Take the last choice back"),
        status.explored && h("a", { class: "button", href: "#/endings" }, "All endings")));
  }

  function misfit(path, error) {
    now = null;
    drawn = [];
    const fits = error.answer?.fits;
    if (!status.edition) {
      replace(root, h("div", { class: "plain" }, h("h1", {}, "This story can’t be played yet"),
        h("p", {}, "It comes as soon as its files can be: the page follows every save."),
        h("p", {}, h("a", { class: "button", href: "#/problems" }, "See the problems"))));
      return;
    }
    replace(root, h("div", { class: "plain", role: "alert" },
      h("h1", {}, "This link does not fit the story"),
      h("p", {}, `${error.message}.`),
      fits !== undefined && [h("p", {}, "The story may have changed since the link was made."),
        h("p", {}, h("a", { class: "button", href: address(fits) }, fits ? "Read up to where it still fits" : "Read from the beginning"))]));
  }

  function choose(i) {
    if (!now || i >= now.choices.length) return;
    came = "choice";
    go(now.path === "" || now.path.endsWith(":") ? now.path + i : `${now.path}/${i}`);
  }
  function undo() {
    if (now && now.back !== null) {
      came = "undo";
      go(now.back);
    }
  }
  function restart() {
    if (location.hash === address("")) {
      scrollTo(0, 0);
      return;
    }
    came = "link";
    now = null;
    drawn = [];
    go("");
    scrollTo(0, 0);
  }
  function toggleDream() {
    set("dream", !settings.dream);
    if (now) drawOffer();
    if (!status.explored && settings.dream) say("The odds come when every playthrough has been read.");
    else say(settings.dream ? "The dream is on: each choice shows its odds." : "The dream is off.");
  }
  async function copyLink() {
    try {
      await navigator.clipboard.writeText(location.href);
      say("The link is copied.");
      flash(bar, "copied");
    } catch {
      say("The link could not be copied: it is the page's address.");
    }
  }
  function flash(node, name) {
    node.classList.add(name);
    setTimeout(() => node.classList.remove(name), 1200);
  }

  function keys(event) {
    if (!settings.keys || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.closest?.("input, select, textarea")) return;
    if (/^[0-9]$/.test(event.key)) settled(() => choose((Number(event.key) + 9) % 10));
    else if (event.key === "u") settled(undo);
    else if (event.key === "o") toggleDream();
    else if (event.key === "r") settled(restart);
    else return;
    event.preventDefault();
  }

  document.addEventListener("keydown", keys);
  await goTo(rest);
  return {
    go: goTo,
    status(newer) {
      status = newer;
      if (now && settings.dream) drawPanel();
    },
    update(newer) {
      const same = newer.edition === status.edition;
      status = newer;
      if (!now && !root.querySelector(".front")) return goTo(parse());
      if (!now) return frontPage();
      if (!same) {
        now = null;
        drawn = [];
      } else asked++; // what is under way would come without odds
      return goTo(parse());
    },
    leave: () => document.removeEventListener("keydown", keys),
  };
}

const parse = () => {
  const found = /^#\/read\/(.*)$/.exec(location.hash);
  return found ? decodeURI(found[1]) : null;
};

const rank = (n) => (n === 1 ? "the" : n + (n % 100 > 10 && n % 100 < 14 ? "th" : ["th", "st", "nd", "rd"][n % 10] ?? "th"));

/** What readers may wish: theme, size of type, keys. */
function wishes() {
  const themes = [["", "as the system"], ["light", "light"], ["sepia", "sepia"], ["dark", "dark"]];
  const box = h("details", { class: "wishes" },
    h("summary", {}, "Page"),
    h("div", { class: "wish-box" },
      h("fieldset", {}, h("legend", {}, "Theme"), themes.map(([value, name]) =>
        h("label", {}, h("input", { type: "radio", name: "theme", value, checked: settings.theme === value, on: { change: () => set("theme", value) } }), name))),
      h("fieldset", {}, h("legend", {}, "Type"), [[-1, "small"], [0, "medium"], [1, "large"], [2, "huge"]].map(([value, name]) =>
        h("label", {}, h("input", { type: "radio", name: "size", value, checked: settings.size === value, on: { change: () => set("size", value) } }), name))),
      h("fieldset", {}, h("legend", {}, "Keys"),
        h("label", {}, h("input", { type: "checkbox", checked: settings.keys, on: { change: (e) => set("keys", e.target.checked) } }), "1–0 choose, u undo, o odds, r begin again"))));
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && box.open) {
      box.open = false;
      box.querySelector("summary").focus();
    }
  });
  box.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !box.contains(event.relatedTarget)) box.open = false;
  });
  return box;
}
