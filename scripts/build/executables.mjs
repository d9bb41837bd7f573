import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { chmod, mkdir, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildIdPlaceholder, bundle } from "./bundle.mjs";
import { compile, nativeSources } from "./compile.mjs";
import { requireQuietLoad } from "./load-check.mjs";
import { findToolchain, linkedVersions } from "./toolchain.mjs";

/** The directory of this checkout. */
export const projectRoot = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/**
 * Builds programs for one or both hosts.
 *
 * `outdir/js/NAME` runs under Node.js, `outdir/bin/NAME` by itself; `outdir/maps` has the source maps for the
 * stack traces of the latter. For another architecture they are `outdir/bin-ARCH` and `outdir/maps-ARCH`. The same
 * sources give the same bytes, wherever they lie.
 *
 * @param {object} options
 * @param {{ name: string, main: string, evaluated?: boolean }[]} options.entries What to build: the executable's name,
 *   its main.ts, and whether its modules are evaluated now, and not at each start: then they must not touch the system
 *   before `system.run` does.
 * @param {string} options.outdir
 * @param {("js" | "bin")[]} options.targets
 * @param {boolean} [options.sanitize] Compile native executables with AddressSanitizer and UndefinedBehaviorSanitizer.
 * @param {boolean} [options.tellBlocks] Have native executables tell which blocks of native/ they enter (test/fuzz).
 * @param {string} [options.architecture] What native executables are for; this machine's when absent.
 * @param {boolean} [options.keepMakers] Leave beside native executables what makes their images, as NAME.maker (test/vm).
 * @param {boolean} [options.faults] Build executables whose system fails on demand (test/faults).
 * @returns {Promise<{ path: string, size: number }[]>} What was built.
 */
export async function buildExecutables({
  entries,
  outdir,
  targets,
  sanitize = false,
  tellBlocks = false,
  architecture,
  keepMakers = false,
  faults = false,
}) {
  const suffix = architecture === undefined ? "" : `-${architecture}`;
  const { version } = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8"));
  const built = [];
  for (const target of targets) {
    const directory = join(outdir, target === "bin" ? `bin${suffix}` : target);
    await mkdir(directory, { recursive: true });
    const engine = target === "bin" ? nativeEngine(architecture) : "Node.js";
    const bundles = await Promise.all(
      entries.map(({ main }) => bundle({ main, target, version, engine, root: projectRoot, faults })),
    );
    const codes = bundles.map((modules) => modules.map(({ code }) => code));
    const id = buildId(target, version, codes);
    for (const [index, { name, evaluated = false }] of entries.entries()) {
      const modules = bundles[index].map((module) => ({
        ...module,
        code: module.code.replaceAll(buildIdPlaceholder, id),
      }));
      const write = target === "js" ? writeBundle : writeNative;
      built.push(
        await write({
          directory,
          name,
          modules,
          id,
          sanitize,
          tellBlocks,
          evaluated,
          architecture,
          keepMakers,
        }),
      );
      if (target === "bin") await writeMaps({ directory: join(outdir, `maps${suffix}`), name, modules });
    }
  }
  return built;
}

/** What a native executable is linked with: `QuickJS-ng 0.17.0-1, musl 1.2.6-1`. */
function nativeEngine(architecture) {
  const { directory, reason } = findToolchain({ architecture });
  if (directory === undefined) throw new Error(reason);
  return linkedVersions(directory)
    .map(({ name, version }) => `${name} ${version}`)
    .join(", ");
}

/** What all executables of a build share: a hash of whatever decides how they behave. */
function buildId(target, version, codes) {
  const hash = createHash("sha256");
  const native = target === "bin" ? nativeSources().map((path) => readFileSync(path, "utf8")) : [];
  hash.update(JSON.stringify([target, version, codes, native]));
  return hash.digest("hex").slice(0, 16);
}

async function writeBundle({ directory, name, modules: [{ code }], id }) {
  const path = join(directory, `${name}.js`);
  await replace(path, `${code}//lxc-cni-build:${id}\n`);
  // Runtimes look for a plugin by its name alone. Without an extension, only this file tells Node that it is a module.
  await writeFile(join(directory, "package.json"), '{ "type": "module" }\n');
  await rm(join(directory, name), { force: true });
  await symlink(basename(path), join(directory, name));
  return { path, size: (await stat(path)).size };
}

async function writeNative({ directory, name, modules, id, keepMakers, ...options }) {
  const path = join(directory, name);
  const maker = keepMakers ? `${path}.maker` : undefined;
  if (options.evaluated) await requireQuietLoad(name, modules);
  const executable = await compile({ name, modules, maker, ...options });
  await replace(path, Buffer.concat([executable, Buffer.from(`lxc-cni-build:${id}\n`)]));
  return { path, size: (await stat(path)).size };
}

async function writeMaps({ directory, name, modules }) {
  await rm(join(directory, name), { recursive: true, force: true });
  await mkdir(join(directory, name), { recursive: true });
  for (const module of modules) await writeFile(join(directory, name, `${module.name}.map`), module.map);
}

/** In one step, since the old one may be running. */
async function replace(path, content) {
  const temporary = `${path}.new`;
  await writeFile(temporary, content);
  await chmod(temporary, 0o755);
  await rename(temporary, path);
}
