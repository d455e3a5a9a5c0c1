// What a reader has set for themselves; kept by the browser where it allows that.

const KEY = "foretell";
const FIRST = { theme: "", size: 0, keys: true, dream: false };

let kept;
try {
  kept = { ...FIRST, ...JSON.parse(localStorage.getItem(KEY) ?? "{}") };
} catch {
  kept = { ...FIRST };
}

let storyTheme = "";

export const settings = kept;

export function set(name, value) {
  kept[name] = value;
  try {
    localStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    // a browser that keeps nothing still shows what was set
  }
  apply();
}

/** The theme a story asks for stands until the reader chooses one. */
export function suggest(theme) {
  storyTheme = ["light", "sepia", "dark"].includes(theme) ? theme : "";
  apply();
}

export function apply() {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const root = document.documentElement;
  root.dataset.theme = kept.theme || storyTheme || (dark ? "dark" : "light");
  root.dataset.size = kept.size;
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", apply);
