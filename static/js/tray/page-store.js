// The one store of a page: one connection to the database, one channel to the other pages.
import { TrayStore } from "./store.js";

/** @import { MemoryStore } from "./memory-store.js" */

export const store = new TrayStore();
/** @type {{ store: TrayStore | MemoryStore }} */
let holder = { store };

/**
 * Says who replaces the store while the device keeps nothing.
 * @param {typeof holder} other
 */
export const heldBy = (other) => {
  holder = other;
};

// What holds the rows now: the device, or the page's memory.
export const present = () => holder.store;
