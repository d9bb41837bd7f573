import { CniError, Code } from "./error.ts";
import type { ContainerId, NetworkName } from "./request.ts";

/** Container ids and network names (CNI specification 1.1.0, sections 1 and 2); both become parts of file names. */
const pattern = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;

/** Whether `text` is a container id. */
export function isContainerId(text: string): text is ContainerId {
  return pattern.test(text);
}

/** Whether `text` is the name of a network. */
export function isNetworkName(text: string): text is NetworkName {
  return pattern.test(text);
}

/** @throws CniError 4 where `text` is no container id. */
export function requireContainerId(text: string): ContainerId {
  if (isContainerId(text)) return text;
  throw new CniError(Code.invalidEnvironment, "invalid characters in containerID", text);
}

/** @throws CniError 7 where `text` is missing or no network name. */
export function requireNetworkName(text: unknown): NetworkName {
  if (typeof text !== "string" || text === "") {
    throw new CniError(Code.invalidConfiguration, "missing network name");
  }
  if (isNetworkName(text)) return text;
  throw new CniError(Code.invalidConfiguration, "invalid characters found in network name", text);
}
