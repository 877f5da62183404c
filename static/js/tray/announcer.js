// Tells what became of rows, for ears alone: several at once in one telling.
import { announce } from "../page/dom.js";
import { TrayModel } from "./model.js";
import { isBad, isOnItsWay } from "./outcome.js";

/** @import { RowView } from "./row.js" */
/** @import { KeptRow } from "./store.js" */

const GATHER = 300;

export class Announcer {
  #view;
  #signalClaimed;
  /** @type {Set<string>} */
  #ids = new Set();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {(id: string) => RowView | undefined} view What a row says; undefined for one that is
   *   gone.
   * @param {(row: KeptRow) => void} signalClaimed Signals that a lookup found the hub to be claimed
   *   here already.
   * @param {AbortSignal} signal Ends it.
   */
  constructor(view, signalClaimed, signal) {
    this.#view = view;
    this.#signalClaimed = signalClaimed;
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
  }

  /**
   * Tells of rows that say something else than before. Of several that are claimed here already
   * one is signalled: all their sounds at once would be a bang.
   * @param {KeptRow[]} rows
   */
  announce(rows) {
    const here = rows.filter((row) => row.stage === "tray" && TrayModel.isDone(row));
    const signalled = here.pop();
    if (signalled) this.#signalClaimed(signalled);
    for (const row of [...here, ...rows.filter((each) => this.#isNews(each))]) this.#add(row.id);
  }

  /**
   * Where a claim has come to is told, and what speaks against one: not each step on the way.
   * @param {KeptRow} row
   */
  #isNews({ id, stage }) {
    const outcome = this.#view(id)?.outcome;
    return isBad(outcome) || (stage !== "tray" && !isOnItsWay(outcome));
  }

  /** @param {string} id */
  #add(id) {
    if (!this.#ids.size) this.#timer = setTimeout(() => this.#announceAll(), GATHER);
    this.#ids.add(id);
  }

  #announceAll() {
    const views = [...this.#ids].map((id) => this.#view(id)).filter((view) => view !== undefined);
    this.#ids.clear();
    announce(views.map(({ tail, word, tried }) => `${tail}: ${tried || word}`).join(". "));
  }
}
