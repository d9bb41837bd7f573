import type { Directory } from "./model.ts";
import { type ListedNetwork, listedNetwork } from "./networks.ts";

/** What there is when a call begins that is killed. */
export interface LeaseState {
  readonly what: string;
  readonly network: ListedNetwork;
  /** How many addresses of the network's first set others hold; `undefined`: there is not even a directory. */
  readonly others: number | undefined;
  /** Asked for by ADD. */
  readonly requested: readonly string[];
  /** Whether so few addresses are left that all of them can be given out in each trial. */
  readonly isSmall: boolean;
}

/** How many leases are many. */
const manyLeases = 300;

const tiny = { subnet: 8, start: undefined, size: 1, gateway: undefined } as const;
const large = (size: number) => ({ subnet: "large", start: 2, size, gateway: undefined }) as const;

export const states: readonly LeaseState[] = [
  {
    what: "no directory",
    network: listedNetwork([{ family: 4, ranges: [tiny] }]),
    others: undefined,
    requested: [],
    isSmall: true,
  },
  {
    what: "three addresses left",
    network: listedNetwork([{ family: 4, ranges: [large(6), tiny] }]),
    others: 8,
    requested: [],
    isSmall: true,
  },
  {
    what: "an address is requested",
    network: listedNetwork([{ family: 4, ranges: [large(6)] }]),
    others: 1,
    requested: ["10.1.1.6"],
    isSmall: true,
  },
  {
    what: "two sets",
    network: listedNetwork([
      { family: 4, ranges: [large(5)] },
      { family: 6, ranges: [tiny] },
    ]),
    others: 1,
    requested: [],
    isSmall: true,
  },
  {
    what: `${manyLeases} leases of others`,
    network: listedNetwork([{ family: 6, ranges: [large(2 * manyLeases)] }]),
    others: manyLeases,
    requested: [],
    isSmall: false,
  },
];

/** The leases of the others, each of which is a container of its own. */
export function leasesOfOthers({ network, others }: LeaseState): Directory | undefined {
  if (others === undefined) return undefined;
  const [set = []] = network.sets;
  const free = set.flatMap(({ addresses, gateway }) => addresses.filter((address) => address !== gateway));
  return new Map(free.slice(0, others).map((address, index) => [address, `other${index}\r\neth0`]));
}
