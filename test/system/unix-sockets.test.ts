import { spawn, spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { expect, test } from "vitest";
import { buildProgram, buildsPrograms, kinds, withDirectory } from "./build.ts";

buildsPrograms();

test.each(kinds.filter((kind) => kind !== "js"))("Unix sockets pass namespaces on (%s)", async (kind) => {
  const { stdout, stderr, status } = await withDirectory(async (directory) => {
    const program = await buildProgram("unix-sockets", kind, directory);
    const scratch = `${directory}/scratch`;
    mkdirSync(scratch);
    return withNamespaces((roots, others) =>
      spawnSync(program, [scratch, roots, others], { encoding: "utf8", timeout: 20_000 }),
    );
  });
  expect(stderr).toBe("");
  expect(stdout).toMatchInlineSnapshot(`
    "connect, nobody: throws Error: ENOENT: no such file or directory, connect 'BASE/socket' | {"code":"ENOENT","number":-2,"syscall":"connect","path":"BASE/socket"}
    connect, long path: throws Error: ENAMETOOLONG: name too long, connect '/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' | {"code":"ENAMETOOLONG","number":-36,"syscall":"connect","path":"/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}
    listen, no directory: throws Error: ENOENT: no such file or directory, bind 'BASE/missing/.lxc-cni-TEMPORARY' | {"code":"ENOENT","number":-2,"syscall":"bind","path":"BASE/missing/.lxc-cni-TEMPORARY"}
    inherited, none: undefined
    listen, mode: "620"
    listen, nothing else is left: ["socket"]
    connect, where nobody accepts: throws Error: EAGAIN: resource temporarily unavailable, connect 'BASE/full' | {"code":"EAGAIN","number":-11,"syscall":"connect","path":"BASE/full"}
    a process of its own: true
    peer: {"userId":0,"groupIds":0}
    nothing yet: undefined
    messages keep their bounds: [["first",0],["second, \\u{20ac}",0]]
    message, too long: throws Error: EMSGSIZE: message too long, recvmsg | {"code":"EMSGSIZE","number":-90,"syscall":"recvmsg","path":"undefined"}
    message, just fitting: ["xxxxxxxxxx",0]
    message, empty: ["",0]
    namespace, root's: ["undefined",true,true]
    namespace, another's: [4242,true,true]
    namespace, own: undefined
    answer: ["answer",0]
    told to end: true
    "
  `);
  // It was told to end.
  expect(status).toBe(128 + 15);
});

test("Node.js has none that would", async () => {
  const { stdout, status } = await withDirectory(async (directory) =>
    spawnSync(await buildProgram("unix-sockets", "js", directory), [directory], { encoding: "utf8" }),
  );
  expect({ stdout, status }).toEqual({ stdout: "", status: 1 });
});

/** Runs `use` with a namespace that is root's and one of user 4242. */
async function withNamespaces<Result>(use: (roots: string, others: string) => Result): Promise<Result> {
  const children = [
    spawn("unshare", ["--net", "sh", "-c", "echo; read -r x"]),
    spawn("setpriv", [
      ...["--reuid=4242", "--regid=4242", "--clear-groups"],
      ...["unshare", "--user", "--map-root-user", "--net", "sh", "-c", "echo; read -r x"],
    ]),
  ];
  await Promise.all(children.map((child) => new Promise((resolve) => child.stdout.once("data", resolve))));
  try {
    const [roots = "", others = ""] = children.map(({ pid }) => `/proc/${pid}/ns/net`);
    return use(roots, others);
  } finally {
    for (const child of children) child.kill("SIGKILL");
  }
}
