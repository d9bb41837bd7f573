import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { runCommand } from "../fixture/command.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

test("the types fit (tsc)", async () => {
  const { status, output } = await runCommand(["node_modules/.bin/tsc", "--noEmit"], { cwd: root });
  expect(output).toBe("");
  expect(status).toBe(0);
});

test("the style is biome's (npm run format mends most of it)", async () => {
  const check = ["node_modules/.bin/biome", "check", "--colors=off", "--error-on-warnings"];
  const { status, output, errors } = await runCommand(check, { cwd: root });
  expect(status, output + errors).toBe(0);
});
