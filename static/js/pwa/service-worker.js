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
// Pages of people who are signed in are in no cache: only what PRECACHE names is, and of that only
// what has the digest that PRECACHE gives. Gates and filters answer in the portal's place, and what
// they answered once would be served for as long as the release lasts.
{
  /**
   * What portal/pwa/web/precache.py says, with the prefix of static files and the patience with a page
   * in milliseconds.
   * @typedef {object} Precache
   * @property {string} version
   * @property {Record<string, string>} shells
   * @property {string[]} files
   * @property {Record<string, string>} integrity
   * @property {string} under
   * @property {number} patience
   */
  const worker = /** @type {ServiceWorkerGlobalScope & { PRECACHE: Precache }} */ (
    /** @type {unknown} */ (self)
  );
  const { version, shells, files, integrity, under, patience } = worker.PRECACHE;
  const FAMILY = "portal-";
  const NAME = `${FAMILY}${version}`;
  // What a proxy answers while there is no portal behind it.
  const NOBODY_THERE = [502, 503, 504];
  const LANGUAGE_PATIENCE = 1000;
  const CACHE_PATIENCE = 2000;
  // Whoever sent something waits for long; no answer comes by itself after that.
  const SENT_PATIENCE = 60_000;
  const FILE_PATIENCE = 60_000;
  // All files, over a slow network: browsers give an installation a little more.
  const ALL_PATIENCE = 240_000;
  const codes = Object.keys(shells);
  // Whether everything was found to be there, since this worker started.
  let isWhole = false;

  /** @param {string} code */
  const pathOf = (code) => shells[code] ?? "/";

  /**
   * Beside this release another may still answer: one whose shell it is not says 404.
   * @param {string} code
   */
  const addressOf = (code) => `${pathOf(code)}?version=${version}`;

  /** @param {string} url */
  const nameOf = (url) => new URL(url, location.href).pathname;

  /** @param {string} url */
  const hasHash = (url) => /\.[0-9a-f]{12}\.[^/]+$/.test(nameOf(url));

  /**
   * @template T
   * @param {number} milliseconds
   * @param {Promise<T>} promise
   * @returns {Promise<T>}
   */
  const within = (milliseconds, promise) =>
    new Promise((resolve, reject) => {
      const late = new DOMException("No answer in time.", "TimeoutError");
      const timer = setTimeout(reject, milliseconds, late);
      promise.finally(() => clearTimeout(timer)).then(resolve, reject);
    });

  /**
   * The browser itself refuses what has another digest.
   * @param {string} address
   * @param {RequestCache} cache
   */
  const request = (address, cache) =>
    new Request(address, {
      cache,
      credentials: "same-origin",
      integrity: integrity[nameOf(address)],
    });

  /**
   * What is named by its hash may come from the browser's cache, unless that holds somebody else's.
   * @param {Cache} cache
   * @param {string} address
   */
  const add = async (cache, address) => {
    if (hasHash(address)) {
      try {
        await cache.add(request(address, "default"));
        return;
      } catch {
        // Asked for once more.
      }
    }
    await cache.add(request(address, "reload"));
  };

  const everything = () => [...codes.map(addressOf), ...files];

  /**
   * What was not there in time may be added late; nobody waits for it.
   * @param {Cache} cache
   * @param {string[]} addresses
   */
  const addAll = (cache, addresses) =>
    within(ALL_PATIENCE, Promise.all(addresses.map((address) => add(cache, address))));

  // All or nothing: without every file, the version before stays in charge.
  const install = async () => {
    await caches.delete(NAME);
    const cache = await caches.open(NAME);
    try {
      await addAll(cache, everything());
    } catch (error) {
      await caches.delete(NAME);
      throw error;
    }
    await worker.skipWaiting();
  };

  // Caches are listed in the order in which they were made.
  const activate = async () => {
    const ours = (await caches.keys()).filter((name) => name.startsWith(FAMILY));
    const before = ours.filter((name) => name !== NAME).slice(0, -1);
    await Promise.all(before.map((name) => caches.delete(name)));
    await worker.clients.claim();
  };

  /** @param {Response} answer */
  const digestOf = async (answer) => {
    const digest = await crypto.subtle.digest("SHA-256", await answer.arrayBuffer());
    return `sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}`;
  };

  /**
   * Whether it is what the portal gave: of other versions' files nobody knows here.
   * @param {string} address
   * @param {Response | undefined} answer
   */
  const isRight = async (address, answer) => {
    const expected = integrity[nameOf(address)];
    if (!answer || !expected) return Boolean(answer);
    return (await digestOf(answer.clone())) === expected;
  };

  /** @param {string} address */
  const throwOut = async (address) => {
    isWhole = false;
    const cache = await caches.open(NAME);
    await cache.delete(address, { ignoreVary: true });
  };

  /**
   * A cache that cannot be read has nothing, and neither has one whose file is not as it was given.
   * @param {string} address
   */
  const kept = async (address) => {
    /** @param {MultiCacheQueryOptions} where */
    const look = (where) => caches.match(address, { ...where, ignoreVary: true });
    try {
      const found = await look({ cacheName: NAME });
      if (await isRight(address, found)) return found;
      if (found) await throwOut(address);
      const before = await look({});
      return (await isRight(address, before)) ? before : undefined;
    } catch {
      return undefined;
    }
  };

  // Fetches what was thrown out, or what the device has lost: while there is a network.
  const mend = async () => {
    if (isWhole) return;
    // What is thrown out meanwhile is for the next time.
    isWhole = true;
    try {
      const cache = await caches.open(NAME);
      const there = new Set((await cache.keys()).map(({ url }) => url));
      const missing = everything().filter((each) => !there.has(new URL(each, location.href).href));
      await addAll(cache, missing);
    } catch (error) {
      isWhole = false;
      throw error;
    }
  };

  /**
   * What tray/store.js remembers under "language". A database is not made here: that one would be
   * without its stores.
   * @returns {Promise<string | undefined>}
   */
  const languageUsedLast = () =>
    new Promise((resolve, reject) => {
      const opening = indexedDB.open("spkey-portal");
      opening.onupgradeneeded = () => opening.transaction?.abort();
      opening.onerror = () => reject(opening.error);
      opening.onsuccess = () => {
        const database = opening.result;
        const reading = database.transaction("device").objectStore("device").get("language");
        reading.onsuccess = () => resolve(reading.result?.value);
        reading.onerror = () => reject(reading.error);
        database.close();
      };
    });

  /**
   * That of the shell asked for by its address, else the last one used here, else the browser's.
   * @param {string} address
   */
  const language = async (address) => {
    const { pathname } = new URL(address);
    const last = await within(LANGUAGE_PATIENCE, languageUsedLast()).catch(() => undefined);
    const browsers = navigator.languages.map((tag) => tag.split("-")[0]);
    const wanted = [last, ...browsers].find((code) => code !== undefined && codes.includes(code));
    return codes.find((code) => shells[code] === pathname) ?? wanted ?? codes[0] ?? "en";
  };

  /**
   * As `kept`: a cache that does not answer has nothing either.
   * @param {string} address
   */
  const keptInTime = (address) => within(CACHE_PATIENCE, kept(address)).catch(() => undefined);

  /**
   * In another language where the one that is wanted is not to be had.
   * @param {string} address
   */
  const shell = async (address) => {
    const wanted = await language(address);
    for (const code of [wanted, ...codes]) {
      const found = await keptInTime(addressOf(code));
      if (found) return found;
    }
    return undefined;
  };

  /**
   * What is there in time, or undefined.
   * @param {Promise<Response>} answering
   */
  const inTime = (answering) => within(patience, answering).catch(() => undefined);

  /**
   * For files: what comes too late is an error, as without a network, and the page can go on.
   * @param {Promise<Response>} answering
   */
  const orError = (answering) => within(FILE_PATIENCE, answering).catch(() => Response.error());

  /**
   * Where nothing is kept, a late answer is better than none.
   * @param {Request} asked
   */
  const page = async (asked) => {
    const answering = fetch(asked);
    const answer = await inTime(answering);
    if (answer && !NOBODY_THERE.includes(answer.status)) return answer;
    return (await shell(asked.url)) ?? answering;
  };

  /**
   * Nobody knows whether what was sent has arrived: the shell says so, and leads back to the form.
   * @param {Request} asked
   */
  const lost = async (asked) => {
    const address = new URL(pathOf(await language(asked.url)), location.origin);
    address.searchParams.set("lost", "1");
    if (asked.referrer) address.searchParams.set("page", new URL(asked.referrer).pathname);
    return Response.redirect(address);
  };

  /**
   * Files are left to the browser: not every one hands them on whole.
   * @param {Request} asked
   */
  const sent = (asked) => {
    if (asked.headers.get("Content-Type")?.startsWith("multipart/")) return undefined;
    return within(SENT_PATIENCE, fetch(asked)).catch(() => lost(asked));
  };

  /**
   * @param {string} name
   * @param {Response} answer
   */
  const renew = async (name, answer) => {
    if (!(await isRight(name, answer))) return;
    const cache = await caches.open(NAME);
    await cache.put(name, answer);
  };

  /**
   * A cache that is full, or does not answer, keeps what it had.
   * @param {string} name
   * @param {Response} answer
   */
  const renewIfPossible = (name, answer) =>
    within(CACHE_PATIENCE, renew(name, answer.clone())).catch(() => undefined);

  /**
   * Development has files without a hash in their names: the newest counts, and is kept.
   * @param {Request} asked
   */
  const changing = async (asked) => {
    const answering = fetch(asked);
    const answer = await inTime(answering);
    const name = nameOf(asked.url);
    if (!answer) return (await keptInTime(name)) ?? orError(answering);
    if (answer.status === 200 && files.includes(name)) await renewIfPossible(name, answer);
    return answer;
  };

  /**
   * A file of this version that is not kept any more: whoever answers, only the portal is heard. It is
   * kept again.
   * @param {string} name
   */
  const fetched = async (name) => {
    const asked = (/** @type {RequestCache} */ cache) => fetch(request(name, cache));
    const answer = await orError(asked("default").catch(() => asked("reload")));
    if (answer.status === 200 && files.includes(name)) await renewIfPossible(name, answer);
    return answer;
  };

  // A query makes no other file of it.
  /** @param {Request} asked */
  const file = async (asked) => {
    if (!hasHash(asked.url)) return changing(asked);
    const name = nameOf(asked.url);
    const found = await keptInTime(name);
    if (found) return found;
    return name in integrity ? fetched(name) : orError(fetch(asked));
  };

  /** @param {Request} asked */
  const answer = (asked) => {
    const { origin, pathname } = new URL(asked.url);
    if (origin !== location.origin) return undefined;
    if (asked.mode === "navigate") return asked.method === "GET" ? page(asked) : sent(asked);
    if (asked.method !== "GET") return undefined;
    if (pathname.startsWith(under) && !asked.headers.has("Range")) return file(asked);
    return undefined;
  };

  worker.addEventListener("install", (event) => event.waitUntil(install()));
  worker.addEventListener("activate", (event) => event.waitUntil(activate()));
  // From a page that came about beside the worker's own beginning, or was loaded past it.
  worker.addEventListener("message", (event) => {
    if (event.data === "claim") event.waitUntil(worker.clients.claim());
  });
  worker.addEventListener("fetch", (event) => {
    const answered = answer(event.request);
    if (!answered) return;
    event.respondWith(answered);
    if (event.request.mode !== "navigate") return;
    event.waitUntil(answered.then(mend).catch(() => undefined));
  });
}
