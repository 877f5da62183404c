// Sends what was confirmed in the tray and asks for news of it, whenever the portal can be reached.
// On every page of a signed-in person, and in the one that opens without a network.
import { reportUnlessRefused } from "../page/report.js";
import { Halt } from "./api-client.js";
import { personOf } from "./owner.js";
import { afterTry } from "./trying.js";

/** @import { ApiClient, HaltState } from "./api-client.js" */
/** @import { MemoryStore } from "./memory-store.js" */
/** @import { KeptRow, Stage, TrayStore } from "./store.js" */
/** @import { Action, Answer, News, Row } from "./wire.js" */

/**
 * How it goes. `isForeign`: somebody else has signed in, and the person has not been back since;
 * `problem` is the portal's sentence, or ""; `signIn` where to sign in, or ""; `sending` holds the
 * ids of rows that are on their way; `isLate`: what was confirmed is not sent as soon as it should be;
 * `stepUp` is where an agent uses their second factor again, which something waits for, or "".
 * @typedef {object} Detail
 * @property {"online" | Exclude<HaltState, "refused">} state
 * @property {boolean} isForeign
 * @property {string} problem
 * @property {string} signIn
 * @property {Set<string>} sending
 * @property {boolean} isLate
 * @property {string} stepUp
 */

const BATCH = 50;
const SESSION_LASTS = 60_000;
const REFUSED_FOR = 60_000;
const SHORTEST_POLL = 200;
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 60_000;
const MOST_DOUBLINGS = 10;
// How long another page may keep this one from its turn. It may be asleep, and keep it for ever; the
// portal knows repeats by the rows' ids.
const TURN_WITHIN = 5000;
// What is not sent by then is not sent in a moment.
const A_MOMENT = 6000;
const NEVER = Number.POSITIVE_INFINITY;

// Milliseconds on a clock that nobody puts back.
const now = () => performance.now();

/** @param {Partial<News> | null} [news] */
const dueAfter = (news) =>
  news?.settled ? NEVER : now() + Math.max((news?.pollIn ?? 1) * 1000, SHORTEST_POLL);

/**
 * Where somebody is claiming the hub already, that claim is followed. What was refused without
 * becoming a claim lies in the tray again, with the reason.
 * @param {KeptRow} row
 * @param {News} news
 * @returns {Stage}
 */
const stageAfter = (row, news) => {
  if (news.claimId) return "sent";
  return row.stage === "tray" || news.settled ? "tray" : row.stage;
};

/**
 * The place of the row that the portal is still to be told; "" where it is told all.
 * @param {KeptRow} row
 */
const newPlaceOf = ({ place, isPlaceNew }) => (isPlaceNew && place) || "";

/**
 * @param {KeptRow} row
 * @param {Action | ""} action
 * @returns {Row}
 */
const asked = (row, action) => ({
  id: row.id,
  text: row.text,
  site: row.site,
  claim: row.stage !== "tray",
  claimId: row.stage === "sent" ? (row.news?.claimId ?? "") : "",
  action,
  seen: row.news?.seen ?? "",
  place: row.stage === "sent" ? newPlaceOf(row) : (row.place ?? ""),
  job: row.job ?? "",
  tried: Boolean(row.isTried),
  reason: row.reason ?? "",
  ticket: row.ticket ?? "",
});

/**
 * In batches of one organisation each.
 * @param {KeptRow[]} rows
 * @returns {Generator<[string, KeptRow[]]>}
 */
const batches = function* (rows) {
  for (const organisation of new Set(rows.map((row) => row.organisation))) {
    const its = rows.filter((row) => row.organisation === organisation);
    for (let start = 0; start < its.length; start += BATCH) {
      yield [organisation, its.slice(start, start + BATCH)];
    }
  }
};

// Fires `tray-sync` on document whenever something of its Detail changes, and `tray-unkept` once the
// device refuses to keep what the portal tells.
export class TraySync {
  /** @type {TrayStore | MemoryStore} */
  store;
  portal;
  /** @type {Detail} */
  detail = {
    state: navigator.onLine ? "online" : "offline",
    isForeign: false,
    problem: "",
    signIn: "",
    sending: new Set(),
    isLate: false,
    stepUp: "",
  };

  #person;
  /** @type {{ person: string, until: number } | undefined} */
  #session;
  // Who looks at their rows: without anybody only what was confirmed is sent.
  #watcher = "";
  // Whether the session is asked for though nothing has to be sent.
  #isCurious = false;
  /** @type {Map<string, Action>} */
  #actions = new Map();
  /** @type {Map<string, { stage: Stage, site: string, place: string, dueAt: number }>} */
  #asked = new Map();
  #failures = 0;
  #notBefore = 0;
  #toldUntil = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #running = false;
  #again = false;
  // Whether another page has kept this one from its turn: then it is not waited for again.
  #isPassedOver = false;
  /** @type {AbortController | undefined} */
  #listening;

