import type { Outcome } from "../../lib/system/system.ts";
import { batchCommands } from "./words.ts";

/** The two namespaces that there are. */
export type Place = "host" | "container";

/** A link, as `ip -json -details` tells of it. */
interface DryLink {
  readonly place: Place;
  readonly ifname: string;
  readonly ifindex: number;
  /** Its MAC. */
  readonly address: string;
  /** The index of the other end of a veth. */
  readonly link_index?: number;
  ifalias?: string;
  readonly linkinfo: { readonly info_kind: string; readonly info_slave_data?: object };
  readonly addr_info: { local: string; prefixlen: number }[];
}

/** Links in memory, and `ip` as it works on them. */
export class DryLinks {
  #links: DryLink[] = [];
  #last = 1;

  /** The aliases of the veths that have one. */
  portAliases(): string[] {
    return this.#links
      .filter(({ linkinfo }) => linkinfo.info_kind === "veth")
      .flatMap(({ ifalias }) => ifalias ?? []);
  }

  /** @param words The arguments of ip. */
  answer(place: Place, words: readonly string[], input: string): Outcome {
    if (words.includes("-batch")) return this.#batch(place, input);
    if (!words.some((word) => word === "-json" || word === "-j")) return ending(0, "", "");
    if (!words.some((word) => ["link", "address", "addr"].includes(word))) return ending(0, "[]", "");
    const named = words.includes("dev") ? words.at(words.indexOf("dev") + 1) : undefined;
    const found = this.#links.filter(
      (link) => link.place === place && [undefined, link.ifname].includes(named),
    );
    if (named !== undefined && found.length === 0) {
      return ending(1, "", `Device "${named}" does not exist.\n`);
    }
    const state = { flags: ["UP", "LOWER_UP"], operstate: "UP", mtu: 1500 };
    return ending(0, JSON.stringify(found.map((link) => ({ ...link, ...state }))), "");
  }

  #batch(place: Place, input: string): Outcome {
    for (const [index, words] of batchCommands(input).entries()) {
      const reason = this.#apply(place, words);
      if (reason !== undefined) {
        return ending(1, "", `RTNETLINK answers: ${reason}\nCommand failed -:${index + 1}\n`);
      }
    }
    return ending(0, "", "");
  }

  /** @returns why it cannot be */
  #apply(place: Place, words: readonly string[]): string | undefined {
    const after = (keyword: string) => words[words.indexOf(keyword) + 1] ?? "";
    const link = this.#find(place, after("dev"));
    switch (words.slice(0, 2).join(" ")) {
      case "link add":
        return this.#add(place, after("name"), words);
      case "link delete":
        if (link === undefined) return "No such device";
        // A veth goes with its other end.
        this.#links = this.#links.filter((each) => each !== link && each.ifindex !== link.link_index);
        return undefined;
      case "address add": {
        const [local = "", length = ""] = (words[2] ?? "").split("/");
        link?.addr_info.push({ local, prefixlen: Number(length) });
        return undefined;
      }
      default:
        if (link !== undefined && words.includes("alias")) link.ifalias = after("alias");
        return undefined;
    }
  }

  #add(place: Place, ifname: string, words: readonly string[]): string | undefined {
    const peer = words.includes("peer") ? (words[words.indexOf("peer") + 2] ?? "") : undefined;
    const peerPlace = words.includes("netns") ? "container" : place;
    const isTaken = this.#find(place, ifname) ?? (peer !== undefined && this.#find(peerPlace, peer));
    if (isTaken) return "File exists";
    const ifindex = ++this.#last;
    const address = macAfter(words, 0);
    if (peer === undefined) {
      this.#links.push({ place, ifname, ifindex, address, linkinfo: { info_kind: "bridge" }, addr_info: [] });
      return undefined;
    }
    const other = ++this.#last;
    const linkinfo = { info_kind: "veth", info_slave_data: { state: "forwarding" } };
    this.#links.push({ place, ifname, ifindex, address, link_index: other, linkinfo, addr_info: [] });
    this.#links.push({
      ...{ place: peerPlace, ifname: peer, ifindex: other, address: macAfter(words, words.indexOf("peer")) },
      ...{ link_index: ifindex, linkinfo, addr_info: [] },
    });
    return undefined;
  }

  #find(place: Place, ifname: string): DryLink | undefined {
    return this.#links.find((link) => link.place === place && link.ifname === ifname);
  }
}

/** The MAC that a link gets by the words from a place on. */
function macAfter(words: readonly string[], start: number): string {
  const at = words.indexOf("address", start);
  return at < 0 ? "02:00:00:00:00:0f" : (words[at + 1] ?? "");
}

function ending(status: number, output: string, errors: string): Outcome {
  return { status, signal: undefined, late: false, output, errors };
}
