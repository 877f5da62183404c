// The one store of a page: one connection to the database, one channel to the other pages.
import { TrayStore } from "./store.js";

export const store = new TrayStore();
