// A plain breadth-first explorer over inkjs, with no reduction: what reading a story whole costs
// by saving and loading the runtime's own state.
//
//     node explore_by_inkjs.js STORY.json SECONDS
//
// Prints {"states": …, "turns": …, "waiting": …, "depth": …, "seconds": …, "complete": …}. Two
// states are one where their JSON is. Luck is followed as the story's seed has it, one outcome only.
const crypto = require("crypto");
const fs = require("fs");
const path = require("path");
const { Story } = require(path.join(__dirname, "../tests/peers/node_modules/inkjs"));

const [file, seconds] = process.argv.slice(2);
const story = new Story(fs.readFileSync(file, "utf8").replace(/^\ufeff/, ""));
story.onError = () => {};
story.allowExternalFunctionFallbacks = true;

function settle() {
  while (story.canContinue) story.Continue();
  return story.currentChoices.length;
}

const seen = new Set();
let level = [];
function take(into) {
  const offered = settle();
  const json = story.state.ToJson();
  const key = crypto.createHash("sha1").update(json).digest("latin1");
  if (seen.has(key)) return;
  seen.add(key);
  if (offered) into.push([json, offered]);
}

const began = process.hrtime.bigint();
const taken = () => Number(process.hrtime.bigint() - began) / 1e9;
take(level);
let turns = 0, depth = 0, late = false, waiting = 0;
while (level.length && !late) {
  const next = [];
  for (let i = 0; i < level.length && !late; i++) {
    const [json, offered] = level[i];
    for (let choice = 0; choice < offered; choice++) {
      story.state.LoadJson(json);
      story.ChooseChoiceIndex(choice);
      take(next);
      turns++;
    }
    late = taken() > Number(seconds);
    waiting = level.length - i - 1 + next.length;
  }
  if (!late) depth++;
  level = next;
}
console.log(JSON.stringify({
  states: seen.size, turns, waiting, depth, seconds: taken(), complete: !late && !level.length,
}));
