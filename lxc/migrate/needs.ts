import { system } from "#system";
import { CniError, Code } from "../../lib/cni/error.ts";
import { type Configuration, rootDirectoryOf, valuesOf } from "../container/configuration.ts";
import type { Container } from "../container/containers.ts";
import { hookLinesOf } from "../hook/lines.ts";
import { machineOf } from "./programs.ts";
import { format, type Needs } from "./steps.schema.ts";

/** What a container needs of the host that it moves to. */
export function needsOf(container: Container, configuration: Configuration): Needs {
  const lines = hookLinesOf(configuration);
  const files = configuration.items.map(({ file }) => file);
  const paths = [
    ...lines.map(({ executable }) => executable).filter((path) => path.startsWith("/")),
    ...files.filter((file) => file !== container.configFile),
    ...mountedPaths(configuration),
  ];
  const own = `${container.lxcPath}/${container.name}/`;
  return {
    format,
    machine: machineOf(),
    paths: [...new Set(paths)].filter((path) => !path.startsWith(own)),
    networkDirectories: [
      ...(lines.find(({ words }) => words !== undefined)?.words?.networkDirectories ?? []),
    ],
  };
}

/** What of the host is mounted in it, and has to be there. */
function mountedPaths(configuration: Configuration): string[] {
  return valuesOf(configuration, "lxc.mount.entry").flatMap((entry) => {
    const [source = "", , type = "", options = ""] = entry.split(/\s+/);
    const words = options.split(",");
    if (!source.startsWith("/") || words.includes("optional")) return [];
    return type === "none" || words.includes("bind") || words.includes("rbind") ? [source] : [];
  });
}

/** @throws CniError 106 for what this host lacks of it */
export function requireNeeds({ machine, paths }: Needs): void {
  const own = machineOf();
  if (own !== machine) {
    throw lacking(`its processor is ${own}, and the container runs on ${machine}`);
  }
  const missing = paths.filter((path) => system.status(path) === undefined);
  if (missing.length > 0) {
    throw lacking(`the container's configuration names what is not there: ${missing.join(", ")}`);
  }
}

function lacking(reason: string): CniError {
  return new CniError(Code.migrationFailed, "the host cannot take the container", reason);
}

/**
 * Makes sure that all of a container is in its directory.
 *
 * @throws CniError 106 where its root is elsewhere, or is no directory
 */
export function requireOwnRoot({ name, lxcPath }: Container, configuration: Configuration): void {
  const root = rootDirectoryOf(configuration);
  if (root?.startsWith(`${lxcPath}/${name}/`)) return;
  throw new CniError(
    Code.migrationFailed,
    `container ${name} cannot be moved`,
    `its root (lxc.rootfs.path) is no directory below ${lxcPath}/${name}: copy it by its own means, and use lxc-cni checkpoint and restore`,
  );
}
