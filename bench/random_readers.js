// Random readers by inkjs: node random_readers.js STORY.json SECONDS MOST_CHOICES SEED
// Prints {"runs": …, "choices": …, "seconds": …}; loading the story is not timed.
const fs = require("fs");
const path = require("path");
const { Story } = require(path.join(__dirname, "../tests/peers/node_modules/inkjs"));

const [file, seconds, most, seed] = process.argv.slice(2);
let state = Number(seed) + 1;
function random() { // mulberry32
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}

const story = new Story(fs.readFileSync(file, "utf8").replace(/^\ufeff/, ""));
story.onError = () => {};
story.allowExternalFunctionFallbacks = true;
let runs = 0, choices = 0;
const began = process.hrtime.bigint();
let taken = 0;
while (taken < Number(seconds)) {
  story.ResetState();
  for (let made = 0; made <= Number(most); made++) {
    while (story.canContinue) story.Continue();
    const offered = story.currentChoices.length;
    if (!offered || made === Number(most)) break;
    story.ChooseChoiceIndex(Math.floor(random() * offered));
    choices++;
  }
  runs++;
  taken = Number(process.hrtime.bigint() - began) / 1e9;
}
console.log(JSON.stringify({ runs, choices, seconds: taken }));