  /**
   * @param {ApiClient} portal
   * @param {string} person Whom the page is for, as in owner.js, or "" where the page knows nobody:
   *   then it is the one whom the device remembers.
   * @param {TrayStore} store
   */
  constructor(portal, person, store) {
    this.portal = portal;
    this.#person = person;
    this.store = store;
  }

  async start() {
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    this.store.changes.addEventListener(
      "change",
      (event) => {
        if (event instanceof CustomEvent && event.detail.store === "rows") this.wake();
      },
      { signal },
    );
    addEventListener("online", () => this.syncNow(), { signal });
    addEventListener("offline", () => this.#halt(new Halt("offline")), { signal });
    addEventListener("pageshow", ({ persisted }) => persisted && this.syncNow(), { signal });
    document.addEventListener("visibilitychange", () => document.hidden || this.syncNow(), {
      signal,
    });
    document.addEventListener("resume", () => this.syncNow(), { signal });
    document.addEventListener(
      "connection",
      (event) => {
        const isOnline = event instanceof CustomEvent && event.detail.online;
        if (isOnline && ["offline", "gate"].includes(this.detail.state)) this.syncNow();
      },
      { signal },
    );
    if (this.#person && !(await this.#isKnown(this.#person))) this.#isCurious = true;
    this.wake();
  }

  /**
   * Whether the device knows the person; one that does not say counts as knowing them.
   * @param {string} person
   */
  async #isKnown(person) {
    try {
      return Boolean(await this.store.person(person));
    } catch (error) {
      reportUnlessRefused(error);
      return true;
    }
  }

  // Asks for nothing more, and sends nothing more.
  stop() {
    this.#listening?.abort();
    clearTimeout(this.#timer);
  }

  /**
   * This person looks at their rows: asks what is new of them, and what the person may do.
   * @param {string} person
   */
  watch(person) {
    this.#watcher = person;
    this.#isCurious = true;
    this.syncNow();
  }

  // Asks again what the person may do, and how far their jobs are, unless that was told just now.
  refresh() {
    this.#isCurious = true;
    this.wake();
  }

  // Nobody looks at the rows any more.
  unwatch() {
    this.#watcher = "";
    this.wake();
  }

  /** Whose tray it is: an id, or undefined. */
  async person() {
    const known = this.#watcher || this.#person;
    return known || (await this.store.get("current").catch(reportUnlessRefused));
  }

  // Looks for what is due, unless the portal failed a moment ago.
  wake() {
    if (this.#running) this.#again = true;
    else this.#plan(this.#notBefore - now());
  }

  // Syncs at once: the network, or a person, has just come back. Not before the time that the portal
  // has named.
  syncNow() {
    this.#notBefore = this.#toldUntil;
    this.wake();
  }

  /**
   * Has an action done to a row that the portal knows.
   * @param {string} id
   * @param {Action} action
   */
  act(id, action) {
    this.#actions.set(id, action);
    this.syncNow();
  }

  // Whether something is still to be done to a row.
  get owes() {
    return this.#actions.size > 0;
  }

  /**
   * Whether something is still to be done to this row.
   * @param {string} id
   */
  owesTo(id) {
    return this.#actions.has(id);
  }

  /**
   * Makes sure that it is this person who is signed in. Throws a Halt.
   * @param {string} person
   */
  async #open(person) {
    let session = this.#session;
    if (!session || session.until <= now()) session = await this.#ask(person);
    this.#session = session;
    if (session.person !== personOf(person)) throw new Halt("somebody-else");
    if (this.detail.isForeign) this.#turn({ isForeign: false });
  }

  /** @param {string} person */
  async #ask(person) {
    try {
      const session = await this.portal.session();
      // For whom an agent acts is nothing to go on with without a network.
      if (!this.portal.grant) await this.store.keepPerson(session).catch(reportUnlessRefused);
      return { person: session.person.id, until: now() + SESSION_LASTS };
    } catch (error) {
      // Somebody who may claim nothing has no session here, and is somebody else all the same.
      const isForeign = error instanceof Halt && error.person && error.person !== personOf(person);
      throw isForeign ? new Halt("somebody-else") : error;
    }
  }

  /** @param {number} wait */
  #plan(wait) {
    clearTimeout(this.#timer);
    if (this.#listening?.signal.aborted) return;
    this.#timer = setTimeout(() => this.#run(), Math.max(wait, 0));
  }

  async #run() {
    this.#running = true;
    this.#again = false;
    const late = setTimeout(() => this.#turn({ isLate: true }), A_MOMENT);
    const { store } = this;
    const wait = await this.#alone(() => this.#round()).catch((error) => this.#halt(error, store));
    clearTimeout(late);
    this.#running = false;
    this.#plan(this.#again ? Math.min(wait, this.#notBefore - now()) : wait);
  }

  /**
   * One page of the device at a time. Where its turn does not come, this one goes on beside the other.
   * @param {() => Promise<number>} act
   * @returns {Promise<number>}
   */
  async #alone(act) {
    /** @type {Promise<number> | undefined} */
    let acting;
    const begin = () => {
      acting ??= act();
      return acting;
    };
    // Refused, or not in time. What failed in its turn fails below.
    if (navigator.locks) await this.#takeTurn(begin).catch(() => undefined);
    return begin();
  }

  /**
   * @param {() => Promise<number>} act
   * @returns {Promise<unknown>}
   */
  #takeTurn(act) {
    const waiting = new AbortController();
    const { signal } = waiting;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#isPassedOver = true;
        waiting.abort();
        reject(signal.reason);
      }, TURN_WITHIN);
      const how = this.#isPassedOver ? { ifAvailable: true } : { signal };
      /** @param {Lock | null} lock */
      const take = (lock) => {
        if (signal.aborted) return undefined;
        clearTimeout(timer);
        this.#isPassedOver = lock === null;
        return act();
      };
      navigator.locks.request("tray-sync", how, take).then(resolve, reject);
    });
  }

  /**
   * Tells why nothing goes on; answers in how many milliseconds to look again. Where only the store
   * failed and there is another by now, that is at once.
   * @param {unknown} error
   * @param {TrayStore | MemoryStore} [store] It was used.
   */
  #halt(error, store = this.store) {
    const isHalt = error instanceof Halt;
    if (!isHalt) reportUnlessRefused(error);
    if (error instanceof DOMException) document.dispatchEvent(new Event("tray-unkept"));
    if (this.store !== store && !isHalt) return 0;
    const { problem, signIn } = isHalt ? error : { problem: "", signIn: "" };
    const state = isHalt ? error.state : this.#stateAfter(error);
    this.#session = undefined;
    const isForeign = this.detail.isForeign || state === "somebody-else";
    this.#turn({ state: state === "refused" ? "online" : state, isForeign, problem, signIn });
    const wait = Math.min(FIRST_WAIT * 2 ** this.#failures, LONGEST_WAIT);
    this.#failures = Math.min(this.#failures + 1, MOST_DOUBLINGS);
    const told = isHalt ? error.retryAfter : 0;
    const spread = Math.max(wait * (0.8 + 0.4 * Math.random()), told);
    this.#toldUntil = told ? now() + told : 0;
    this.#notBefore = now() + spread;
    return spread;
  }

  /**
   * What is no answer speaks for no portal. Of the portal, the device's own refusal says nothing.
   * @param {unknown} error
   */
  #stateAfter(error) {
    return error instanceof DOMException ? this.detail.state : "offline";
  }

  // Sends and asks for what is due; answers in how many milliseconds the next thing is.
  async #round() {
    const person = await this.person();
    if (!person) return LONGEST_WAIT;
    const rows = await this.store.rows(person);
    const due = rows.filter((row) => this.#dueAt(row) <= now());
    const isDoubtful = this.#isCurious || this.detail.state !== "online";
    if (due.length || isDoubtful) await this.#exchangeAll(person, due);
    this.#isCurious = false;
    const left = await this.store.rows(person);
    const waits = left.map((row) => this.#dueAt(row) - now());
    const isLate = left.some((row, at) => row.stage === "confirmed" && (waits[at] ?? 0) > A_MOMENT);
    if (isLate !== this.detail.isLate) this.#turn({ isLate });
    return Math.min(LONGEST_WAIT, ...waits);
  }

  /**
   * @param {string} person
   * @param {KeptRow[]} due
   */
  async #exchangeAll(person, due) {
    if (!navigator.onLine) throw new Halt("offline");
    await this.#open(person);
    let problem = "";
    let failure;
    for (const [organisation, rows] of batches(due)) {
      try {
        problem = (await this.#exchange(person, organisation, rows)) || problem;
      } catch (error) {
        // What the portal itself fails at holds up nothing else.
        if (!(error instanceof Halt && error.isPortals)) throw error;
        failure = error;
      }
    }
    if (failure) throw failure;
    this.#failures = 0;
    this.#turn({ state: "online", problem, signIn: "" });
  }

  /**
   * Answers with the portal's sentence when it refuses all of these rows, else with "".
   * @param {string} person
   * @param {string} organisation
   * @param {KeptRow[]} rows
   */
  async #exchange(person, organisation, rows) {
    /** @type {Map<string, Action | "">} */
    const actions = new Map(rows.map((row) => [row.id, this.#actions.get(row.id) ?? ""]));
    const leaving = rows.filter((row) => row.stage === "confirmed" || actions.get(row.id));
    this.#turn({ sending: new Set(leaving.map((row) => row.id)) });
    try {
      const request = rows.map((row) => asked(row, actions.get(row.id) ?? ""));
      const whose = personOf(person);
      const answer = await this.portal.exchange(whose, organisation, request);
      await this.#take(person, rows, answer);
      this.#turn({ stepUp: answer.stepUp ?? "" });
      for (const [id, action] of actions) {
        if (this.#actions.get(id) === action) this.#actions.delete(id);
      }
      return "";
    } catch (error) {
      if (!(error instanceof Halt && error.state === "refused")) throw error;
      await this.#refuse(rows, error.news);
      return error.problem;
    } finally {
      this.#turn({ sending: new Set() });
    }
  }

  /**
   * A row that was removed or changed since is left as it is: it is asked for again.
   * @param {string} person
   * @param {KeptRow[]} rows
   * @param {Answer} answer
   */
  async #take(person, rows, answer) {
    const sent = new Map(rows.map((row) => [row.id, row]));
    const newsOf = new Map(answer.rows.map((news) => [news.id, news]));
    for (const row of rows) this.#setDue(row, dueAfter(newsOf.get(row.id) ?? row.news));
    const known = rows.filter((row) => newsOf.has(row.id) || newPlaceOf(row) || row.isTried);
    const ids = known.map(({ id }) => id);
    try {
      await this.store.change(ids, (row) => this.#after(row, sent.get(row.id), newsOf.get(row.id)));
    } catch (error) {
      // The answer is lost here: it is asked for again.
      for (const id of ids) this.#asked.delete(id);
      throw error;
    }
    // A portal of before tells of no jobs.
    const progress = answer.progress ?? [];
    if (progress.length) await this.store.keepProgress(person, progress).catch(reportUnlessRefused);
  }

  /**
   * The row after an answer; undefined where that changes nothing.
   * @param {KeptRow} row
   * @param {KeptRow | undefined} before As it was sent.
   * @param {News | undefined} news
   */
  #after(row, before, news) {
    if (!before || row.stage !== before.stage || row.site !== before.site) return undefined;
    const isTold = before.stage === "sent" && newPlaceOf(before) && row.place === before.place;
    const told = news ? { ...row, news, stage: stageAfter(row, news) } : { ...row };
    const next = afterTry(told, { ...row, isTried: Boolean(before.isTried) });
    if (!news && !isTold && next.isTried === row.isTried) return undefined;
    if (isTold) next.isPlaceNew = false;
    // Said again meanwhile, the place is still to be told.
    if (!newPlaceOf(next)) this.#setDue(next, dueAfter(next.news));
    return next;
  }

  /**
   * What was tapped is over with that. What was confirmed says why it is not taken, and is sent
   * again after a while: people get their rights back.
   * @param {KeptRow[]} rows
   * @param {News | undefined} news
   */
  async #refuse(rows, news) {
    for (const row of rows) {
      this.#actions.delete(row.id);
      this.#setDue(row, now() + REFUSED_FOR);
    }
    const confirmed = news ? rows.filter((row) => row.stage === "confirmed") : [];
    const ids = confirmed.map((row) => row.id);
    await this.store.change(ids, (row) => {
      if (row.stage !== "confirmed") return undefined;
      return { ...row, news: { ...news, meta: row.news?.meta ?? "" } };
    });
  }

  /**
   * What was asked counts for the row as it was: confirmed or moved, it is due again.
   * @param {KeptRow} row
   * @param {number} dueAt
   */
  #setDue(row, dueAt) {
    const { id, stage, site } = row;
    this.#asked.set(id, { stage, site, place: newPlaceOf(row), dueAt });
  }

  /** @param {KeptRow} row */
  #dueAt(row) {
    if (this.#actions.has(row.id)) return 0;
    const isOwed = row.stage === "confirmed" || newPlaceOf(row);
    if (!isOwed && (!this.#watcher || document.hidden)) return NEVER;
    // What is over is asked for once a page: SpKey may have released a hub since.
    const asked = this.#asked.get(row.id);
    const isAsItWas = asked?.stage === row.stage && asked.site === row.site;
    // It came back into the tray without what was known of it.
    if (asked?.dueAt === NEVER && !row.news) return 0;
    return isAsItWas && asked.place === newPlaceOf(row) ? asked.dueAt : 0;
  }

  /** @param {Partial<Detail>} change */
  #turn(change) {
    this.detail = { ...this.detail, ...change };
    document.dispatchEvent(new CustomEvent("tray-sync", { detail: this.detail }));
  }
}
