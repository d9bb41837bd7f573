import { expect, test } from "vitest";
import { type Import, partOf, productFiles, productImports } from "./imports.ts";

/**
 * What each part of the product may import beside itself. A line names lines above it only, so imports point
 * downwards: lxc -> plugins -> ipam -> lib.
 */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  "lib/encoding": [],
  "lib/system": ["lib/encoding"],
  "lib/ip": ["lib/encoding"],
  "lib/cni": ["lib/encoding", "lib/system", "lib/ip"],
  "lib/net": ["lib/encoding", "lib/system", "lib/ip", "lib/cni"],
  "lib/runtime": ["lib/encoding", "lib/system", "lib/ip", "lib/cni"],
  "ipam/host-local": ["lib/encoding", "lib/system", "lib/ip", "lib/cni", "lib/net"],
  "plugins/bridge": ["lib/system", "lib/ip", "lib/cni", "lib/net", "ipam/host-local"],
  lxc: [
    ...["lib/encoding", "lib/system", "lib/ip", "lib/cni", "lib/net", "lib/runtime"],
    ...["ipam/host-local", "plugins/bridge"],
  ],
};

/** Parts that compute and nothing else: the same answer for the same question, on every host. */
const pure = ["lib/encoding", "lib/ip"];

/** What others may know of lib/system. The door itself is `#system`. */
const openToAll = ["lib/system/system.ts", "lib/system/error.ts"];

const imports = productImports();
const betweenParts = imports.filter(
  ({ file, target }) => isFile(target) && partOf(file) !== partOf(target) && !isDeclaration(file),
);

test("every part of the product is in the table, and the table has no other", () => {
  const parts = productFiles()
    .filter((file) => !isDeclaration(file))
    .map(partOf);
  expect([...new Set(parts)].sort()).toEqual(Object.keys(mayImport).sort());
});

test("the table points downwards", () => {
  const parts = Object.keys(mayImport);
  for (const [index, part] of parts.entries()) {
    expect(parts.slice(0, index), part).toEqual(expect.arrayContaining([...(mayImport[part] ?? [])]));
  }
});

test("parts import what the table allows, and no more", () => {
  const forbidden = betweenParts.filter(
    ({ file, target }) => !mayImport[partOf(file)]?.includes(partOf(target)),
  );
  expect(forbidden.map(inWords)).toEqual([]);
});

test("the table allows nothing that is not made use of", () => {
  const used = new Set(betweenParts.map(({ file, target }) => `${partOf(file)} -> ${partOf(target)}`));
  const allowed = Object.entries(mayImport).flatMap(([part, others]) =>
    others.map((other) => `${part} -> ${other}`),
  );
  expect(allowed.filter((edge) => !used.has(edge))).toEqual([]);
});

test("lib/system is entered by its door", () => {
  const others = betweenParts.filter(
    ({ target }) => partOf(target) === "lib/system" && !openToAll.includes(target),
  );
  expect(others.map(inWords)).toEqual([]);
});

test("parts that only compute do not open it", () => {
  const impure = imports.filter(({ file, target }) => target === "#system" && pure.includes(partOf(file)));
  expect(impure.map(inWords)).toEqual([]);
});

test("nothing else is imported, but by the two hosts and by schemas", () => {
  const foreign = imports.filter(
    ({ file, target }) => !isFile(target) && target !== "#system" && !mayUse(file, target),
  );
  expect(foreign.map(inWords)).toEqual([]);
});

/** Modules from outside that a file may import. */
function mayUse(file: string, module: string): boolean {
  if (file === "lib/system/node.ts" || file.startsWith("lib/system/node/")) return module.startsWith("node:");
  if (file === "lib/system/native.ts" || file.startsWith("lib/system/native/"))
    return module === "lxc-cni:host";
  return file.endsWith(".schema.ts") && module === "typebox";
}

function isFile(target: string): boolean {
  return target.endsWith(".ts");
}

/** A file that only declares what the build puts in place. */
function isDeclaration(file: string): boolean {
  return file.endsWith(".d.ts");
}

function inWords({ file, target }: Import): string {
  return `${file} imports ${target}`;
}
