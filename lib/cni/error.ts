import { isSystemError } from "../system/error.ts";

/** The codes of the CNI specification 1.1.0, section 2 ("Error"), 8 of the Go library, and ours from 100 (docs/errors.md). */
export const Code = {
  incompatibleVersion: 1,
  unsupportedField: 2,
  unknownContainer: 3,
  invalidEnvironment: 4,
  inputOutput: 5,
  undecodable: 6,
  invalidConfiguration: 7,
  invalidNamespace: 8,
  tryAgainLater: 11,
  unavailable: 50,
  limitedConnectivity: 51,
  /** A step on links, addresses or routes was refused by the kernel. */
  linkFailed: 100,
  /** A firewall command failed. */
  firewallFailed: 101,
  /** The interface or the attachment exists already. */
  alreadyAttached: 102,
  /** An attachment is not what ADD made it. */
  attachmentChanged: 103,
  /** The container is checkpointed. */
  checkpointed: 104,
  /** A checkpoint could not be taken, or not be restored. */
  checkpointFailed: 105,
  /** A container could not be moved to another host. */
  migrationFailed: 106,
  /** No address is left in a range set. */
  exhausted: 110,
  /** The container and interface hold an address of the range set already. */
  duplicateAllocation: 111,
  /** A requested address is taken. */
  addressTaken: 112,
  /** A requested address is in no range, or is a gateway. */
  addressOutside: 113,
  /** An attachment does not hold an address that it should hold. */
  leaseLost: 114,
  /** A plugin could not be run, or what it answered could not be understood. */
  pluginFailed: 120,
  /** An ordinary user asked for what is not for that user. */
  notAllowed: 130,
  /** An ordinary user has as many attachments to a network as are allowed. */
  quotaExceeded: 131,
  /** There is no service that would do it for an ordinary user. */
  noService: 132,
  /** An error of ours: a bug. */
  internal: 999,
} as const;

/** One of {@linkcode Code}, or what another plugin answered. */
export type Code = number;

/**
 * An error in the form in which a CNI plugin reports it (CNI specification 1.1.0, section 2, "Error").
 *
 * `message` is one line that says what failed; `details` says where, what was found and what to do.
 */
export class CniError extends Error {
  readonly code: Code;
  readonly details: string;

  constructor(code: Code, message: string, details = "") {
    super(message);
    this.name = "CniError";
    this.code = code;
    this.details = details;
  }
}

/** A plugin that could not be run, or was not understood: nobody knows what it has done. */
export class PluginFailure extends CniError {
  constructor(message: string, details = "") {
    super(Code.pluginFailed, message, details);
    this.name = "PluginFailure";
  }
}

/** Anything that was thrown, as an error of the protocol: a failed system call and a lack of memory have code 5, a bug 999. */
export function asCniError(error: unknown): CniError {
  if (error instanceof CniError) return error;
  if (isLackOfMemory(error)) {
    return new CniError(
      Code.inputOutput,
      "out of memory",
      "a file or the input is too large, or this process may have too little (ulimit -v, memory.max of its cgroup)",
    );
  }
  return new CniError(isSystemError(error) ? Code.inputOutput : Code.internal, describe(error));
}

/** What the engine of the native executables throws then; where there is none left for an error, null. */
function isLackOfMemory(error: unknown): boolean {
  return error === null || (error instanceof Error && error.message === "out of memory");
}

/** What to say of anything that was thrown: its message, and its details where it has some. */
export function describe(error: unknown): string {
  if (error instanceof CniError && error.details !== "") return `${error.message}; ${error.details}`;
  return error instanceof Error ? error.message : String(error);
}

/** An error with more in its details. */
export function withMore({ code, message, details }: CniError, more: string): CniError {
  return new CniError(code, message, details === "" ? more : `${details}; ${more}`);
}

/** Several failures as one: the first, with the others in its details; undefined where there is none. */
export function together([first, ...others]: readonly CniError[]): CniError | undefined {
  if (first === undefined) return undefined;
  const details = [first.details, ...others.map(describe)].filter((text) => text !== "");
  return new CniError(first.code, first.message, details.join("; "));
}
