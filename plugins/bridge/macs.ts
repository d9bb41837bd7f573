import { system } from "#system";
import { localMac, type Mac } from "../../lib/ip/mac.ts";
import type { Settings } from "./settings.ts";

/** The MACs that an attachment gets. */
export interface Macs {
  /** Of the bridge, if it has to be made. */
  readonly bridge: Mac;
  /** Of the gateway in a VLAN and of its port, if they have to be made. */
  readonly gateway: Mac;
  readonly gatewayPort: Mac;
  /** Of the host's end. */
  readonly port: Mac;
  /** Of the container's end. */
  readonly container: Mac;
}

/** Random ones, but for what was asked for. Those of links that are mostly there already are made when they are needed. */
export function chooseMacs({ mac }: Pick<Settings, "mac">): Macs {
  const seed = system.random(30);
  const made = (index: number) => localMac(seed.subarray(index * 6));
  return {
    port: made(0),
    container: mac ?? made(1),
    get bridge() {
      return made(2);
    },
    get gateway() {
      return made(3);
    },
    get gatewayPort() {
      return made(4);
    },
  };
}
