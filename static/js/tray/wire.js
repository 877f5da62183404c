// The messages between a device's tray and the portal, for the type checker alone: nothing loads
// this. portal/tray/schema.py defines them, and a test holds the two together.

/** @typedef {"try_now" | "stop" | "again"} Action */

/**
 * @typedef {"looking" | "unknown" | "ready" | "here" | "yours" | "elsewhere" | "refused"
 *   | "under_way" | "held_up" | "claimed" | "cancelled" | "failed" | "lost" | "took_effect"
 *   | "forbidden" | "not_taken"} Outcome
 */

/**
 * A row, as the device sends it.
 * @typedef {object} Row
 * @property {string} id
 * @property {string} text
 * @property {string} site
 * @property {boolean} claim
 * @property {string} claimId
 * @property {Action | ""} action
 * @property {string} seen
 */

/**
 * @typedef {object} Request
 * @property {string} person
 * @property {string} organisation
 * @property {Row[]} rows
 */

/**
 * The state of a row.
 * @typedef {object} News
 * @property {string} id
 * @property {string} seen
 * @property {Outcome} outcome
 * @property {string} kind
 * @property {string} icon
 * @property {string} word
 * @property {string} title
 * @property {string} text
 * @property {string} meta
 * @property {string} reference
 * @property {string} url
 * @property {string} hubId
 * @property {string} claimId
 * @property {boolean} canClaim
 * @property {boolean} settled
 * @property {number} pollIn
 * @property {Action[]} actions
 */

/**
 * @typedef {object} Answer
 * @property {News[]} rows
 */

/**
 * A person or an organisation.
 * @typedef {object} Named
 * @property {string} id
 * @property {string} name
 */

/**
 * @typedef {object} SiteChoice
 * @property {string} id
 * @property {string} name
 * @property {string} address
 */

/**
 * For whom the device works.
 * @typedef {object} Session
 * @property {Named} person
 * @property {Named} organisation
 * @property {SiteChoice[]} sites
 * @property {string} site
 * @property {string} language
 * @property {string} csrf
 */

/**
 * The text of the label in a photo.
 * @typedef {object} Label
 * @property {string} text
 */

/**
 * Nobody is signed in.
 * @typedef {object} SignIn
 * @property {string} signIn
 */

/**
 * @typedef {object} Problem
 * @property {string} problem
 */

/**
 * Nothing is done for this person.
 * @typedef {object} Refusal
 * @property {string} problem
 * @property {string} person
 * @property {News} news
 */

export {};
