// The rows of the tray on the screen, newest first. Each keeps its element as long as it is there.
export class RowList {
  #list;
  #make;
  #rows = new Map();
  #shown = new Map();

  // `list` is the element for the rows; `make()` answers with a TrayRow.
  constructor(list, make) {
    this.#list = list;
    this.#make = make;
  }

  // Shows `rows` (a Map, oldest first); `now` as for TrayRow. Answers with the ids of those that
  // say something else than before.
  show(rows, now) {
    const focused = this.#focused();
    for (const id of this.#rows.keys()) if (!rows.has(id)) this.#take(id);
    const changed = [...rows.values()].filter((row) => this.#draw(row, now)).map((row) => row.id);
    this.#keepFocus(focused);
    return changed;
  }

  // What a row says, as TrayRow.view.
  view(id) {
    return this.#rows.get(id)?.view;
  }

  #draw(row, now) {
    const known = this.#rows.get(row.id) ?? this.#add(row.id);
    const before = known.view;
    const shown = { row, state: now.state, isSent: now.sending.has(row.id), site: now.site };
    const last = this.#shown.get(row.id);
    if (last && Object.keys(shown).every((name) => shown[name] === last[name])) return false;
    this.#shown.set(row.id, shown);
    known.show(row, now);
    return before.word !== known.view.word || before.title !== known.view.title;
  }

  #add(id) {
    const row = this.#make();
    this.#rows.set(id, row);
    this.#list.prepend(row.element);
    return row;
  }

  #take(id) {
    this.#rows.get(id).element.remove();
    this.#rows.delete(id);
    this.#shown.delete(id);
  }

  #focused() {
    const element = document.activeElement?.closest("[data-row]");
    if (!element || !this.#list.contains(element)) return undefined;
    return { element, next: element.nextElementSibling ?? element.previousElementSibling };
  }

  // Whoever removed a row, or used a button that is gone, goes on beside it.
  #keepFocus(focused) {
    if (!focused) return;
    const isLost =
      document.activeElement === document.body || !document.activeElement.checkVisibility();
    if (!isLost) return;
    const { element, next } = focused;
    const remove = (place) => place?.querySelector("[data-part=remove]");
    const way = element.isConnected && element.querySelector("[data-part=link][href]");
    (way || remove(element.isConnected ? element : next))?.focus();
  }
}
