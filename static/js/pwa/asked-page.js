// The page that the shell leads to.
import { Address } from "../tray/address.js";

/**
 * @param {string} address
 * @param {URL} here
 */
const parsed = (address, here) => {
  try {
    return new URL(address, here);
  } catch {
    return undefined;
  }
};

/**
 * The path of a page of this portal, for any address: never one that leads elsewhere. What an
 * address asks of the tray was done in the shell, and is not asked again.
 * @param {string} asked
 * @param {URL} here
 * @param {string} tray The path of the tray's page, for an address that is not this portal's.
 */
export const pathOf = (asked, here, tray) => {
  const page = parsed(asked, here) ?? new URL(tray, here);
  if (page.origin !== here.origin) return tray;
  if (page.pathname === tray) {
    for (const name of Address.NAMES) page.searchParams.delete(name);
  }
  // In a link, two slashes are followed by a host.
  return page.pathname.replace(/^\/+/, "/") + page.search;
};
