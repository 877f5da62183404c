// The service worker: keeps one page of the portal, the shell, on the device, and opens it where
// the portal cannot be reached. The script that imports this one says in PRECACHE what to keep. A
// classic script, on its own: not every browser takes modules for a service worker.
"use strict";

// Versions. A page always comes from the network when there is one, so after a deployment the next
// page is the new one. Its files are kept under names that hold the hash of what is in them: a page
// of the old version that is still open finds its own files, those it loads late too, because the
// cache of the version before stays until the next deployment. So nothing is mixed, and a new
// worker need not wait for old pages to close: it takes over as soon as it has everything.
//
// Pages of people who are signed in are in no cache: only what PRECACHE names is.
{
  const { version, shells, files, under, patience } = globalThis.PRECACHE;
  const FAMILY = "portal-";
  const NAME = `${FAMILY}${version}`;
  // What a proxy answers while there is no portal behind it.
  const NOBODY_THERE = [502, 503, 504];
  const LANGUAGE_PATIENCE = 1000;

  // Beside this release another may still answer: one whose shell it is not says 404.
  const addresses = Object.fromEntries(
    Object.entries(shells).map(([code, path]) => [code, `${path}?version=${version}`]),
  );

  const hasHash = (url) => /\.[0-9a-f]{12}\.[^/]+$/.test(new URL(url, location.href).pathname);

  const within = (milliseconds, promise) =>
    new Promise((resolve, reject) => {
      const late = new DOMException("No answer in time.", "TimeoutError");
      const timer = setTimeout(reject, milliseconds, late);
      promise.finally(() => clearTimeout(timer)).then(resolve, reject);
    });

  // Shells are asked for by nobody. What is named by its hash may come from the browser's cache.
  const request = (address) =>
    new Request(address, {
      cache: hasHash(address) ? "default" : "reload",
      credentials: "omit",
    });

  // All or nothing: without every file, the version before stays in charge.
  const install = async () => {
    await caches.delete(NAME);
    const cache = await caches.open(NAME);
    try {
      await cache.addAll([...Object.values(addresses), ...files].map(request));
    } catch (error) {
      await caches.delete(NAME);
      throw error;
    }
    await self.skipWaiting();
  };

  // Caches are listed in the order in which they were made.
  const activate = async () => {
    const ours = (await caches.keys()).filter((name) => name.startsWith(FAMILY));
    const before = ours.filter((name) => name !== NAME).slice(0, -1);
    await Promise.all(before.map((name) => caches.delete(name)));
    await self.clients.claim();
  };

  // A cache that cannot be read has nothing.
  const kept = async (address) => {
    const found = (where) => caches.match(address, { ...where, ignoreVary: true });
    try {
      return (await found({ cacheName: NAME })) ?? (await found({}));
    } catch {
      return undefined;
    }
  };

  // What tray/store.js remembers under "language". A database is not made here: that one would be
  // without its stores.
  const languageUsedLast = () =>
    new Promise((resolve, reject) => {
      const opening = indexedDB.open("spkey-portal");
      opening.onupgradeneeded = () => opening.transaction.abort();
      opening.onerror = () => reject(opening.error);
      opening.onsuccess = () => {
        const database = opening.result;
        const reading = database.transaction("device").objectStore("device").get("language");
        reading.onsuccess = () => resolve(reading.result?.value);
        reading.onerror = () => reject(reading.error);
        database.close();
      };
    });

  // That of the shell asked for by its address, else the last one used here, else the browser's.
  const language = async (address) => {
    const { pathname } = new URL(address);
    const last = await within(LANGUAGE_PATIENCE, languageUsedLast()).catch(() => undefined);
    const browsers = navigator.languages.map((tag) => tag.split("-")[0]);
    const codes = Object.keys(shells);
    return (
      codes.find((code) => shells[code] === pathname) ??
      [last, ...browsers].find((code) => codes.includes(code)) ??
      codes[0]
    );
  };

  const shell = async (address) => kept(addresses[await language(address)]);

  // What is there in time, or undefined.
  const inTime = (answering) => within(patience, answering).catch(() => undefined);

  // Where nothing is kept, a late answer is better than none.
  const page = async (asked) => {
    const answering = fetch(asked);
    const answer = await inTime(answering);
    if (answer && !NOBODY_THERE.includes(answer.status)) return answer;
    return (await shell(asked.url)) ?? answering;
  };

  // Nobody knows whether what was sent has arrived: the shell says so, and leads back to the form.
  const lost = async (asked) => {
    const address = new URL(shells[await language(asked.url)], location.origin);
    address.searchParams.set("lost", "1");
    if (asked.referrer) address.searchParams.set("page", new URL(asked.referrer).pathname);
    return Response.redirect(address);
  };

  // Files are left to the browser: not every one hands them on whole.
  const sent = (asked) => {
    if (asked.headers.get("Content-Type")?.startsWith("multipart/")) return undefined;
    return fetch(asked).catch(() => lost(asked));
  };

  const renew = async (asked, answer) => {
    const cache = await caches.open(NAME);
    await cache.put(asked, answer);
  };

  // Development has files without a hash in their names: the newest counts, and is kept.
  const changing = async (asked) => {
    const answering = fetch(asked);
    const answer = await inTime(answering);
    if (!answer) return (await kept(asked.url)) ?? answering;
    if (answer.status === 200 && files.includes(new URL(asked.url).pathname)) {
      await renew(asked, answer.clone()).catch(() => {});
    }
    return answer;
  };

  const file = async (asked) =>
    hasHash(asked.url) ? ((await kept(asked.url)) ?? fetch(asked)) : changing(asked);

  const answer = (asked) => {
    const { origin, pathname } = new URL(asked.url);
    if (origin !== location.origin) return undefined;
    if (asked.mode === "navigate") return asked.method === "GET" ? page(asked) : sent(asked);
    if (asked.method !== "GET") return undefined;
    if (pathname.startsWith(under) && !asked.headers.has("Range")) return file(asked);
    return undefined;
  };

  self.addEventListener("install", (event) => event.waitUntil(install()));
  self.addEventListener("activate", (event) => event.waitUntil(activate()));
  self.addEventListener("fetch", (event) => {
    const answered = answer(event.request);
    if (answered) event.respondWith(answered);
  });
}
