// Rows and news as tests need them, and patience.

const HUB = "3f2a9c1e-7b54-4d0e-9a61-0c3d77f01a2b";
let made = 0;

// Resolves once it is so.
export const until = async (isSo) => {
  while (!(await isSo())) await new Promise((done) => setTimeout(done, 5));
};

export const row = (more = {}) => {
  made += 1;
  return {
    id: `row-${made}`,
    person: "ira",
    organisation: "acme",
    text: HUB,
    hubId: HUB,
    site: "mill",
    siteName: "Mill Court",
    at: made,
    stage: "tray",
    news: null,
    ...more,
  };
};

export const news = (id, more = {}) => ({
  id,
  seen: "seen",
  outcome: "under_way",
  kind: "working",
  icon: "working",
  word: "Ready",
  title: "",
  text: "",
  tried: "",
  trying: false,
  nextLook: "",
  meta: "SPK-Hub 2",
  number: "",
  url: "",
  hubId: HUB,
  claimId: "",
  canClaim: true,
  settled: false,
  pollIn: 1,
  actions: [],
  online: false,
  atHub: false,
  lastSeen: "",
  toRelease: false,
  ...more,
});

export const session = (person = "ira") => ({
  person: { id: person, name: person },
  organisation: { id: "acme", name: "Acme" },
  sites: [],
  site: "",
  jobs: [],
  language: "en",
  csrf: "token",
});

export const progress = (more = {}) => ({
  job: "job",
  claimed: 0,
  online: 0,
  underWay: 0,
  heldUp: 0,
  offline: 0,
  missing: 0,
  unlisted: 0,
  unlistedOnline: 0,
  toRelease: 0,
  awaited: [],
  since: "",
  until: "",
  ...more,
});

export const job = (more = {}) => ({
  id: "job",
  number: 4711,
  own: true,
  site: "mill",
  reference: "",
  note: "",
  startsOn: "2026-11-29",
  endsOn: "2026-11-30",
  expected: 0,
  places: [],
  progress: progress({ job: more.id ?? "job" }),
  complete: "",
  ...more,
});
