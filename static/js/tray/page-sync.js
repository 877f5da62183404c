// The one sync of a page, at work from the moment that it is loaded.
import { setting } from "../page/dom.js";
import { ApiClient } from "./api-client.js";
import { ownerOf } from "./owner.js";
import { heldBy, store } from "./page-store.js";
import { TraySync } from "./sync.js";

const grant = setting("grant");
const portal = new ApiClient(setting("tray"), grant);
export const sync = new TraySync(portal, ownerOf(setting("person"), grant), store);
heldBy(sync);
sync.start();
