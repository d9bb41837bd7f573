import { type Attribute, Flag, uint32 } from "./message.ts";

/** What an operation refers to by name, as numbers that hold at this moment. */
export interface Resolved {
  /** The index of a link of the namespace that the operation works in. */
  indexOf(name: string): number;
  /** The descriptor of the container's namespace. */
  readonly containerDescriptor: number;
}

/** What the message of a request is made of. */
export interface Request {
  readonly type: number;
  readonly flags: number;
  readonly fixed: Uint8Array;
  readonly attributes: readonly Attribute[];
}

/** The flags of a request for something that is not to be there yet. */
export const createNew = Flag.create | Flag.exclusive;

/** An attribute that holds a number of 32 bits, where there is one. */
export function optional(type: number, value: number | undefined): Attribute[] {
  return value === undefined ? [] : [uint32(type, value)];
}
