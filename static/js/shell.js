// The shell opens in the place of whatever page was asked for, and leads there once it can: also
// when its language was changed meanwhile. In the shell alone; `fallback` is where it leads to else.
"use strict";

{
  const { fallback } = document.currentScript.dataset;
  const { lang } = document.documentElement;
  const links = [...document.querySelectorAll("[data-shell-language]")];
  const here = new URL(location.href);

  // Only a path of this portal is gone to, whoever wrote the address.
  const isPath = (page) => /^\/(?![/\\])/.test(page ?? "");

  // Whoever came by one of the shell's own addresses chose its language, and had asked for `page`.
  const isChosen = here.pathname === document.currentScript.dataset.address;
  const asked = isChosen ? here.searchParams.get("page") : here.pathname + here.search;
  const page = isPath(asked) ? asked : fallback;

  document.querySelector("[data-asked-page]").href = page;
  for (const link of links) link.search = new URLSearchParams({ page });
  if (isChosen) new TrayStore().set("language", lang.split("-")[0]).catch(() => {});
}
