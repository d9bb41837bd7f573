import * as host from "lxc-cni:host";

/** A second close would hit whatever has got the number since. */
export function closeOnce(descriptor: number): (by?: typeof host.close) => void {
  let open = true;
  return (by = host.close) => {
    if (open) by(descriptor);
    open = false;
  };
}
