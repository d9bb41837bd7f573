import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { linkWithImage } from "./image.mjs";
import { findToolchain } from "./toolchain.mjs";

const run = promisify(execFile);
const nativeDirectory = fileURLToPath(new URL("../../native/", import.meta.url));

const languageFlags = ["-std=gnu11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-fno-ident"];
const releaseFlags = [
  "-O2",
  "-fno-pie",
  "-fno-asynchronous-unwind-tables",
  "-fno-unwind-tables",
  "-DWITH_IMAGE",
];
const sanitizerFlags = [
  "-O1",
  "-g",
  "-fno-omit-frame-pointer",
  "-fsanitize=address,undefined",
  "-fno-sanitize-recover=all",
];

/** What has blocks.c told of each block of native/ that is entered. */
const blocks = {
  flags: ["-fsanitize-coverage=trace-pc"],
  source: fileURLToPath(new URL("../../test/fuzz/sanitized/blocks.c", import.meta.url)),
};

/** What only an executable with an image has. The sanitizers watch memory that they have given out themselves. */
const imageSources = ["image.c", "memory.c"];

/** The files of native/ that go into every executable, in the order of their names. */
export function nativeSources() {
  return readdirSync(nativeDirectory)
    .filter((name) => /\.[ch]$/.test(name))
    .sort()
    .map((name) => join(nativeDirectory, name));
}

/**
 * Compiles a bundle into a native executable.
 *
 * @param {object} options
 * @param {string} options.name The name that stack traces show of the program's own module.
 * @param {import("./bundle.mjs").Module[]} options.modules The bundle.
 * @param {boolean} options.sanitize
 * @param {boolean} [options.tellBlocks] Have it tell which blocks of native/ it enters.
 * @param {boolean} options.evaluated Whether its modules are evaluated now, and not at each start.
 * @param {string} [options.maker] Where what makes the image is to be left, too.
 * @param {string} [options.architecture] The one that it is for; this machine's when absent.
 * @returns {Promise<Buffer>} The executable.
 * @throws when scripts/toolchain cannot provide the engine.
 */
export async function compile({
  name,
  modules,
  sanitize,
  tellBlocks = false,
  evaluated,
  architecture,
  maker,
}) {
  const toolchain = findToolchain({ sanitize, architecture });
  if (toolchain.directory === undefined) throw new Error(toolchain.reason);
  const work = await mkdtemp(join(tmpdir(), "lxc-cni-build-"));
  try {
    const tool = (name) => (words) => run(join(toolchain.directory, name), words, { cwd: work });
    const cc = tool("cc");
    await writePrograms({ work, qjsc: tool("qjsc"), name, modules });
    const objects = await compileSources(cc, { toolchain: toolchain.directory, sanitize, tellBlocks });
    const parts = [...objects, join(toolchain.directory, "libquickjs.a")];
    if (sanitize) await cc([...sanitizerFlags, "-o", "executable", ...parts, "-lm"]);
    else
      await linkWithImage({
        toolchain: toolchain.directory,
        work,
        parts,
        how: evaluated ? "evaluated" : "loaded",
      });
    if (maker !== undefined) await copyFile(join(work, "maker"), maker);
    return await readFile(join(work, "executable"));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Turns modules into bytecode: `program.c` has those that each start needs, `later.c` the others. */
async function writePrograms({ work, qjsc, name, modules }) {
  for (const [index, module] of modules.entries()) {
    await writeFile(join(work, module.name), module.code);
    const known = modules
      .filter((other) => other !== module)
      .flatMap((other) => ["-M", `${other.name},other`]);
    // -M: a module that is there already when this one is; -n: its name; -s: no source text.
    const words = ["-m", "-s", "-P", "-M", "lxc-cni:host,host", ...known];
    const isOwn = module.name === "program.js";
    await qjsc([
      ...words,
      "-n",
      isOwn ? name : module.name,
      "-N",
      `module_${index}`,
      "-o",
      `${index}.c`,
      module.name,
    ]);
  }
  const numbered = modules.map((module, index) => ({ ...module, index }));
  const write = (file, list, these) => writeFile(join(work, `${file}.c`), listInC(list, these));
  await write(
    "program",
    "modules",
    numbered.filter(({ later }) => !later),
  );
  await write(
    "later",
    "later_modules",
    numbered.filter(({ later }) => later),
  );
}

/** A list of modules, as native/engine.h declares it. */
function listInC(list, modules) {
  return `#include "engine.h"
${modules.map(({ index }) => `#include "${index}.c"\n`).join("")}
const struct module ${list}[] = {
${modules.map(({ name, index }) => `  {"${name}", module_${index}, sizeof(module_${index})},\n`).join("")}  {0},
};
`;
}

/** Compiles native/ and the program; returns the names of the objects. */
async function compileSources(cc, { toolchain, sanitize, tellBlocks }) {
  const sources = nativeSources()
    .filter((path) => path.endsWith(".c"))
    .filter((path) => !sanitize || !imageSources.includes(basename(path)));
  if (tellBlocks) sources.push(blocks.source);
  await cc([
    ...languageFlags,
    ...(sanitize ? sanitizerFlags : releaseFlags),
    ...(tellBlocks ? blocks.flags : []),
    `-ffile-prefix-map=${nativeDirectory}=native/`,
    `-I${toolchain}`,
    `-I${nativeDirectory}`,
    "-c",
    "program.c",
    "later.c",
    ...sources,
  ]);
  return ["program.o", "later.o", ...sources.map((path) => `${basename(path, ".c")}.o`)];
}
