// <toast-list>: says what just succeeded, and goes by itself, but not while somebody reads it.

const SHOWN_FOR = 6000;
// What can be undone stays long enough to think about it.
const WITH_UNDO = 20_000;

class ToastList extends HTMLElement {
  connectedCallback() {
    for (const toast of this.querySelectorAll("[data-toast]")) {
      toast.querySelector("[data-close]")?.addEventListener("click", () => this.#end(toast));
      this.#wait(toast, toast.querySelector("form") ? WITH_UNDO : SHOWN_FOR);
    }
  }

  /**
   * @param {Element} toast
   * @param {number} time
   */
  #wait(toast, time) {
    setTimeout(() => {
      if (toast.matches(":hover, :focus-within") || document.hidden) this.#wait(toast, SHOWN_FOR);
      else this.#end(toast);
    }, time);
  }

  /** @param {Element} toast */
  #end(toast) {
    toast.remove();
    if (!this.children.length) this.remove();
  }
}

customElements.define("toast-list", ToastList);
