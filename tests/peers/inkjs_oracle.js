// inkjs as an oracle: one JSON request a line on stdin, one JSON answer a line on stdout.
//
//   {"op": "compile", "source": "…", "files": {"part.ink": "…"}, "count_all": false}
//     -> {"handle": 1, "json": "…", "errors": […], "warnings": […], "notes": […]}
//   {"op": "load", "json": "…"}  -> {"handle": 2}
//   {"op": "play", "handle": 1, "choices": [0, 2], "random": 7, "max_turns": 30,
//    "draws": [3, 0], "seed": 7, "start": "knot", "fresh": false, "bind": ["sound"],
//    "externals": {"weather": ["rain", 1, true, {"float": 2}, {"list": ["red"]}]},
//    "variables": true, "counts": true}
//     -> {"turns": [{"lines": [{"text", "tags"}], "choices": [{"text", "tags"}],
//                    "problems": [{"severity", "message", "line"}], "draws": [{"kind",
//                    "outcomes", "outcome"}], "picked", "ended"}], "hang": …, "crash": …}
//
// Two things of inkjs are changed while it runs, both by replacing methods of its modules:
//
// Chance.  Every draw takes its outcome from the request (`draws`, and when they are used up the
// generator `mix` below, so that a caller can foresee it) and is reported. The outcome of
// RANDOM(a, b) is the value, of LIST_RANDOM the position in the list sorted by value and origin,
// of a shuffle the element's index, of an EXTERNAL the place of what it returns among its values;
// a shuffle deals without replacement. inkjs reads ahead of a
// line's end and takes the state back, so the log of draws is kept in the state.
//
// Numbers.  inkjs computes with JavaScript's numbers; ink is C#. Integers are made 32 bits wide,
// floats single precision, a float stays a float when it happens to be whole (also through
// JSON), division truncates, and floats print as C# prints them. The environment variable
// ORACLE_NUMBERS=plain leaves all that as inkjs has it.
"use strict";

const readline = require("readline");
const path = require("path");
const { Compiler, CompilerOptions } = require("inkjs/compiler/Compiler");
const { Story } = require("inkjs/engine/Story");
const { StoryState } = require("inkjs/engine/StoryState");
const { ControlCommand } = require("inkjs/engine/ControlCommand");
const { NativeFunctionCall } = require("inkjs/engine/NativeFunctionCall");
const { InkList } = require("inkjs/engine/InkList");
const { JsonSerialisation } = require("inkjs/engine/JsonSerialisation");
const { SimpleJson } = require("inkjs/engine/SimpleJson");
const { StoryException } = require("inkjs/engine/StoryException");
const { AbstractValue, BoolValue, FloatValue, IntValue, ListValue, ValueType } =
  require("inkjs/engine/Value");
const { Void } = require("inkjs/engine/Void");

class Hang extends Error {} // its message says which limit: steps, time or lines

// ---------------------------------------------------------------- chance

// The k-th number of a stream: 32 bits, the same arithmetic as in inkjs.py.
function mix(seed, k) {
  let x = (seed + Math.imul(k + 1, 0x9e3779b9)) >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad) >>> 0;
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97) >>> 0;
  return (x ^ (x >>> 15)) >>> 0;
}

// Seconds of processor time: other work on the machine must not make a turn look endless.
const spent = () => process.cpuUsage().user / 1e6;

let play = null; // what the running `play` request asked for, and its budget

// A log of draws is a linked list, so that a copied state shares it: {before, draw, length}.
// A draw that has a single outcome is no draw: it is not counted (shuffles still remember it).
const logOf = (state) => state.drawLog || null;
const lengthOf = (log) => (log ? log.length : 0);

function takeDraw(state, kind, outcomes, among, extra) {
  const log = logOf(state);
  const k = lengthOf(log);
  const forced = play.draws && k < play.draws.length ? play.draws[k] : null;
  const isDraw = outcomes > 1;
  const outcome = isDraw && forced !== null ? forced : among(mix(play.seed, k) % outcomes);
  const draw = { kind, outcomes, outcome, ...extra };
  state.drawLog = { before: log, draw, length: k + (isDraw ? 1 : 0) };
  return outcome;
}

function drawsBetween(log, from) {
  const out = [];
  for (; lengthOf(log) > from; log = log.before) {
    const { kind, outcomes, outcome } = log.draw;
    if (outcomes > 1) out.push({ kind, outcomes, outcome });
  }
  return out.reverse();
}

const copyState = StoryState.prototype.CopyAndStartPatching;
StoryState.prototype.CopyAndStartPatching = function (...args) {
  const copy = copyState.apply(this, args);
  copy.drawLog = this.drawLog;
  return copy;
};

