import { system } from "#system";
import { observe } from "./observations.ts";

/** @param base An empty directory, which becomes `BASE` in what is printed. */
export function observeFiles(base: string): void {
  const look = (name: string, action: () => unknown) => observe(name, action, { [base]: "BASE" });
  const mode = (path: string) => system.status(path)?.mode.toString(8);

  look("readText, missing", () => system.readText(`${base}/missing`));
  look("readText, below a file", () => system.readText("/etc/passwd/x"));
  look("readText, directory", () => system.readText(base));
  look("readText, NUL in the path", () => system.readText(`${base}/a\0b`));
  look("readText, name too long", () => system.readText(`/${"x".repeat(300)}`).length);
  look("readText of /proc", () => system.readText("/proc/self/status").startsWith("Name:"));
  look("readText of an empty file", () => system.readText("/dev/null"));

  look("createFile", () => system.createFile(`${base}/new`, "one\n", 0o640));
  look("createFile, mode", () => mode(`${base}/new`));
  look("createFile, again", () => system.createFile(`${base}/new`, "two\n", 0o640));
  look("createFile, content stays", () => system.readText(`${base}/new`));
  look("createFile, no directory", () => system.createFile(`${base}/missing/new`, "", 0o644));
  look("createFile, nothing left behind", () => system.listDirectory(base));

  look("replaceFile", () => system.replaceFile(`${base}/new`, "three\n", 0o600));
  look("replaceFile, content", () => system.readText(`${base}/new`));
  look("replaceFile, mode", () => mode(`${base}/new`));
  look("replaceFile, new", () => system.replaceFile(`${base}/other`, "", 0o666));
  look("replaceFile, directory in its place", () => {
    system.makeDirectory(`${base}/directory`, 0o755);
    system.replaceFile(`${base}/directory`, "", 0o644);
  });
  look("replaceFile, nothing left behind", () => system.listDirectory(base));

  look("readTail", () => system.readTail(`${base}/new`, 3));
  look("readTail, more than there is", () => system.readTail(`${base}/new`, 300));
  look("readTail, nothing", () => system.readTail(`${base}/new`, 0));
  look("readTail, missing", () => system.readTail(`${base}/missing`, 3));

  look("writeInPlace", () => system.writeInPlace(`${base}/new`, "TH"));
  look("writeInPlace, does not cut", () => system.readText(`${base}/new`));
  look("writeInPlace, does not create", () => system.writeInPlace(`${base}/missing`, "x"));
  look("writeInPlace, refused by the kernel", () => system.writeInPlace("/proc/self/oom_score_adj", "x"));
  look("writeInPlace, full device", () => system.writeInPlace("/dev/full", "x"));

  look("makeDirectory, several", () => system.makeDirectory(`${base}/a/b/c/`, 0o750));
  look("makeDirectory, mode", () => [mode(`${base}/a`), mode(`${base}/a/b/c`)]);
  look("makeDirectory, again", () => system.makeDirectory(`${base}/a/b`, 0o700));
  look("makeDirectory, mode stays", () => mode(`${base}/a/b`));
  look("makeDirectory, file in its place", () => system.makeDirectory(`${base}/new`, 0o755));
  look("makeDirectory, file above it", () => system.makeDirectory(`${base}/new/x/y`, 0o755));

  look("removeFile", () => system.removeFile(`${base}/other`));
  look("removeFile, missing", () => system.removeFile(`${base}/other`));
  look("removeFile, directory", () => system.removeFile(`${base}/a`));

  const names = ["b", "a", "B", ".hidden", "\u{e9}", "\u{ff5e}", "\u{1f600}"];
  for (const name of names) system.createFile(`${base}/a/${name}`, "", 0o644);
  look("listDirectory, order of bytes", () => system.listDirectory(`${base}/a`));
  look("listDirectory, empty", () => system.listDirectory(`${base}/a/b/c`));
  look("listDirectory, missing", () => system.listDirectory(`${base}/missing`));
  look("listDirectory, file", () => system.listDirectory(`${base}/new`));

  system.start({ program: "touch", arguments: ["-d", "@1.123456789", `${base}/new`], deadline: 5000 }).wait();
  system.start({ program: "ln", arguments: ["-s", "new", `${base}/symbolic`], deadline: 5000 }).wait();
  system.start({ program: "ln", arguments: ["-s", "loop", `${base}/loop`], deadline: 5000 }).wait();
  look("status, file", () => ({ ...system.status(`${base}/new`), device: "D", inode: "I" }));
  look(
    "status, symbolic link",
    () => system.status(`${base}/symbolic`)?.inode === system.status(`${base}/new`)?.inode,
  );
  look("status, directory", () => system.status(`${base}/a`)?.kind);
  look("status, device", () => system.status("/dev/null")?.kind);
  look("status, missing", () => system.status(`${base}/missing`));
  look("status, below a file", () => system.status(`${base}/new/x`));
  look("status, loop", () => system.status(`${base}/loop`));
  look("realPath", () => system.realPath(`${base}/a/../symbolic`));
  look("realPath, missing", () => system.realPath(`${base}/missing`));
  look("realPath, loop", () => system.realPath(`${base}/loop`));
  look("findProgram", () => system.findProgram("sh")?.endsWith("/sh"));
  look("findProgram, missing", () => system.findProgram("no-such-program-here"));
  look("findProgram, outside the search path", () => system.findProgram("../../bin/sh"));
}
