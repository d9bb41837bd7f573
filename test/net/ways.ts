import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { buildExecutables } from "../../scripts/build/executables.mjs";
import type { Container } from "../fixture/container.ts";
import type { Host } from "../fixture/host.ts";
import { missingToolchain } from "../system/build.ts";
import type { Wish } from "./programs/links.ts";

/** The ways in which links are worked on: what runs the program, and which backend it uses. */
export const ways = [
  { name: "bin, netlink", target: "bin", backend: "netlink" },
  { name: "bin, iproute2", target: "bin", backend: "iproute2" },
  { name: "js, iproute2", target: "js", backend: "iproute2" },
] as const;
export type Way = (typeof ways)[number];

const targets = missingToolchain === undefined ? (["bin", "js"] as const) : (["js"] as const);

/** Whether this machine can have that way. */
export function isBuilt({ target }: Way): boolean {
  return targets.some((each) => each === target);
}

/** Where this file's programs are; each test file has its own. */
const built = mkdtempSync(join(tmpdir(), "lxc-cni-test-"));

/** Has programs/links.ts ready for the tests of a file. */
export function buildLinksProgram(): void {
  beforeAll(async () => {
    const entries = [{ name: "links", main: join(import.meta.dirname, "programs/links.ts") }];
    await buildExecutables({ entries, outdir: built, targets: [...targets] });
  }, 120_000);
  afterAll(() => rmSync(built, { recursive: true }));
}

/** What came of wishes: an answer for each, and the backend that worked on them. */
export interface Answers {
  readonly backend: string;
  readonly answers: readonly unknown[];
}

/** Has programs/links.ts do something on a host, with a container as the one of the attachment. */
export async function wish(
  host: Host,
  way: Way,
  { netns }: Container,
  wishes: readonly Wish[],
): Promise<Answers> {
  const input = JSON.stringify({ netns, wishes });
  const output = await host.run([`${built}/${way.target}/links`], {
    input,
    env: { LXC_CNI_LINKS: way.backend },
  });
  // What was undefined in an answer is null in a list.
  return JSON.parse(output, (_, value) => value ?? undefined);
}
