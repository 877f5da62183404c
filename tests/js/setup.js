// What the scripts need of a browser where there is none. Loaded before every test file.
import { register } from "node:module";

register("./resolve.js", import.meta.url);

const page = new EventTarget();
globalThis.addEventListener = page.addEventListener.bind(page);
globalThis.dispatchEvent = page.dispatchEvent.bind(page);
globalThis.document = Object.assign(new EventTarget(), {
  hidden: false,
  documentElement: { lang: "en" },
  head: { querySelector: () => null },
});
globalThis.HTMLScriptElement = class {};
globalThis.matchMedia = () => ({ matches: false });
globalThis.location = new URL("https://portal.example/claims/new/");
Object.defineProperty(globalThis, "navigator", { value: { onLine: true }, writable: true });
// Node waits for an open channel; a test does not.
const { BroadcastChannel } = globalThis;
globalThis.BroadcastChannel = class extends BroadcastChannel {
  constructor(name) {
    super(name);
    this.unref();
  }
};
