// The navigation where it is a sidebar (see bar.css). What was opened as a menu before the device was
// turned is none there; and where one is stays in sight, above the foot.

const wide = matchMedia("(min-width: 64rem)");

const settle = () => {
  if (!wide.matches) return;
  document.getElementById("nav-more")?.hidePopover?.();
  const here = document.querySelector(".nav a[aria-current]");
  const foot = document.querySelector(".side-foot");
  const side = here?.closest(".masthead");
  if (!here || !foot || !side) return;
  const below = here.getBoundingClientRect().bottom - foot.getBoundingClientRect().top;
  if (below > 0) side.scrollTop += below + 16;
};

addEventListener("resize", settle);
settle();
