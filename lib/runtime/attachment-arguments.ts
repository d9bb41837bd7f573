import type { JsonObject } from "../cni/json.ts";

/** What a caller tells the plugins of one attachment, beside the configuration. */
export interface AttachmentArguments {
  /** The pairs of CNI_ARGS, in their order: they reach every plugin. */
  readonly arguments: CniArguments;
  /**
   * By the names of capabilities (`ips`, `mac`, `portMappings`, ...; CNI's CONVENTIONS.md). Each one reaches the plugins
   * that declare the capability, as runtimeConfig.
   */
  readonly capabilityArguments: JsonObject;
}

/** Pairs of a key and a value. Neither can have a `;` or a `=` in it. */
export type CniArguments = readonly (readonly [key: string, value: string])[];

/** Where the caller has nothing to tell. */
export const noArguments: AttachmentArguments = { arguments: [], capabilityArguments: {} };
