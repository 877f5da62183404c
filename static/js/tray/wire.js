// The messages between a device's tray and the portal, for the type checker alone: nothing loads
// this. portal/tray/schema.py defines them, and a test holds the two together.

/** @typedef {"try_now" | "stop" | "again" | "tell"} Action */

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
 * @property {string} place
 * @property {string} job
 * @property {boolean} tried
 * @property {string} reason
 * @property {string} ticket
 */

/**
 * @typedef {object} Request
 * @property {string} person
 * @property {string} organisation
 * @property {Row[]} rows
 * @property {string} grant
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
 * @property {string} tried
 * @property {boolean} trying
 * @property {string} nextLook
 * @property {string} meta
 * @property {string} number
 * @property {string} url
 * @property {string} moveUrl
 * @property {string} askUrl
 * @property {string} requestUrl
 * @property {string} hubId
 * @property {string} claimId
 * @property {boolean} canClaim
 * @property {boolean} settled
 * @property {number} pollIn
 * @property {Action[]} actions
 * @property {boolean} online
 * @property {boolean} atHub
 * @property {string} lastSeen
 * @property {boolean} toRelease
 */

/**
 * A hub of a job that is not online.
 * @typedef {object} Awaited
 * @property {string} hubId
 * @property {string} lastSeen
 */

/**
 * How far a job is, whoever works on it.
 * @typedef {object} Progress
 * @property {string} job
 * @property {number} claimed
 * @property {number} online
 * @property {number} underWay
 * @property {number} heldUp
 * @property {number} offline
 * @property {number} missing
 * @property {number} unlisted
 * @property {number} unlistedOnline
 * @property {number} toRelease
 * @property {Awaited[]} awaited
 * @property {string} since
 * @property {string} until
 */

/**
 * @typedef {object} Answer
 * @property {News[]} rows
 * @property {Progress[]} progress
 * @property {string} stepUp
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
 * A place at which a job expects a hub.
 * @typedef {object} Place
 * @property {string} name
 * @property {string} hubId
 * @property {string} takenBy
 */

/**
 * A job on which the person may work today.
 * @typedef {object} Job
 * @property {string} id
 * @property {number} number
 * @property {boolean} own
 * @property {string} site
 * @property {string} reference
 * @property {string} note
 * @property {string} startsOn
 * @property {string} endsOn
 * @property {number} expected
 * @property {Place[]} places
 * @property {Progress} progress
 * @property {string} complete
 */

/**
 * For whom the device works.
 * @typedef {object} Session
 * @property {Named} person
 * @property {Named} organisation
 * @property {SiteChoice[]} sites
 * @property {string} site
 * @property {Job[]} jobs
 * @property {string} language
 * @property {string} csrf
 */

/**
 * The hub's id on the label in a photo; of several labels, theirs, one a line.
 * @typedef {object} Label
 * @property {string} text
 */

/**
 * Nobody is signed in; `problem` says so of who has no access any more, else it is "".
 * @typedef {object} SignIn
 * @property {string} signIn
 * @property {string} problem
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
