// Makes the packages of what is in dist/bin, or for another architecture in dist/bin-ARCH; scripts/package calls it.
//
// usage: node packaging/make/main.mjs [--arch ARCH] OUTPUT-DIRECTORY [VERSION]

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { projectRoot as root } from "../../scripts/build/executables.mjs";
import { builtFor } from "./built.mjs";
import { writeDebianFiles } from "./debian.mjs";
import { releaseOf } from "./release.mjs";
import { layOut } from "./tree.mjs";

const { values, positionals } = parseArgs({ options: { arch: { type: "string" } }, allowPositionals: true });
const [out = "", version] = positionals;
const built = builtFor(root, values.arch);
const release = releaseOf(root, { version, architecture: values.arch });
const work = mkdtempSync(join(tmpdir(), "lxc-cni-package-"));
process.umask(0o022);
try {
  mkdirSync(out, { recursive: true });
  const made = [await debianPackage(), await tarball(), billOfMaterials()];
  const sums = made.map((path) => `${sha256(path)}  ${basename(path)}\n`).join("");
  writeFileSync(join(out, "SHA256SUMS"), sums);
  for (const path of [...made, join(out, "SHA256SUMS")]) console.log(path);
} finally {
  rmSync(work, { recursive: true });
}

async function debianPackage() {
  const directory = join(work, "deb");
  await layOut({ root, built, directory, prefix: "/usr", release });
  writeDebianFiles({ root, directory, release });
  const path = resolve(out, `lxc-cni_${release.version}_${release.architecture}.deb`);
  setTimes(directory);
  const env = { ...process.env, SOURCE_DATE_EPOCH: String(seconds()) };
  // What xz gives may depend on the number of processors, but for one.
  execFileSync("dpkg-deb", ["--root-owner-group", "-Zxz", "--threads-max=1", "--build", directory, path], {
    env,
    stdio: ["ignore", "ignore", "inherit"],
  });
  return path;
}

async function tarball() {
  const name = `lxc-cni-${release.version}-linux-${release.architecture}`;
  const directory = join(work, "tar");
  await layOut({ root, built, directory, prefix: "/usr/local", release });
  const path = resolve(out, `${name}.tar.gz`);
  const words = [
    ...[
      "--sort=name",
      `--mtime=@${seconds()}`,
      "--owner=0",
      "--group=0",
      "--numeric-owner",
      "--format=ustar",
    ],
    ...[`--transform=s,^\\.,${name},S`, "--use-compress-program=gzip -9n"],
    ...["-C", join(directory, "usr/local"), "-cf", path, "."],
  ];
  execFileSync("tar", words);
  return path;
}

/** On its own, for those who look for what is inside before they install it. */
function billOfMaterials() {
  const path = resolve(out, `lxc-cni-${release.version}-linux-${release.architecture}.cdx.json`);
  copyFileSync(join(work, "deb/usr/share/doc/lxc-cni/sbom.cdx.json"), path);
  return path;
}

function setTimes(directory) {
  const words = ["-exec", "touch", "--no-dereference", `--date=@${seconds()}`, "{}", "+"];
  execFileSync("find", [directory, ...words]);
}

function seconds() {
  return release.time.getTime() / 1000;
}

function sha256(path) {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}
