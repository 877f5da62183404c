// The one sync of a page, at work from the moment that it is loaded.
import { setting } from "../page/dom.js";
import { ApiClient } from "./api-client.js";
import { heldBy, store } from "./page-store.js";
import { TraySync } from "./sync.js";

export const sync = new TraySync(new ApiClient(setting("tray")), setting("person"), store);
heldBy(sync);
sync.start();
