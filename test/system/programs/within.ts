import { system } from "#system";
import { observe } from "./observations.ts";

/** @param base Where a directory can be made, which becomes `BASE` in what is printed. */
export function observeWithin(base: string): void {
  const root = `${base}/root`;
  const owner = { userId: 0, groupId: 0, mode: 0o644 };
  // Descriptors differ from host to host.
  const look = (name: string, action: () => unknown) =>
    observe(name, () => withoutDescriptors(action), { [base]: "BASE" });
  const run = (program: string, ...words: string[]) =>
    system.start({ program, arguments: words, deadline: 5000 }).wait();
  const write = (path: string, text = "text\n", as = owner) => system.replaceWithin(root, path, text, as);
  const ownGroups = () => /^Groups:\s(.*)$/m.exec(system.readText("/proc/self/status"))?.[1];
  const groups = ownGroups();
  const shown = (path: string) => {
    const status = system.status(`${root}/${path}`);
    return status && [status.kind, status.mode.toString(8), status.userId, status.groupId];
  };

  system.makeDirectory(`${root}/etc/inner`, 0o777);
  system.makeDirectory(`${base}/outside`, 0o777);
  system.createFile(`${base}/outside/victim`, "untouched\n", 0o600);
  for (const directory of [base, root, `${root}/etc`]) run("chmod", "777", directory);

  look("replaceWithin, new", () => write("etc/file"));
  look("replaceWithin, content", () => [system.readText(`${root}/etc/file`), shown("etc/file")]);
  look("replaceWithin, same", () => write("etc/file"));
  look("replaceWithin, other", () => [write("etc/file", "more\n"), system.readText(`${root}/etc/file`)]);
  look("replaceWithin, as long", () => [write("etc/file", "les\u{e9}"), system.readText(`${root}/etc/file`)]);
  look("replaceWithin, on disk", () => [
    system.replaceWithin(root, "etc/file", "here to stay", owner, "on disk"),
    system.readText(`${root}/etc/file`),
  ]);
  look("replaceWithin, mode", () => [write("etc/file", "x", { ...owner, mode: 0o666 }), shown("etc/file")]);
  look("replaceWithin, deeper", () => [write("etc/inner/file"), shown("etc/inner/file")]);
  look("replaceWithin, at the root", () => [write("file"), shown("file")]);
  look("replaceWithin, another owner", () => {
    const other = { userId: 100_000, groupId: 200_000, mode: 0o644 };
    return [write("etc/owned", "x", other), shown("etc/owned")];
  });
  look("replaceWithin, a directory that is not the owner's", () =>
    write("etc/inner/owned", "x", { userId: 100_000, groupId: 200_000, mode: 0o644 }),
  );
  system.makeDirectory(`${root}/etc/group`, 0o777);
  run("chmod", "770", `${root}/etc/group`);
  look("replaceWithin, a directory that root's group may write to", () =>
    write("etc/group/owned", "x", { userId: 100_000, groupId: 200_000, mode: 0o644 }),
  );
  look("replaceWithin, our groups again", () => ownGroups() === groups);
  look("replaceWithin, root again", () => [system.userId, write("etc/again"), shown("etc/again")]);
  look("replaceWithin, our own directory", () =>
    system.replaceWithin("/", `${root.slice(1)}/etc/file`, "own", owner),
  );
  look("replaceWithin, left as it is", () => system.readText(`${root}/etc/file`));

  const victim = () => system.readText(`${base}/outside/victim`);
  for (const [name, target] of [
    ["absolute", `${base}/outside/victim`],
    ["relative", "../../outside/victim"],
    ["dangling", `${base}/outside/new`],
    ["looping", "link"],
  ] as const) {
    run("ln", "-sfn", target, `${root}/etc/link`);
    look(`replaceWithin, ${name} link`, () => [write("etc/link"), shown("etc/link"), victim()]);
  }
  run("ln", "-s", `${base}/outside`, `${root}/linked`);
  run("ln", "-s", "etc", `${root}/within`);
  look("replaceWithin, directory a link", () => write("linked/victim"));
  look("replaceWithin, directory a link within", () => write("within/file"));
  look("replaceWithin, directory a file", () => write("file/file"));
  look("replaceWithin, no directory", () => write("missing/file"));
  look("replaceWithin, no root", () => system.replaceWithin(`${base}/no-root`, "etc/file", "x", owner));
  look("replaceWithin, NUL in the path", () => write("etc/fi\0le"));

  run("mkfifo", `${root}/etc/fifo`);
  run("mknod", `${root}/etc/zero`, "c", "1", "5");
  run("ln", `${base}/outside/victim`, `${root}/etc/hard`);
  for (const name of ["fifo", "zero", "hard"]) {
    look(`replaceWithin, ${name}`, () => [write(`etc/${name}`), shown(`etc/${name}`), victim()]);
  }
  look("replaceWithin, directory in its place", () => write("etc/inner"));

  run("mount", "--bind", `${base}/outside/victim`, `${root}/etc/file`);
  look("replaceWithin, a mount", () => [write("etc/file"), victim()]);
  run("umount", `${root}/etc/file`);
  run("mount", "--bind", `${root}/etc/inner`, `${root}/etc/inner`);
  run("mount", "-o", "remount,bind,ro", `${root}/etc/inner`);
  look("replaceWithin, read-only", () => write("etc/inner/file", "other"));
  look("replaceWithin, read-only and the same", () => write("etc/inner/file"));
  run("umount", `${root}/etc/inner`);

  look("replaceWithin, nothing left behind", () => [
    system.listDirectory(base),
    system.listDirectory(`${base}/outside`),
    system.listDirectory(root),
    system.listDirectory(`${root}/etc`),
    system.listDirectory(`${root}/etc/inner`),
  ]);
}

function withoutDescriptors(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    const hide = (text: string) => text.replace(/\/fd\/\d+/g, "/fd/N");
    const found = error as Error & { path?: string; dest?: string };
    found.message = hide(found.message);
    if (found.path !== undefined) found.path = hide(found.path);
    throw error;
  }
}
