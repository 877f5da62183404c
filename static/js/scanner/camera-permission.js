// What the person has said about this page and the camera.
import { within } from "../page/within.js";

const SAID_WITHIN = 1000;

// Whether the camera is allowed for good, so that nobody is asked; false where nobody can tell.
export const isAllowed = async () => {
  try {
    const asking = navigator.permissions.query({ name: "camera" });
    return (await within(SAID_WITHIN, asking)).state === "granted";
  } catch {
    return false;
  }
};
