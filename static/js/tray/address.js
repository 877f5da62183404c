// What the page's address asks of the tray. It asks once: a page that is loaded again goes on with
// what the device remembers.

export class Address {
  static NAMES = ["site", "offer", "label", "job"];
  #asked = new URLSearchParams();

  /**
   * @param {string} page The path of the tray's page. The shell opens at any other address as well,
   *   where the same names mean other things.
   */
  constructor(page) {
    if (location.pathname === page) this.#asked = new URLSearchParams(location.search);
  }

  /**
   * What is asked under a name, or null.
   * @param {string} name
   */
  get(name) {
    return this.#asked.get(name);
  }

  // Takes out of the address what was asked.
  settle() {
    const names = Address.NAMES.filter((name) => this.#asked.has(name));
    if (!names.length) return;
    const address = new URL(location.href);
    for (const name of names) address.searchParams.delete(name);
    history.replaceState(history.state, "", address);
  }
}
