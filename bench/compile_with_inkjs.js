// Compiling by inkjs: node compile_with_inkjs.js STORY.ink ROUNDS [OUT.json]
// Prints the seconds of each round in one process as JSON: the first cold, the last ones warm.
const fs = require("fs");
const path = require("path");
const modules = path.join(__dirname, "../tests/peers/node_modules/inkjs/compiler");
const { Compiler, CompilerOptions } = require(path.join(modules, "Compiler"));

const [file, rounds, out] = process.argv.slice(2);
const folder = path.dirname(file);
const read = (name) => fs.readFileSync(path.join(folder, name), "utf8").replace(/^\ufeff/, "");
const files = { ResolveInkFilename: (name) => name, LoadInkFileContents: read };
const taken = [];
for (let round = 0; round < Number(rounds); round++) {
  const began = process.hrtime.bigint();
  const options = new CompilerOptions(path.basename(file), [], false, null, files);
  const json = new Compiler(read(path.basename(file)), options).Compile().ToJson();
  taken.push(Number(process.hrtime.bigint() - began) / 1e9);
  if (out) fs.writeFileSync(out, json);
}
console.log(JSON.stringify(taken));
