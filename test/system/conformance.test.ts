import { spawnSync } from "node:child_process";
import { closeSync, copyFileSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { buildProgram, buildsPrograms, kinds, withDirectory } from "./build.ts";
import { withNetns } from "./netns.ts";

buildsPrograms();

test.each(kinds)("the system behaves as written down (%s)", async (kind) => {
  const observed = await withDirectory(async (directory) => {
    const program = await buildProgram("conformance", kind, directory);
    return withNetns(2, ([first = "", second = ""]) =>
      observe(program, join(directory, "scratch"), first, second),
    );
  });
  expect(observed.stderr).toBe("");
  await expect(observed.stdout).toMatchFileSnapshot("./conformance.expected.txt");
  expect(observed.status).toBe(7);
});

/** What Node cannot give a child: an environment that is no UTF-8, and descriptor 3 as the only one to hand on. */
const surroundings = `
  export ILL_FORMED=$'x\\377y' EMPTY=
  umask 022
  for descriptor in /proc/$$/fd/*; do
    if (( \${descriptor##*/} > 2 )); then eval "exec \${descriptor##*/}>&-"; fi
  done
  exec 3< /dev/null "$@"
`;

/** Runs the program with everything that it asks for. */
function observe(program: string, scratch: string, firstNetns: string, secondNetns: string) {
  mkdirSync(scratch);
  const busy = `${scratch}-busy`;
  copyFileSync("/bin/true", busy);
  const writer = openSync(busy, "r+");
  try {
    const own = [program, scratch, firstNetns, secondNetns, busy, "", "a b", "€"];
    // With mounts of its own, since it makes some, and as somebody with more than one group.
    const words = ["--mount", "setpriv", "--groups=0,4", "bash", "-c", surroundings, "bash", ...own];
    return spawnSync("unshare", words, { encoding: "utf8", timeout: 60_000 });
  } finally {
    closeSync(writer);
  }
}
