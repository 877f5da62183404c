// Whose rows these are. An agent's under a grant are kept under a name of their own, so that no other
// tray of the same person, nor an older script, ever finds, counts or sends them.

/**
 * @param {string} person
 * @param {string} grant The grant by which the person acts for an organisation, or "".
 */
export const ownerOf = (person, grant) => (person && grant ? `${person} ${grant}` : person);

/**
 * The person behind such a name.
 * @param {string} owner
 */
export const personOf = (owner) => owner.split(" ")[0] ?? "";

// What the session's storage has of why an agent claims: who signs out leaves nothing of it.
export const WHY = "tray-why";

export const forgetWhy = () => {
  try {
    for (const name of Object.keys(sessionStorage)) {
      if (name.startsWith(`${WHY} `)) sessionStorage.removeItem(name);
    }
  } catch {
    // Where the device refuses it nothing was kept.
  }
};
