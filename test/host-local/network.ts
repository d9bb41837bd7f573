import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname } from "node:path";
import { test as base, vi } from "vitest";
import { system } from "#system";
import { hostLocal } from "../../ipam/host-local/plugin.ts";
import { type StateKind, stateFile } from "../../ipam/host-local/state-file.ts";
import { answer } from "../../lib/cni/plugin.ts";
import type { Verb } from "../../lib/cni/request.ts";
import type { Result } from "../../lib/cni/result.ts";
import { formatAddress } from "../../lib/ip/address.ts";
import { formatPrefix } from "../../lib/ip/prefix.ts";
import type { IpamConfig } from "./configuration.ts";

/** What a call says beyond the verb. */
export interface CallOptions {
  /** `dummy` when absent. */
  readonly container?: string;
  /** `eth0` when absent. */
  readonly interface?: string;
  /** CNI_ARGS. */
  readonly arguments?: string;
  /** Members of the configuration beside name and ipam. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** A network `net0` whose leases are in a directory of its own. */
export interface Network {
  /** The directory with the leases. */
  readonly directory: string;
  /** The file that is kept beside it. */
  stateFile(kind: StateKind): string;
  /** The file by which an address is held. */
  heldFile(address: string): string;
  /** Holds an address. @param content For whom */
  hold(address: string, content: string): void;
  /** Calls ADD. @returns the addresses with the lengths of their prefixes. */
  add(ipam: IpamConfig, options?: CallOptions): string[];
  /** Calls ADD. @returns all of the result. */
  result(ipam: IpamConfig, options?: CallOptions): Result;
  /** Calls DEL. `ipam` may be anything, as in a file that somebody edited meanwhile. */
  del(ipam: object, options?: CallOptions): void;
  /** Calls CHECK. */
  check(ipam: object, options?: CallOptions): void;
  /** Calls GC. @param valid Attachments that are in use, container and interface; undefined: nothing is said of them. */
  gc(ipam: object, valid: readonly (readonly [string, string])[] | undefined): void;
  /** Calls STATUS. */
  status(ipam: object, options?: CallOptions): void;
  /** Every file and its content; `lock` and `last_reserved_ip.*` left out. */
  leases(): Record<string, string>;
  read(name: string): string;
  write(name: string, content: string): void;
}

/** Memory, where there is a file system of it: a disk that others write to has every call wait for its turn. */
const scratch = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

/** A test that gets a network of its own. */
export const test = base.extend<{ network: Network }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest wants a pattern here.
  network: async ({}, use) => {
    const dataDir = mkdtempSync(`${scratch}/host-local-`);
    const spies = keepStateIn(dataDir);
    await use(networkIn(dataDir));
    for (const spy of spies) spy.mockRestore();
    rmSync(dataDir, { recursive: true });
  },
});

/** Has what is kept beside leases, in /var/lib/lxc-cni on a host, be kept in this directory. */
function keepStateIn(directory: string) {
  return (["openFile", "makeDirectory", "removeFile", "readRegular", "listDirectory", "status"] as const).map(
    (name) => {
      const original = system[name] as (path: string, ...more: unknown[]) => unknown;
      const elsewhere = (path: string, ...more: unknown[]) => original(redirected(path, directory), ...more);
      return vi.spyOn(system, name).mockImplementation(elsewhere as never);
    },
  );
}

function redirected(path: string, directory: string): string {
  return path.replace(/^\/var\/lib\/lxc-cni(?=\/)/, `${directory}/state`);
}

function networkIn(dataDir: string): Network {
  const directory = `${dataDir}/net0`;
  const call = (verb: Verb, ipam: object, options: CallOptions = {}) => {
    const { container = "dummy", interface: name = "eth0", arguments: args = "", config } = options;
    const environment = {
      CNI_COMMAND: verb,
      CNI_CONTAINERID: container,
      CNI_IFNAME: name,
      CNI_NETNS: "/proc/self/ns/net",
      CNI_PATH: "/nonexistent",
      CNI_ARGS: args,
    };
    const document = { cniVersion: "1.1.0", name: "net0", ...config, ipam: { dataDir, ...ipam } };
    return answer(hostLocal, { environment, input: JSON.stringify(document) }).result;
  };
  const network: Network = {
    directory,
    stateFile: (kind) => redirected(stateFile(kind, directory), dataDir),
    heldFile: (address) => redirected(`/var/lib/lxc-cni/held/net0/${address}`, dataDir),
    hold: (address, content) => {
      mkdirSync(dirname(network.heldFile(address)), { recursive: true });
      writeFileSync(network.heldFile(address), content);
    },
    result: (ipam, options) => {
      const result = call("ADD", ipam, options);
      if (result === undefined) throw new Error("ADD has no result");
      return result;
    },
    add: (ipam, options) => network.result(ipam, options).ips.map(({ address }) => formatPrefix(address)),
    del: (ipam, options) => {
      call("DEL", ipam, options);
    },
    check: (ipam, options) => {
      call("CHECK", ipam, options);
    },
    gc: (ipam, valid) => {
      const list = valid?.map(([containerID, ifname]) => ({ containerID, ifname }));
      call("GC", ipam, { config: { "cni.dev/valid-attachments": list } });
    },
    status: (ipam, options) => {
      call("STATUS", ipam, options);
    },
    leases: () => {
      const names = readdirSync(directory).filter(
        (name) => name !== "lock" && !name.startsWith("last_reserved_ip."),
      );
      return Object.fromEntries(names.map((name) => [name, network.read(name)]));
    },
    read: (name) => readFileSync(`${directory}/${name}`, "utf8"),
    write: (name, content) => {
      mkdirSync(directory, { recursive: true });
      writeFileSync(`${directory}/${name}`, content);
    },
  };
  return network;
}

/** Result's addresses and gateways, as texts. */
export function addressesOf({ ips }: Result): { address: string; gateway: string | undefined }[] {
  return ips.map(({ address, gateway }) => ({
    address: formatPrefix(address),
    gateway: gateway === undefined ? undefined : formatAddress(gateway),
  }));
}
