import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { describe, expect } from "vitest";
import { type Outcome, runCommand } from "../fixture/command.ts";
import type { Variant } from "../fixture/variants.ts";
import { describeEngines } from "../runtime/engines.ts";
import { test } from "./scratch.ts";

const versions = ["0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"];
const verbs = ["ADD", "DEL", "CHECK", "GC", "STATUS"];

const complete = {
  CNI_CONTAINERID: "c1",
  CNI_NETNS: "/proc/self/ns/net",
  CNI_IFNAME: "eth0",
  CNI_PATH: "/nonexistent",
};

/** Both plugins answer alike, as long as it is the protocol that a call has to do with. */
describeEngines("a plugin that is executed", (variant) => {
  describe.each(["bridge", "host-local"])("%s", (name) => {
    test("introduces itself to somebody who calls it by hand, whatever the arguments", async () => {
      for (const argument of ["", "version", "--version"]) {
        const outcome = await runCommand([`${variant.directory}/${name}`, argument], {
          env: { CNI_PATH: "/x" },
        });
        expect(outcome).toMatchObject({ status: 0, output: "" });
        expect(outcome.errors).toMatch(
          new RegExp(
            `^CNI ${name} plugin [0-9].*\nCNI protocol versions supported: ${versions.join(", ")}\n$`,
          ),
        );
      }
    });

    test("prints the versions that it knows, and waits for no input", async () => {
      const { status, output } = await withOpenInput(`${variant.directory}/${name}`, {
        CNI_COMMAND: "VERSION",
      });
      expect(status).toBe(0);
      expect(output).toBe(`{"cniVersion":"1.1.0","supportedVersions":${JSON.stringify(versions)}}\n`);
    });

    test("fails for want of variables before it waits for any input", async () => {
      const environment = { ...complete, CNI_COMMAND: "ADD", CNI_IFNAME: "", CNI_NETNS: "" };
      const { status, output } = await withOpenInput(`${variant.directory}/${name}`, environment);
      expect(status).toBe(1);
      expect(JSON.parse(output)).toMatchObject({
        code: 4,
        msg: "required env variables [CNI_NETNS,CNI_IFNAME] missing",
      });
    });

    test.for([
      ["ADD", ["CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME", "CNI_PATH"]],
      ["DEL", ["CNI_CONTAINERID", "CNI_IFNAME", "CNI_PATH"]],
      ["CHECK", ["CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME", "CNI_PATH"]],
      ["GC", ["CNI_PATH"]],
      ["STATUS", ["CNI_PATH"]],
    ] as const)("%s needs each of %j", async ([verb, required]) => {
      for (const variable of required) {
        const { json } = await call(variant, name, verb, { env: { [variable]: undefined } });
        expect(json).toMatchObject({ code: 4, msg: `required env variables [${variable}] missing` });
      }
    });

    test.for([
      ["CNI_CONTAINERID", "a/b", "invalid characters in containerID"],
      ["CNI_IFNAME", "sixteen-letters-", "interface name is too long"],
      ["CNI_IFNAME", "..", "interface name is . or .."],
      ["CNI_IFNAME", "a b", "interface name contains / or : or whitespace characters"],
    ] as const)(
      "has no use for %s=%j, unless the call is not about a container",
      async ([variable, value, msg]) => {
        for (const verb of verbs) {
          const { json } = await call(variant, name, verb, { env: { [variable]: value }, input: "{" });
          const expected = verb === "GC" || verb === "STATUS" ? { code: 6 } : { code: 4, msg };
          expect(json, verb).toMatchObject(expected);
        }
      },
    );

    test("looks at the configuration's name before the verb, and at that before the version", async () => {
      const attempt = async (verb: string, input: string) =>
        (await call(variant, name, verb, { input })).json;
      for (const verb of [...verbs, "NOPE"]) {
        expect(await attempt(verb, "nope"), verb).toMatchObject({ code: 6 });
        expect(await attempt(verb, "{}"), verb).toMatchObject({ code: 7, msg: "missing network name" });
        expect(await attempt(verb, '{"name":"te%%st","cniVersion":"x"}'), verb).toMatchObject({
          code: 7,
          msg: "invalid characters found in network name",
          details: "te%%st",
        });
      }
      expect(await attempt("NOPE", '{"name":"net","cniVersion":"x"}')).toMatchObject({
        code: 4,
        msg: "unknown CNI_COMMAND: NOPE",
      });
    });

    test.for([
      ["ADD", "9.8.7", 1, "incompatible CNI versions"],
      ["CHECK", "0.3.1", 1, "config version does not allow CHECK"],
      ["CHECK", undefined, 1, "config version does not allow CHECK"],
      ["CHECK", "9.8.7", 1, "plugin version does not allow CHECK"],
      ["GC", "1.0.0", 1, "config version does not allow GC"],
      ["GC", "1.1.1", 1, "plugin version does not allow GC"],
      ["STATUS", "1.0.0", 1, "config version does not allow STATUS"],
      ["STATUS", "2", 1, "plugin version does not allow STATUS"],
      ["CHECK", "broken", 6, 'failed to convert major version part "broken": it is no integer'],
      ["GC", "broken", 6, 'failed to convert major version part "broken": it is no integer'],
      ["STATUS", "1.1.0.0", 6, 'invalid version "1.1.0.0": too many parts'],
    ] as const)("%s for version %s: code %i", async ([verb, cniVersion, code, msg]) => {
      const input = JSON.stringify({ name: "net", cniVersion });
      expect((await call(variant, name, verb, { input })).json).toMatchObject({ code, msg });
    });

    test("reports an error as the specification has it", async () => {
      const { status, output, errors } = await call(variant, name, "ADD", { input: '{"name":"a<b"}' });
      expect(status).toBe(1);
      expect(errors).toBe("");
      expect(output).toBe(
        [
          "{",
          '    "cniVersion": "1.1.0",',
          '    "code": 7,',
          '    "msg": "invalid characters found in network name",',
          String.raw`    "details": "a\u003cb"`,
          "}",
        ].join("\n"),
      );
    });

    test("says so when its input cannot be read", async () => {
      const directory = openSync("/", "r");
      const { status, output } = await withInput(
        `${variant.directory}/${name}`,
        { ...complete, CNI_COMMAND: "ADD" },
        directory,
      );
      closeSync(directory);
      expect(status).toBe(1);
      expect(JSON.parse(output)).toMatchObject({
        code: 5,
        msg: expect.stringMatching(/^error reading from stdin: .*EISDIR/),
      });
    });

    test("removes nothing by a GC that does not say what is valid", async () => {
      const { status, output, errors } = await call(variant, name, "GC");
      expect({ status, output }).toEqual({ status: 0, output: "" });
      expect(errors).toBe(
        `${name}: GC removed nothing: the configuration has no /cni.dev~1valid-attachments\n`,
      );
    });
  });
});

