import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { Host } from "../fixture/host.ts";
import { networkName } from "./ask.ts";
import type { Directory } from "./model.ts";

/** The lease directory of a network on a host, as somebody sees it who looks behind the backs of the plugins. */
export interface LeaseDirectory {
  /** All of its files; undefined where there is no directory. */
  read(): Directory | undefined;
  /** Makes it hold these files and no others; the directory goes where they are undefined. */
  reset(files: Directory | undefined): void;
  /**
   * Puts a file in the place of one of this name. It is not written over: plugins make leases and remove them, and of
   * anything else their directory shows nothing.
   */
  write(name: string, content: string): void;
  remove(name: string): void;
}

/** The directory that host-local uses for the network of these tests when it is told no other one. */
export function leaseDirectoryOn(host: Host): LeaseDirectory {
  const path = `/proc/${host.pid}/root/var/lib/cni/networks/${networkName}`;
  const directory: LeaseDirectory = {
    read: () =>
      existsSync(path)
        ? new Map(readdirSync(path).map((name) => [name, readFileSync(`${path}/${name}`, "utf8")]))
        : undefined,
    reset: (files) => {
      rmSync(path, { recursive: true, force: true });
      for (const [name, content] of files ?? []) directory.write(name, content);
    },
    write: (name, content) => {
      mkdirSync(path, { recursive: true });
      rmSync(`${path}/${name}`, { force: true });
      writeFileSync(`${path}/${name}`, content, { mode: 0o600 });
    },
    remove: (name) => rmSync(`${path}/${name}`),
  };
  return directory;
}
