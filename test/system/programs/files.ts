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
  look("createFile, on disk", () => [
    system.createFile(`${base}/lasting`, "four\n", 0o600, "on disk"),
    system.readText(`${base}/lasting`),
    system.createFile(`${base}/lasting`, "", 0o600, "on disk"),
    system.removeFile(`${base}/lasting`),
  ]);
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

  const fifo = `${base}/fifo`;
  system.start({ program: "mkfifo", arguments: [fifo], deadline: 5000 }).wait();
  look("readRegular", () => system.readRegular(`${base}/new`));
  look("readRegular, missing", () => system.readRegular(`${base}/missing`));
  look("readRegular, directory", () => system.readRegular(base));
  look("readRegular, FIFO", () => system.readRegular(fifo));
  look("readRegular, device", () => system.readRegular("/dev/zero"));
  look("readRegular of /proc", () => system.readRegular("/proc/self/status").startsWith("Name:"));
  system.removeFile(fifo);

  look("openFile, missing", () => system.openFile(`${base}/places`));
  look("openFile, no directory", () => system.openFile(`${base}/missing/places`, 0o600));
  look("openFile, directory", () => system.openFile(base));
  const places = system.openFile(`${base}/places`, 0o640);
  look("openFile, mode", () => mode(`${base}/places`));
  look("write at a place", () => places?.write(3, Uint8Array.of(1, 2, 255)));
  look("write nothing", () => places?.write(1000, new Uint8Array(0)));
  look("read at a place", () => Array.from(places?.read(2, 3) ?? []));
  look("read, more than there is", () => Array.from(places?.read(0, 100) ?? []));
  look("read behind the end", () => Array.from(places?.read(6, 10) ?? []));
  look("read nothing", () => Array.from(places?.read(0, 0) ?? []));
  look("openFile, content stays", () => {
    const again = system.openFile(`${base}/places`, 0o600);
    const bytes = Array.from(again?.read(0, 100) ?? []);
    again?.close();
    return bytes;
  });
  look("truncate", () => places?.truncate());
  look("truncate, nothing left", () => Array.from(places?.read(0, 100) ?? []));
  look("close, twice", () => [places?.close(), places?.close()]);
  look("write at a place, full device", () => system.openFile("/dev/full")?.write(0, Uint8Array.of(1)));
  system.removeFile(`${base}/places`);

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
  look("removeDirectory, not empty", () => system.removeDirectory(`${base}/a`));
  look("removeDirectory", () => system.removeDirectory(`${base}/a/b/c`));
  look("removeDirectory, missing", () => system.removeDirectory(`${base}/a/b/c`));
  system.makeDirectory(`${base}/a/b/c`, 0o750);
  look("removeDirectory, file", () => system.removeDirectory(`${base}/new`));

  const names = ["b", "a", "B", ".hidden", "\u{e9}", "\u{ff5e}", "\u{1f600}"];
  for (const name of names) system.createFile(`${base}/a/${name}`, "", 0o644);
  look("listDirectory, order of bytes", () => system.listDirectory(`${base}/a`));
  look("listDirectory, empty", () => system.listDirectory(`${base}/a/b/c`));
  look("listDirectory, missing", () => system.listDirectory(`${base}/missing`));
  look("listDirectory, file", () => system.listDirectory(`${base}/new`));

  system.start({ program: "touch", arguments: ["-d", "@1.123456789", `${base}/new`], deadline: 5000 }).wait();
  system.start({ program: "ln", arguments: ["-s", "new", `${base}/symbolic`], deadline: 5000 }).wait();
  system.start({ program: "ln", arguments: ["-s", "loop", `${base}/loop`], deadline: 5000 }).wait();
  look("status, file", () => ({ ...system.status(`${base}/new`), device: "D", inode: "I", changed: "C" }));
  look("status, time of change", () => {
    const age = BigInt(system.now()) * 1_000_000n - (system.status(`${base}/new`)?.changed ?? 0n);
    return age > -60_000_000_000n && age < 60_000_000_000n;
  });
  look("setModified", () => {
    system.setModified(`${base}/a`, 1_234_567_890);
    return system.status(`${base}/a`)?.modified;
  });
  look("setModified, missing", () => system.setModified(`${base}/missing`, 1));
  look(
    "status, symbolic link",
    () => system.status(`${base}/symbolic`)?.inode === system.status(`${base}/new`)?.inode,
  );
  look("status, directory", () => system.status(`${base}/a`)?.kind);
  look("status, device", () => system.status("/dev/null")?.kind);
  look("status, missing", () => system.status(`${base}/missing`));
  look("status, below a file", () => system.status(`${base}/new/x`));
  look("status, loop", () => system.status(`${base}/loop`));
  look("linkFile", () => system.linkFile(`${base}/new`, `${base}/second`));
  look(
    "linkFile, the same file",
    () => system.status(`${base}/second`)?.inode === system.status(`${base}/new`)?.inode,
  );
  look("linkFile, again", () => system.linkFile(`${base}/symbolic`, `${base}/second`));
  look("linkFile, missing", () => system.linkFile(`${base}/missing`, `${base}/third`));
  look("linkFile, of a symbolic link", () => system.linkFile(`${base}/loop`, `${base}/third`));
  look("makeSymbolicLink", () => system.makeSymbolicLink(`${base}/made`, "new"));
  look("makeSymbolicLink, target", () => system.realPath(`${base}/made`));
  look("makeSymbolicLink, again", () => system.makeSymbolicLink(`${base}/made`, "other"));
  look("makeSymbolicLink, no directory", () => system.makeSymbolicLink(`${base}/missing/made`, "new"));
  look("renameFile", () => system.renameFile(`${base}/made`, `${base}/second`));
  look("renameFile, target", () => system.realPath(`${base}/second`));
  look("renameFile, missing", () => system.renameFile(`${base}/missing`, `${base}/third`));
  for (const name of ["second", "third"]) system.removeFile(`${base}/${name}`);
  look("realPath", () => system.realPath(`${base}/a/../symbolic`));
  look("realPath, missing", () => system.realPath(`${base}/missing`));
  look("realPath, loop", () => system.realPath(`${base}/loop`));
  look("findProgram", () => system.findProgram("sh")?.endsWith("/sh"));
  look("findProgram, missing", () => system.findProgram("no-such-program-here"));
  look("findProgram, outside the search path", () => system.findProgram("../../bin/sh"));
}
