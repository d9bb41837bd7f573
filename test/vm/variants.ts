import { describe } from "vitest";
import { missing, type Variant, variants as variantsHere } from "../fixture/variants.ts";
import type { Contents } from "./machine.ts";

const directory = "/opt/cni/bin";
const native = variantsHere.filter(({ name }) => !name.startsWith("js"));

/** The native executables with both link backends, or the plugins of `LXC_CNI_TEST_PLUGINS`, as a machine has them. */
export const variants: readonly Variant[] = native.map((variant) => ({ ...variant, directory }));

/** Describes a behaviour that all variants share. */
export function describeVariants(behaviour: string, body: (variant: Variant) => void): void {
  for (const variant of variants) describe(`${behaviour} [${variant.name}]`, () => body(variant));
}

/** What a machine needs for the variants; the reason when that is not to be had. */
export function contentsForVariants(): Contents | string {
  const [first] = native;
  if (first === undefined) return "there are no native executables";
  return missing(first) ?? { copies: pluginsAt(directory, first.directory) };
}

/** The plugins of a directory, for a directory in a machine. */
export function pluginsAt(target: string, source: string): Contents["copies"] {
  const names = ["bridge", "host-local"];
  return Object.fromEntries(names.map((name) => [`${target}/${name}`, `${source}/${name}`]));
}
