import type { ContainerId } from "../../lib/cni/request.ts";
import { type Container, listContainers } from "../container/containers.ts";
import { containerIdOf } from "../container/id.ts";
import { isContainerRunning, readAbstractSockets } from "../container/running.ts";

/** What can be said of ids by which containers of LXC are known. */
export interface OwnIds {
  /** Whether an id is one that lxc-cni gives a container of one of the paths. */
  isOwn(id: ContainerId): boolean;
  /** Whether LXC runs that container. */
  isLxcRunning(id: ContainerId): boolean;
}

/**
 * Knows ids again. They end in a hash of path and name, so one is proven by making it anew: of the name that it begins
 * with, or of those of the containers that there are.
 *
 * @param lxcPaths The directories that LXC may have containers in.
 */
export function ownIds(lxcPaths: readonly string[]): OwnIds {
  const sockets = readAbstractSockets();
  const known = new Map(lxcPaths.flatMap(listContainers).map((container) => [container.id, container]));
  const find = (id: ContainerId): Pick<Container, "name" | "lxcPath"> | undefined => {
    const name = id.slice(0, id.lastIndexOf("-"));
    const lxcPath = lxcPaths.find((path) => containerIdOf(name, path) === id);
    return known.get(id) ?? (lxcPath === undefined ? undefined : { name, lxcPath });
  };
  return {
    isOwn: (id) => find(id) !== undefined,
    isLxcRunning: (id) => {
      const container = find(id);
      return container !== undefined && isContainerRunning(container, sockets);
    },
  };
}
