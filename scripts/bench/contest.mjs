/**
 * Something that several contestants can do, each in its own way, and what is said about it.
 *
 * @typedef {object} Contest
 * @property {string} name
 * @property {number} [share] In what part of the rounds it is held, where a round takes long; 1 when absent.
 * @property {boolean} [once] Held once, where one turn measures many times.
 * @property {boolean} [needsCriu] Nobody takes part in it without CRIU.
 * @property {(place: Place) => Contestant[]} prepare Makes things as they have to be, on a host of its own. They take
 *   turns.
 * @property {LineOf[]} lines
 */

/**
 * Where a contest is held.
 *
 * @typedef {object} Place
 * @property {Directories} directories
 * @property {import("./peers.mjs").Peer[]} peers What ours are compared with.
 * @property {import("./programs.mjs").Programs} programs
 * @property {string} work A directory for files that the contestants read and write.
 */

/**
 * Where the executables are.
 *
 * @typedef {object} Directories
 * @property {string} bin Native executables.
 * @property {string} js Bundles for Node.js.
 * @property {string} [go] The Go plugins, where they could be had.
 * @property {string} [criu] The program CRIU, where it could be had; only what is measured with it needs it.
 */

/**
 * @typedef {object} Contestant
 * @property {string} name
 * @property {Step[]} steps Taken one after the other in each turn; they leave things as they were before.
 */

/**
 * What is measured.
 *
 * @typedef {object} Step
 * @property {string} name
 * @property {() => Cost[]} run Takes it, once or several times.
 */

/**
 * What taking a step once cost.
 *
 * @typedef {object} Cost
 * @property {number} [milliseconds] From its start to its end; absent where it did not come to that.
 * @property {number} [slowest] The milliseconds of the one that took longest, where several were run at once.
 * @property {number} [kilobytes] Its largest resident set, or that of one of its children, in units of 1000 bytes.
 * @property {string} [failure] Why it failed, which it does all the same.
 */

/**
 * A line of the table, as a contest asks for it.
 *
 * @typedef {object} LineOf
 * @property {string} what
 * @property {string} step
 * @property {"ms" | "us" | "MB"} [unit] Milliseconds when absent.
 * @property {"slowest"} [of] Of several that were run at once, the one that took longest; all together when absent.
 * @property {string} [ours] The contestant that is looked at; `bin` when absent.
 * @property {string} [reference] The one that it is compared with, and no other; the Go plugins and all other peers when
 *   absent.
 * @property {string} [beyond] A contestant whose time is taken off both.
 * @property {import("./lines.mjs").Limit} [limit]
 * @property {Point} [point] What it was measured at, for plots.
 */

/**
 * What a line was measured at, such as `{ verb: "ADD", leases: 10 }`. A page says which of it makes a panel, and which is
 * its horizontal axis.
 *
 * @typedef {Record<string, string | number>} Point
 */

/** The name of the Go plugins as a contestant. */
export const go = "Go";
