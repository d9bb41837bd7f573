/** What ours do differently from the Go plugin with leases, on purpose. All else is the same, and has no field here. */
export interface Manners {
  /**
   * A lease without content is free. The Go plugin makes the file first and fills it then: what a crash between the two
   * leaves belongs to nobody, and would be lost for ever. Ours appear whole, so under the lock there are no others.
   */
  readonly emptyIsFree: boolean;

  /** White space around `last_reserved_ip` does not count: an editor's line end is no reason to begin anew. */
  readonly trimsLastReserved: boolean;

  /**
   * Requests and duplicates are looked at for all range sets before anything is taken. The Go plugin goes from set to
   * set; and where an address is requested, it gives the attachment a second one.
   */
  readonly looksAhead: boolean;

  /**
   * An ADD that fails gives back what it took itself. The Go plugin releases all that the attachment holds, so that a
   * second ADD that fails takes the addresses of one that runs.
   */
  readonly givesBackItsOwn: boolean;

  /**
   * DEL looks once for the leases of the interface, and for those that name none where there are no others. The Go
   * plugin does so for each range set, and so ends, from the second one on, also what names no interface.
   */
  readonly releasesOnce: boolean;

  /** `lock`, `last_reserved_ip` and temporary files are no leases, whatever they hold. */
  readonly knowsLeasesByName: boolean;

  /** Files that a killed call of ours was just writing are removed by the next one that has the lock. */
  readonly sweeps: boolean;

  /**
   * CHECK wants a lease whose name is an address, and each address of the previous result that is of a range set. The Go
   * plugin is content with any file.
   */
  readonly checksAddresses: boolean;

  /** CHECK leaves no trace, and DEL makes no directory to find that there is nothing in it. */
  readonly leavesNoTrace: boolean;
}

/** The manners of both. */
export const manners: Readonly<Record<"ours" | "go", Manners>> = {
  ours: {
    emptyIsFree: true,
    trimsLastReserved: true,
    looksAhead: true,
    givesBackItsOwn: true,
    releasesOnce: true,
    knowsLeasesByName: true,
    sweeps: true,
    checksAddresses: true,
    leavesNoTrace: true,
  },
  go: {
    emptyIsFree: false,
    trimsLastReserved: false,
    looksAhead: false,
    givesBackItsOwn: false,
    releasesOnce: false,
    knowsLeasesByName: false,
    sweeps: false,
    checksAddresses: false,
    leavesNoTrace: false,
  },
};
