// The portal as the tray speaks to it: sessions, rows, photos, all in JSON.
const ANSWER_WITHIN = 15_000;
const PHOTO_WITHIN = 60_000;

const stateOf = (status, isPortals) => {
  if (status === 401) return "signed-out";
  if (status === 409) return "somebody-else";
  // A refusal without words is none of the portal's own: a token that ran out, a hotel's gate.
  if (status >= 400 && status < 500 && status !== 429) return isPortals ? "refused" : "offline";
  // Without words it is a proxy that says there is no portal behind it.
  return isPortals || [429, 500].includes(status) ? "stumbling" : "offline";
};

// Why there is no usable answer. `state`: "offline" (or nothing that speaks for the portal),
// "stumbling" (the portal is there, and fails), "signed-out", "somebody-else" or "refused";
// `problem`: the portal's sentence, or ""; `signIn`: where to sign in, or ""; `person`: who is
// signed in, where the portal told; `news`: what a refused row is told, likewise; `isPortals`:
// the portal, or what stands before it, failed at this very request.
export class Halt extends Error {
  isPortals = false;

  constructor(state, told) {
    super(state);
    this.state = state;
    this.problem = told?.problem ?? "";
    this.signIn = told?.signIn ?? "";
    this.person = told?.person;
    this.news = told?.news;
  }

  static of(status, told) {
    const halt = new Halt(stateOf(status, Boolean(told?.problem)), told);
    halt.isPortals = status >= 500;
    return halt;
  }
}

export class ApiClient {
  #url;
  #csrf = "";

  // `url` is where sessions are read and rows are sent.
  constructor(url) {
    this.#url = url;
  }

  // Who is signed in and may do what: `{person, organisation, sites, site, language, csrf}`.
  // All methods reject with a Halt.
  async session() {
    const session = await this.#ask(this.#url, {});
    this.#csrf = session.csrf;
    return session;
  }

  // What there is to tell of these rows, after what they ask for was done.
  async exchange(person, organisation, rows) {
    const body = JSON.stringify({ person, organisation, rows });
    const headers = { "Content-Type": "application/json" };
    const answer = await this.#post(this.#url, { body, headers });
    return answer.rows;
  }

  // The text of the label in a photo.
  async read(photo, url) {
    // Whoever signed in anew in another tab has another token.
    await this.session();
    const body = new FormData();
    body.append("photo", photo);
    return (await this.#post(url, { body }, PHOTO_WITHIN)).text;
  }

  #post(url, { headers, body }, within) {
    const all = { ...headers, "X-CSRFToken": this.#csrf };
    return this.#ask(url, { method: "POST", headers: all, body }, within);
  }

  async #ask(url, options, within = ANSWER_WITHIN) {
    const signal = AbortSignal.timeout(within);
    let answer;
    let told;
    try {
      answer = await fetch(url, { cache: "no-store", ...options, signal });
      told = await answer.json().catch(() => null);
    } catch {
      throw new Halt("offline");
    }
    if (answer.ok && told) return told;
    throw Halt.of(answer.status, told);
  }
}
