import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { findToolchain } from "../../scripts/build/toolchain.mjs";
import { outputOf, runCommand } from "../fixture/command.ts";
import { inherited } from "../fixture/debian-package.ts";
import { isForArm64 } from "../system/elf.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const work = mkdtempSync(join(tmpdir(), "lxc-cni-packaging-"));
const release = { SOURCE_DATE_EPOCH: "1790000000", DEBFULLNAME: "Test", DEBEMAIL: "test@example.org" };
const run = async (...argv: string[]) =>
  outputOf(await runCommand(argv, { env: { ...inherited(), ...release }, deadline: 100_000 }));

const reason = missing();
beforeEach(({ skip }) => {
  if (reason !== undefined) skip(reason);
});

beforeAll(async () => {
  if (reason !== undefined) return;
  const words = ["--arch", "arm64", "--no-build", "--version", "0.1.0~1", "--out", `${work}/out`];
  await run(`${root}scripts/package`, ...words);
  await run("dpkg-deb", "--raw-extract", `${work}/out/lxc-cni_0.1.0~1_arm64.deb`, `${work}/deb`);
  await run("mkdir", `${work}/tar`);
  const tarball = `${work}/out/lxc-cni-0.1.0~1-linux-arm64.tar.gz`;
  await run("tar", "-C", `${work}/tar`, "--strip-components=1", "-xf", tarball);
}, 120_000);

afterAll(() => rmSync(work, { recursive: true }));

test("packages for arm64 are made on another architecture", async () => {
  expect(readFileSync(`${work}/deb/DEBIAN/control`, "utf8")).toContain("\nArchitecture: arm64\n");
  expect(readdirSync(`${work}/out`).sort()).toEqual([
    "SHA256SUMS",
    "lxc-cni-0.1.0~1-linux-arm64.cdx.json",
    "lxc-cni-0.1.0~1-linux-arm64.tar.gz",
    "lxc-cni_0.1.0~1_arm64.deb",
  ]);
  await run("sh", "-c", 'cd "$1" && sha256sum --check --quiet SHA256SUMS', "sh", `${work}/out`);
});

test("they hold executables for arm64, and what those print", () => {
  for (const [tree, prefix] of [
    ["deb", "usr/"],
    ["tar", ""],
  ]) {
    for (const name of ["bridge", "host-local", "lxc-cni"]) {
      const executable = readFileSync(join(work, `${tree}/${prefix}libexec/lxc-cni/${name}`));
      expect(executable.equals(readFileSync(`${root}dist/bin-arm64/${name}`)), name).toBe(true);
      expect(isForArm64(executable), name).toBe(true);
    }
    const completion = join(work, `${tree}/${prefix}share/bash-completion/completions/lxc-cni`);
    expect(readFileSync(completion, "utf8")).toContain("explain");
  }
});

test("they say what is inside the executables, and under which licences", async () => {
  const bill = JSON.parse(readFileSync(`${work}/out/lxc-cni-0.1.0~1-linux-arm64.cdx.json`, "utf8"));
  const inside = bill.components.map(({ name, version }: Component) => `${name} ${version}`);
  const [, printed = ""] = (await run("qemu-aarch64", `${root}dist/bin-arm64/lxc-cni`, "version")).split(
    "\n",
  );
  expect(inside.join(", ")).toBe(printed.toLowerCase());
  expect(inside.map((each: string) => each.split(" ")[0])).toEqual(["quickjs-ng", "musl", "libgcc"]);
  for (const { name, hashes } of bill.metadata.component.components as Component[]) {
    const sum = createHash("sha256")
      .update(readFileSync(`${root}dist/bin-arm64/${name}`))
      .digest("hex");
    expect(hashes?.[0]?.content).toBe(sum);
  }
  const copyright = readFileSync(`${work}/deb/usr/share/doc/lxc-cni/copyright`, "utf8");
  for (const directory of ["quickjs-ng", "musl", "libgcc"])
    expect(copyright).toContain(`Files: ${directory}/`);
});

interface Component {
  readonly name: string;
  readonly version: string;
  readonly hashes?: readonly { readonly content: string }[];
}

function missing(): string | undefined {
  const toolchain = findToolchain({ architecture: "arm64" });
  if (toolchain.directory === undefined) return toolchain.reason;
  if (!existsSync(`${root}dist/bin-arm64/lxc-cni`))
    return "dist/bin-arm64 has not been built (npm run build -- --arch arm64 says why)";
  return existsSync("/usr/bin/dpkg-deb") ? undefined : "needs dpkg-deb: this is no Debian";
}