const perform = Story.prototype.PerformLogicAndFlowControl;
Story.prototype.PerformLogicAndFlowControl = function (content) {
  if (content instanceof ControlCommand && play) {
    const stack = this.state.evaluationStack;
    const top = stack[stack.length - 1];
    if (content.commandType === ControlCommand.CommandType.Random) {
      const low = stack[stack.length - 2];
      if (top instanceof IntValue && low instanceof IntValue) {
        const outcomes = top.value - low.value + 1;
        if (outcomes > 0 && outcomes <= 2 ** 31) {
          this.state.PopEvaluationStack();
          this.state.PopEvaluationStack();
          const value = takeDraw(this.state, "random", outcomes, (i) => low.value + i);
          this.state.PushEvaluationStack(new IntValue(value));
          return true;
        }
      }
    } else if (content.commandType === ControlCommand.CommandType.ListRandom) {
      if (top instanceof ListValue && top.value.Count > 0) {
        this.state.PopEvaluationStack();
        const items = sortedItems(top.value);
        const at = takeDraw(this.state, "list", items.length, (i) => i);
        const chosen = new InkList(items[at].Key.originName, this);
        chosen.Add(items[at].Key, items[at].Value);
        this.state.PushEvaluationStack(new ListValue(chosen));
        return true;
      }
    }
  }
  return perform.call(this, content);
};

function sortedItems(list) {
  const items = list.orderedItems;
  const order = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
  return items.sort(
    (x, y) =>
      x.Value - y.Value ||
      order(x.Key.originName, y.Key.originName) ||
      order(x.Key.itemName, y.Key.itemName)
  );
}

const shuffle = Story.prototype.NextSequenceShuffleIndex;
Story.prototype.NextSequenceShuffleIndex = function () {
  const stack = this.state.evaluationStack;
  const [count, elements] = [stack[stack.length - 2], stack[stack.length - 1]];
  const container = this.state.currentPointer.container;
  if (!play || !container || !(count instanceof IntValue) || !(elements instanceof IntValue))
    return shuffle.call(this);
  this.state.PopEvaluationStack();
  this.state.PopEvaluationStack();
  const where = container.path.toString();
  const round = Math.floor(count.value / elements.value);
  const left = Array.from({ length: elements.value }, (_, i) => i);
  for (let log = logOf(this.state); log; log = log.before) {
    const { where: there, round: then, outcome } = log.draw;
    if (there === where && then === round) left.splice(left.indexOf(outcome), 1);
  }
  return takeDraw(this.state, "shuffle", left.length, (i) => left[i], { where, round });
};

const step = Story.prototype.Step;
Story.prototype.Step = function () {
  if (play) {
    play.steps += 1;
    if (play.steps > play.maxSteps) throw new Hang("steps");
    if (play.steps % 4096 === 0 && spent() > play.deadline) throw new Hang("time");
  }
  return step.call(this);
};

// A value that an EXTERNAL returns, as JSON says it.
function hosted(value, story) {
  if (value === null || typeof value !== "object") return value;
  if ("float" in value) return new Single(value.float);
  let list = new InkList();
  for (const item of value.list) list = list.Union(InkList.FromString(item, story));
  return list;
}

class Single {
  constructor(value) {
    this.value = value;
  }
}

const create = AbstractValue.Create;
AbstractValue.Create = function (value, ...more) {
  if (!(value instanceof Single)) return create.call(this, value, ...more);
  const made = new FloatValue(value.value);
  made.value = value.value;
  return made;
};

// Bind each EXTERNAL to a draw among its values; gives what takes that back.
function bindDraws(story, externals) {
  const before = new Map();
  for (const [name, values] of Object.entries(externals)) {
    before.set(name, story._externals.get(name));
    story._externals.delete(name);
    const outcome = () => takeDraw(story.state, "external", values.length, (i) => i);
    story.BindExternalFunction(name, () => hosted(values[outcome()], story), true);
  }
  return () => {
    for (const [name, was] of before)
      if (was) story._externals.set(name, was);
      else story._externals.delete(name);
  };
}

// ---------------------------------------------------------------- numbers

