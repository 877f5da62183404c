// <passkey-step>: asks the browser for a passkey, made or used, and sends the form with what it
// signed. Where the browser has no passkeys, or no scripts run, its words say so instead.
import { find } from "./dom.js";

/** @param {string} text base64url */
const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) =>
    sign.charCodeAt(0),
  );

/** @param {ArrayBuffer | null} buffer */
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer ?? new ArrayBuffer(0))))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

/** @param {{ id: string }[]} [listed] */
const known = (listed = []) => listed.map((each) => ({ ...each, id: bytes(each.id) }));

/** @param {any} options What the portal asks for, its bytes as base64url. */
const made = (options) =>
  navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: known(options.excludeCredentials),
    },
  });

/** @param {any} options */
const used = (options) =>
  navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      allowCredentials: known(options.allowCredentials),
    },
  });

/** @param {AuthenticatorResponse} response */
const signed = (response) => {
  const clientDataJSON = text(response.clientDataJSON);
  if (response instanceof AuthenticatorAttestationResponse) {
    return { clientDataJSON, attestationObject: text(response.attestationObject) };
  }
  const { authenticatorData, signature, userHandle } =
    /** @type {AuthenticatorAssertionResponse} */ (response);
  return {
    clientDataJSON,
    authenticatorData: text(authenticatorData),
    signature: text(signature),
    userHandle: userHandle && text(userHandle),
  };
};

/** @param {PublicKeyCredential} credential */
const asJson = (credential) =>
  JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response: signed(credential.response),
    clientExtensionResults: credential.getClientExtensionResults(),
  });

class PasskeyStep extends HTMLElement {
  connectedCallback() {
    if (!window.PublicKeyCredential) return;
    find(this, "[data-without]", HTMLElement).hidden = true;
    const button = find(this, "button", HTMLButtonElement);
    button.hidden = false;
    button.addEventListener("click", () => this.#ask(button));
  }

  /** @param {HTMLButtonElement} button */
  async #ask(button) {
    const form = this.closest("form");
    if (!form?.reportValidity()) return;
    this.#say(null);
    button.disabled = true;
    try {
      const options = JSON.parse(this.getAttribute("options") ?? "");
      const credential = await (this.hasAttribute("new") ? made(options) : used(options));
      if (!(credential instanceof PublicKeyCredential)) throw new TypeError("no passkey");
      find(form, "[name=credential]", HTMLInputElement).value = asJson(credential);
      form.submit();
    } catch (error) {
      button.disabled = false;
      this.#say(error instanceof Error ? error.name : "");
    }
  }

  /** @param {string | null} problem The browser's name for it; null while there is none. */
  #say(problem) {
    const sentences = /** @type {HTMLElement[]} */ ([...this.querySelectorAll("[data-problem]")]);
    for (const sentence of sentences) sentence.hidden = true;
    if (problem === null) return;
    const fits = sentences.find((sentence) => sentence.dataset.problem === problem);
    const shown = fits ?? sentences.find((sentence) => sentence.dataset.problem === "");
    if (shown) shown.hidden = false;
  }
}

customElements.define("passkey-step", PasskeyStep);
