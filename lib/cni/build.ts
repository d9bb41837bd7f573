/** The id of the build that this executable is of; empty where it was not bundled. */
export const buildId: string = typeof __BUILD_ID__ === "undefined" ? "" : __BUILD_ID__;

/** The version of the package that this executable is of. */
export const packageVersion: string = typeof __VERSION__ === "undefined" ? "unknown" : __VERSION__;