// A single as C# prints it: the shortest digits that read back, exponents from 1E+07 and 1E-05.
function printSingle(value) {
  if (Number.isNaN(value)) return "NaN";
  if (value === Infinity) return "Infinity";
  if (value === -Infinity) return "-Infinity";
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  let precision = 1;
  while (Math.fround(Number(value.toExponential(precision - 1))) !== value) precision += 1;
  const [digits, power] = value.toExponential(precision - 1).split("e");
  const exponent = Number(power);
  if (exponent >= 7 || exponent < -5) {
    const size = String(Math.abs(exponent)).padStart(2, "0");
    return `${digits}E${exponent < 0 ? "-" : "+"}${size}`;
  }
  const sign = value < 0 ? "-" : "";
  const plain = digits.replace("-", "").replace(".", "");
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${plain}`;
  const whole = plain.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  const rest = plain.slice(exponent + 1);
  return sign + whole + (rest ? "." + rest : "");
}

class JsonFloat {
  constructor(value) {
    this.value = value;
  }
}

// Writes every number of a JSON text that has a point or an exponent as a tagged object.
function markFloats(text) {
  return text.replace(
    /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g,
    (token) => (token[0] !== '"' && /[.eE]/.test(token) ? `{"\\u0001float":${token}}` : token)
  );
}

if (process.env.ORACLE_NUMBERS !== "plain") {
  const number = (type, fit) =>
    Object.defineProperty(type.prototype, "value", {
      configurable: true,
      get() {
        return this._number;
      },
      set(value) {
        this._number = fit(value);
      },
    });
  number(FloatValue, Math.fround);
  number(IntValue, (value) => Number(BigInt.asIntN(32, BigInt(Math.trunc(value) || 0))));
  FloatValue.prototype.toString = function () {
    return printSingle(this.value);
  };
  const castFloat = FloatValue.prototype.Cast;
  FloatValue.prototype.Cast = function (type) {
    if (type === ValueType.String) return AbstractValue.Create(printSingle(this.value));
    if (type === ValueType.Int) return new IntValue(Math.trunc(this.value));
    return castFloat.call(this, type);
  };
  FloatValue.prototype.Copy = function () {
    return float(this.value);
  };

  // The operators whose result inkjs types by looking at the number are computed here.
  const floats = {
    "+": (x, y) => x + y,
    "-": (x, y) => x - y,
    "*": (x, y) => x * y,
    "/": (x, y) => x / y,
    "%": (x, y) => x % y,
    MIN: Math.min,
    MAX: Math.max,
    POW: Math.pow,
    FLOOR: Math.floor,
    CEILING: Math.ceil,
    _: (x) => -x,
  };
  const float = (x) => {
    const made = new FloatValue(x);
    made.value = x; // the constructor makes 0 of -0 and of NaN
    return made;
  };
  const callType = NativeFunctionCall.prototype.CallType;
  NativeFunctionCall.prototype.CallType = function (parameters) {
    const [first, second] = parameters;
    const isFloat = first.valueType === ValueType.Float;
    if (isFloat || first.valueType === ValueType.Int) {
      const x = first.value;
      const y = second ? second.value : null;
      if (this.name === "INT") return new IntValue(Math.trunc(x));
      if (this.name === "FLOAT") return float(x);
      if (this.name === "!") return new BoolValue(x === 0);
      if (this.name === "POW" || (isFloat && this.name in floats))
        return float(floats[this.name](x, y));
      if (!isFloat && (this.name === "/" || this.name === "%")) {
        if (y === 0) throw new StoryException("Attempted to divide by zero."); // .NET's words
        return new IntValue(this.name === "/" ? Math.trunc(x / y) : x % y);
      }
      if (!isFloat && this.name === "*") return new IntValue(Math.imul(x, y));
    }
    return callType.call(this, parameters);
  };

  const readToken = JsonSerialisation.JTokenToRuntimeObject;
  JsonSerialisation.JTokenToRuntimeObject = function (token) {
    if (token instanceof JsonFloat) return new FloatValue(token.value);
    return readToken.call(this, token);
  };
  const writer = SimpleJson.Writer.prototype;
  writer.WriteFloat = function (value) {
    if (value === null) return;
    this.StartNewObject(false);
    let text = printSingle(value);
    if (text === "Infinity") text = "3.4E+38";
    else if (text === "-Infinity") text = "-3.4E+38";
    else if (text === "NaN") text = "0.0";
    else if (!/[.E]/.test(text)) text += ".0";
    this._addToCurrentObject(`\u0001${text}\u0001`);
  };
  const write = writer.toString;
  writer.toString = function () {
    return write.call(this).replace(/"\\u0001([^"\\]*)\\u0001"/g, "$1");
  };
}

function readJson(text) {
  if (process.env.ORACLE_NUMBERS === "plain") return text;
  return JSON.parse(markFloats(text.replace(/^\ufeff/, "")), (_, value) =>
    value && typeof value === "object" && "\u0001float" in value
      ? new JsonFloat(value["\u0001float"])
      : value
  );
}

// ---------------------------------------------------------------- requests

const stories = new Map(); // handle -> Story; the oldest are forgotten
let lastHandle = 0;

function keep(story) {
  story.allowExternalFunctionFallbacks = true;
  lastHandle += 1;
  stories.set(lastHandle, story);
  if (stories.size > 64) stories.delete(stories.keys().next().value);
  return lastHandle;
}

function fileHandler(files) {
  const tidy = (name) => path.posix.normalize(name.replace(/\\/g, "/"));
  const byName = new Map(Object.entries(files).map(([name, text]) => [tidy(name), text]));
  return {
    ResolveInkFilename: (name) => tidy(name),
    LoadInkFileContents: (name) => {
      if (!byName.has(tidy(name))) throw new Error(`Cannot open ${name}.`);
      return byName.get(tidy(name));
    },
  };
}

function compile(request) {
  const options = new CompilerOptions(
    request.name || null, [], !!request.count_all, null, fileHandler(request.files || {})
  );
  const compiler = new Compiler(request.source, options);
  const answer = { handle: null, json: null, crash: null };
  try {
    const story = compiler.Compile();
    if (compiler.errors.length === 0) {
      answer.json = story.ToJson();
      answer.handle = keep(story);
    }
  } catch (error) {
    if (compiler.errors.length === 0) answer.crash = String(error && error.message);
  }
  answer.errors = compiler.errors;
  answer.warnings = compiler.warnings;
  answer.notes = compiler.authorMessages;
  return answer;
}

function onePlay(request) {
  const story = stories.get(request.handle);
  if (!story) return { error: "no such handle" };
  play = {
    draws: request.draws || null,
    seed: request.seed || 0,
    steps: 0,
    maxSteps: request.max_steps || 300000,
    deadline: spent() + (request.max_seconds || 5),
  };
  const choices = request.choices || [];
  const maxTurns = request.max_turns ?? choices.length;
  const turns = [];
  const answer = { turns, hang: null, crash: null };
  let turn = null;
  let drawn = 0;
  let unbind = () => {};
  story.onError = (message, type) =>
    turn.problems.push({
      severity: type === 2 ? "error" : "warning",
      message,
      line: turn.lines.length,
    });
  try {
    story._stateSnapshotAtLastNewline = null;
    story._recursiveContinueCount = 0;
    story._asyncContinueActive = false;
    story._temporaryEvaluationContainer = null;
    story.ResetState();
    for (const name of request.bind || [])
      if (!story._externals.has(name)) story.BindExternalFunction(name, () => 0, true);
    unbind = bindDraws(story, request.externals || {});
    if (request.start) {
      turn = { lines: [], problems: [] };
      while (!request.fresh && story.canContinue) turn.lines.push(story.Continue());
      play.steps = 0;
      story.ChoosePathString(request.start);
    }
    for (;;) {
      turn = { lines: [], choices: [], problems: [], draws: [], picked: null, ended: false };
      turns.push(turn);
      play.steps = 0;
      while (story.canContinue) {
        const text = story.Continue();
        turn.lines.push({ text, tags: story.currentTags });
        if (turn.lines.length > (request.max_lines || 2000)) throw new Hang("lines");
      }
      turn.draws = drawsBetween(logOf(story.state), drawn);
      drawn = lengthOf(logOf(story.state));
      turn.choices = story.currentChoices.map((c) => ({ text: c.text, tags: c.tags || [] }));
      if (request.variables) turn.variables = globals(story);
      if (request.counts) turn.counts = visitCounts(story);
      turn.ended = turn.choices.length === 0;
      const done = turns.length - 1;
      if (turn.ended || done >= maxTurns) break;
      if (done < choices.length) turn.picked = choices[done];
      else if (request.random !== undefined && request.random !== null)
        turn.picked = mix(request.random, done) % turn.choices.length;
      else break;
      if (turn.picked >= turn.choices.length) break;
      story.ChooseChoiceIndex(turn.picked);
    }
  } catch (error) {
    if (error instanceof Hang) {
      answer.hang = error.message;
      turn.draws = drawsBetween(logOf(story.state), drawn); // who plays it again takes the same way
    } else if (error instanceof StoryException) answer.crash = "story: " + error.message;
    else answer.crash = String((error && error.message) || error);
  } finally {
    unbind();
    play = null;
  }
  return answer;
}

function globals(story) {
  const out = {};
  for (const [name] of story.variablesState._globalVariables) {
    out[name] = String(story.state.variablesState.GetVariableWithName(name));
  }
  return out;
}

function visitCounts(story) {
  const out = {};
  for (const [where, count] of story.state._visitCounts) out[where] = count;
  return out;
}

function answerTo(request) {
  switch (request.op) {
    case "compile":
      return compile(request);
    case "load":
      return { handle: keep(new Story(readJson(request.json))) };
    case "play":
      return onePlay(request);
    default:
      return { error: `unknown op ${request.op}` };
  }
}

console.log = console.warn = console.error = () => {};
readline.createInterface({ input: process.stdin, terminal: false }).on("line", (line) => {
  let answer;
  try {
    answer = answerTo(JSON.parse(line));
  } catch (error) {
    answer = { error: String((error && error.message) || error) };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
});