interface Answer extends Outcome {
  readonly json: unknown;
}

/** Calls a plugin as a runtime does. `env` may take variables away. */
async function call(
  { directory }: Variant,
  name: string,
  verb: string,
  {
    env = {},
    input = '{"cniVersion":"1.1.0","name":"net"}',
  }: { env?: Record<string, string | undefined>; input?: string } = {},
): Promise<Answer> {
  const variables = Object.entries({ ...complete, CNI_COMMAND: verb, ...env });
  const given = variables.filter((each): each is [string, string] => each[1] !== undefined);
  const outcome = await runCommand([`${directory}/${name}`], { env: Object.fromEntries(given), input });
  return { ...outcome, json: outcome.output === "" ? undefined : JSON.parse(outcome.output) };
}

/** Runs a plugin whose standard input stays open, and empty, until it has ended. */
function withOpenInput(path: string, environment: Record<string, string>) {
  return withInput(path, environment, "pipe");
}

function withInput(
  path: string,
  environment: Record<string, string>,
  input: "pipe" | number,
): Promise<{ status: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    // The bundles ask for the `node` that runs this.
    const env = { PATH: `${process.execPath.replace(/\/[^/]*$/, "")}:/usr/bin:/bin`, ...environment };
    const child = spawn(path, [], { env, stdio: [input, "pipe", "inherit"] });
    let output = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    child.once("error", reject);
    child.once("close", (status) => {
      child.stdin?.destroy();
      resolve({ status, output });
    });
  });
}
