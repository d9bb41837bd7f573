/**
 * What a downtime is made of, in milliseconds.
 *
 * @typedef {object} Split
 * @property {number} downtime How long a client heard nothing by its open connection.
 * @property {number} criu
 * @property {number} own What lxc-cni itself took, its plugins and hooks included.
 * @property {number} copy
 * @property {number} lxc All the rest.
 */

/**
 * Splits what the client noted. CRIU runs from the last beat to the end of its dump, and from the begin of its restore to
 * the next beat, but for what it calls of ours. All between the two calls of lxc-checkpoint is ours, too, but for LXC's way
 * to the end of the last hook of a stop; of that, the hooks are ours.
 *
 * @param {{ begin: number, end: number }} silence In which the client heard nothing.
 * @param {import("./marks.mjs").Run[]} runs What ran, from before it to after it.
 * @returns {Split}
 */
export function splitDowntime(silence, runs) {
  const [saving, restoring] = runs.filter(({ name }) => name === "lxc-checkpoint");
  const find = (name, argument) => runs.find((each) => each.name === name && each.argument === argument);
  const [dump, goingOn] = [find("criu", "dump"), find("criu", "restore")];
  const ours = runs.filter(({ name, begin }) => name === "lxc-cni" && begin < silence.end);
  const [hooks, actions] = [true, false].map((isHook) =>
    ours.filter(({ argument }) => (argument === "hook") === isHook),
  );
  const stopped = Math.max(saving.end, ...hooks.map(({ end }) => end));
  const copying = find("copy", "-");
  const copy = copying === undefined ? 0 : copying.end - copying.begin;
  const called = sum(actions.map((each) => lengthOf(each, silence)));
  const criu = lengthOf(dump, silence) + (silence.end - goingOn.begin) - called;
  const own = sum(hooks.map((each) => lengthOf(each, silence))) + (restoring.begin - stopped) - copy + called;
  const downtime = silence.end - silence.begin;
  return { downtime, criu, own, copy, lxc: downtime - criu - own - copy };
}

/** How much of a run lies within a silence. */
function lengthOf(run, silence) {
  return Math.max(0, Math.min(run.end ?? silence.end, silence.end) - Math.max(run.begin, silence.begin));
}

function sum(numbers) {
  return numbers.reduce((total, each) => total + each, 0);
}
