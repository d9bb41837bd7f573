import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { runCommand } from "../fixture/command.ts";
import { missingForHosts } from "../fixture/host.ts";

const bench = fileURLToPath(new URL("../../scripts/bench/main.mjs", import.meta.url));
const bin = fileURLToPath(new URL("../../dist/bin", import.meta.url));

/** The columns of a line of the table, by their heads; those of one name are told apart by whose they are. */
function rowOf(output: string, what: string): Record<string, string> {
  const lines = output.split("\n");
  const columns = (line = "") => line.trim().split(/ {2,}/);
  const heads = columns(lines.find((line) => /^ +ours /.test(line)));
  const [, ...cells] = columns(lines.find((line) => line.startsWith(`${what} `)));
  let whose = "";
  const named = heads.map((head, index) => {
    if (head !== "quartile" && head !== "ratio") whose = head;
    return [head === whose ? head : `${whose} ${head}`, cells[index] ?? ""];
  });
  return Object.fromEntries(named);
}

test("measures calls of plugins, and of those in another directory in the same run", {
  timeout: 60_000,
}, async ({ skip }) => {
  const reason = await missingForHosts();
  if (reason !== undefined) skip(reason);
  const words = ["--rounds", "1", "--plugins", `again=${bin}`, "^plain, 0 others$", "^host-local$", "^size$"];
  const { output, errors } = await runCommand([process.execPath, bench, ...words], { deadline: 60_000 });
  const milliseconds = /^\d+\.\d\d ms$/;
  for (const what of [
    "ADD, plain, 0 others",
    "CHECK, plain, 0 others",
    "DEL, plain, 0 others",
    "host-local ADD",
  ]) {
    const row = rowOf(output, what);
    expect(row, `${output}${errors}`).toMatchObject({
      ours: expect.stringMatching(milliseconds),
      again: expect.stringMatching(milliseconds),
      "again ratio": expect.stringMatching(/^\d/),
    });
  }
  const { ours, again } = rowOf(output, "size of bridge");
  expect(again).toBe(ours);
  expect(output).not.toContain("failed");
});

describe("a command line that makes no sense", () => {
  test("is answered with what does, and status 2", async () => {
    const { status, errors } = await runCommand([process.execPath, bench, "--plugins", "/nowhere"]);
    expect(status).toBe(2);
    expect(errors).toContain("there is no bridge in /nowhere\n\nusage (as root): npm run bench");
    expect(errors.split("\n")).toContain("  60 at once, plain");
  });
});
