import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";

/** Runs `use` with the paths of new network namespaces, which are gone afterwards. */
export async function withNetns<Result>(
  count: number,
  use: (paths: string[]) => Promise<Result> | Result,
): Promise<Result> {
  const names: string[] = [];
  try {
    for (let i = 0; i < count; i++) {
      const name = `lxc-cni-test-${randomBytes(4).toString("hex")}`;
      execFileSync("ip", ["netns", "add", name]);
      names.push(name);
    }
    return await use(names.map((name) => `/run/netns/${name}`));
  } finally {
    for (const name of names) execFileSync("ip", ["netns", "delete", name]);
  }
}
