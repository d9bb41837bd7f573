import { closeSync, copyFileSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { afterEach, describe, expect, vi } from "vitest";
import { system } from "#system";
import { call, locate } from "../../lib/cni/delegate.ts";
import type { Verb } from "../../lib/cni/request.ts";
import { test, writeScript } from "./scratch.ts";

const input = '{"cniVersion":"1.0.0","name":"net","type":"plugin"}';
const result = '{"cniVersion":"1.0.0","ips":[{"address":"10.1.2.3/24"}]}';

afterEach(() => {
  vi.restoreAllMocks();
});

describe("a plugin that is executed", () => {
  test("gets the input byte for byte, and the environment with nothing but the verb changed", ({
    directory,
  }) => {
    const path = writeScript(`${directory}/plugin`, [
      `cat > ${directory}/input`,
      `tr '\\0' '\\n' < /proc/$$/environ | sort > ${directory}/environment`,
    ]);
    const odd = '{"name" : "net",\n "x": "\\u00e4ä<&>" }\n';
    const environment = {
      CNI_COMMAND: "ADD",
      CNI_ARGS: "A=1",
      EMPTY: "",
      PATH: "/usr/bin:/bin",
      ODD: "a b=c",
    };
    call({ carried: undefined, path }, "DEL", { environment, input: odd }, "1.0.0");
    expect(read(directory, "input")).toBe(odd);
    expect(read(directory, "environment").trim().split("\n")).toEqual(
      ["CNI_ARGS=A=1", "CNI_COMMAND=DEL", "EMPTY=", "ODD=a b=c", "PATH=/usr/bin:/bin"].sort(),
    );
  });

  test("may be in a directory that CNI_PATH names from where the runtime is", ({ directory }) => {
    writeScript(`${directory}/plugin`, [`echo '${result}'`]);
    const callee = locate("plugin", relative(process.cwd(), directory), []);
    expect(call(callee, "ADD", { environment: {}, input }, "1.0.0").ips).toHaveLength(1);
  });

  test("answers ADD with a result, in whatever version it is", ({ directory }) => {
    const path = writeScript(`${directory}/plugin`, [
      `echo '{"cniVersion":"0.2.0","ip4":{"ip":"10.1.2.3/24"}}'`,
    ]);
    expect(run(path, "ADD").ips).toMatchObject([{ address: { length: 24 } }]);
  });

  test("may print anything on DEL, as for libcni", ({ directory }) => {
    const path = writeScript(`${directory}/plugin`, ["echo deleted"]);
    expect(run(path, "DEL").ips).toEqual([]);
  });

  test("has its standard error passed on when it succeeds", ({ directory }) => {
    const stderr = vi.spyOn(system, "writeStandardError").mockImplementation(() => {});
    run(writeScript(`${directory}/plugin`, ["echo careful >&2", `echo '${result}'`]), "ADD");
    expect(stderr.mock.calls).toEqual([["careful\n"]]);
  });
});

describe("the error of a plugin that fails", () => {
  test("is passed on with its code, text and details", ({ directory }) => {
    const error = { cniVersion: "1.0.0", code: 11, msg: "try <later>", details: 'busy\n"now"' };
    writeFileSync(`${directory}/error`, JSON.stringify(error));
    const path = writeScript(`${directory}/plugin`, [`cat ${directory}/error`, "exit 1"]);
    expect(() => run(path, "ADD")).toThrow(
      expect.objectContaining({ code: 11, message: error.msg, details: error.details }),
    );
    expect(() => run(path, "DEL")).toThrow(expect.objectContaining({ code: 11 }));
  });

  test.for([
    {
      what: "no details",
      lines: [`echo '{"code":7,"msg":"no"}'`, "exit 1"],
      code: 7,
      message: "no",
      details: "",
    },
    {
      what: "nothing printed",
      lines: ["exit 3"],
      message: "netplugin failed with no error message: exit status 3",
    },
    {
      what: "words on standard error alone",
      lines: ['echo "cannot \\"do\\" it" >&2', "exit 1"],
      message: String.raw`netplugin failed: "cannot \"do\" it": exit status 1`,
    },
    {
      what: "a signal",
      lines: ["kill -KILL $$"],
      message: "netplugin failed with no error message: signal 9",
    },
    {
      what: "words on standard output",
      lines: ["echo oops", "exit 1"],
      message: 'netplugin failed but error parsing its diagnostic message "oops\\n"',
    },
    {
      what: "an object without a code",
      lines: ["echo '{}'", "exit 1"],
      message: /failed without a code$/,
      details: "{}\n",
    },
    { what: "a list", lines: ["echo '[1]'", "exit 1"], message: /failed without a code$/, details: "[1]\n" },
  ])("says what there is to say: $what", ({ lines, code = 120, message, details }, { directory }) => {
    vi.spyOn(system, "writeStandardError").mockImplementation(() => {});
    const path = writeScript(`${directory}/plugin`, lines);
    const expected = {
      code,
      message: typeof message === "string" ? message : expect.stringMatching(message),
      ...(details !== undefined && { details }),
    };
    for (const verb of ["ADD", "DEL"] as const) {
      expect(() => run(path, verb)).toThrow(expect.objectContaining(expected));
    }
  });

  test.for([
    ["no JSON", "echo nonsense", 120, /^could not understand what plugin .*\/plugin printed$/],
    ["nothing", "true", 120, /^could not understand what plugin .*\/plugin printed$/],
    [
      "no result",
      `echo '{"ips":7}'`,
      120,
      /^could not use what plugin .* printed: could not parse result: \/ips must be a list$/,
    ],
    [
      "a version that is not known",
      `echo '{"cniVersion":"9.0.0"}'`,
      120,
      /unsupported CNI result version "9.0.0"$/,
    ],
  ] as const)("after an ADD that answers %s says so", ([, line, code, message], { directory }) => {
    const path = writeScript(`${directory}/plugin`, [line]);
    expect(() => run(path, "ADD")).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });

  test("names a file that cannot be executed", ({ directory }) => {
    writeFileSync(`${directory}/plugin`, "");
    expect(() => run(`${directory}/plugin`, "ADD")).toThrow(
      expect.objectContaining({
        code: 120,
        message: expect.stringContaining(`could not execute plugin ${directory}/plugin`),
      }),
    );
  });
});

test("an executable that is just being written is tried again", ({ directory }) => {
  // An executable, not a script: the kernel minds who writes to what it itself executes.
  const path = `${directory}/plugin`;
  copyFileSync("/bin/true", path);
  const writer = openSync(path, "r+");
  const pause = vi.spyOn(system, "sleep").mockImplementationOnce(() => closeSync(writer));
  run(path, "DEL");
  expect(pause).toHaveBeenCalledTimes(1);
});

test("an executable that stays open for writing is given up", ({ directory }) => {
  const path = `${directory}/plugin`;
  copyFileSync("/bin/true", path);
  const pause = vi.spyOn(system, "sleep").mockImplementation(() => {});
  const writer = openSync(path, "r+");
  expect(() => run(path, "DEL")).toThrow(
    expect.objectContaining({
      code: 120,
      message: expect.stringMatching(/could not execute plugin .*ETXTBSY/),
    }),
  );
  closeSync(writer);
  expect(pause).toHaveBeenCalledTimes(19);
});

function run(path: string, verb: Verb) {
  return call({ carried: undefined, path }, verb, { environment: { PATH: "/usr/bin:/bin" }, input }, "1.0.0");
}

function read(directory: string, name: string): string {
  return readFileSync(`${directory}/${name}`, "utf8");
}
