/** The id of the build that this executable is of; empty where it was not bundled. */
export const buildId: string = typeof __BUILD_ID__ === "undefined" ? "" : __BUILD_ID__;

/** The version of the package that this executable is of. */
export const packageVersion: string = typeof __VERSION__ === "undefined" ? "unknown" : __VERSION__;

/** What runs this executable, in words: `QuickJS-ng 0.17.0-1, musl 1.2.6-1`. */
export const engineVersions: string = typeof __ENGINE__ === "undefined" ? "unknown" : __ENGINE__;
