// Tells what became of rows, for ears alone: several at once in one telling.
import { TrayModel } from "./model.js";
import { isBad, isOnItsWay } from "./outcome.js";

export class Announcer {
  static #GATHER = 300;
  #view;
  #tellClaimed;
  #ids = new Set();

  // `view(id)` is what a row says, as TrayRow.view; undefined for one that is gone.
  // `tellClaimed(row)` signals that a lookup found the hub to be claimed here already.
  constructor(view, tellClaimed) {
    this.#view = view;
    this.#tellClaimed = tellClaimed;
  }

  // Tells of rows that say something else than before. Of several that are claimed here already
  // one is signalled: all their sounds at once would be a bang.
  tell(rows) {
    const here = rows.filter((row) => row.stage === "tray" && TrayModel.isDone(row));
    const signalled = here.pop();
    if (signalled) this.#tellClaimed(signalled);
    for (const row of [...here, ...rows.filter((each) => this.#isNews(each))]) this.#add(row.id);
  }

  // Where a claim has come to is told, and what speaks against one: not each step on the way.
  #isNews({ id, stage }) {
    const { outcome } = this.#view(id);
    return isBad(outcome) || (stage !== "tray" && !isOnItsWay(outcome));
  }

  #add(id) {
    if (!this.#ids.size) setTimeout(() => this.#tellAll(), Announcer.#GATHER);
    this.#ids.add(id);
  }

  #tellAll() {
    const views = [...this.#ids].map((id) => this.#view(id)).filter(Boolean);
    this.#ids.clear();
    const texts = views.map(({ tail, word }) => `${tail}: ${word}`);
    document.getElementById("announcer").textContent = texts.join(". ");
  }
}
