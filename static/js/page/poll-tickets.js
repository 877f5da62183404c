// What the portal has just answered with "nothing new" it repeats more cheaply to who shows the ticket
// that came with it: portal/core/web/poll_tickets.py says how. A part that is swapped begins without one.

const TICKET = "X-Portal-Ticket";
/** @type {WeakMap<Element, string>} */
const tickets = new WeakMap();

/**
 * The header that goes with the next poll of this part of the page.
 * @param {Element} part
 * @returns {Record<string, string>}
 */
export const ticketOf = (part) => {
  const ticket = tickets.get(part);
  return ticket === undefined ? {} : { [TICKET]: ticket };
};

/**
 * Keeps the ticket that came with an answer of the portal's. An answer without one says nothing of the
 * one that is there, which ends by itself.
 * @param {Element} part
 * @param {XMLHttpRequest} answer
 */
export const keepTicket = (part, answer) => {
  const ticket = answer.getResponseHeader(TICKET);
  if (ticket !== null) tickets.set(part, ticket);
};
