/* What a job looks like with the acts that the server has not told us back yet, which steps it has,
   and what its sheet adds up to. Pure: nothing here touches page, store or network. */

/* -- money: whole numbers all the way, never a float */

const DECIMAL = /^(\d{1,8})(?:\.(\d{1,4}))?$/;

/* Read "12.5" as a whole number of the smallest parts; null when it is no such number. */
export function parts(text, places) {
  const found = DECIMAL.exec(String(text).trim());
  if (!found || (found[2] ?? "").length > places) return null;
  return BigInt(found[1] + (found[2] ?? "").padEnd(places, "0"));
}

const PRICE_PLACES = 4;
const QUANTITY_PLACES = 2;
const PER_CENT = 10n ** BigInt(PRICE_PLACES + QUANTITY_PLACES - 2);

export const readQuantity = (text) => parts(text, QUANTITY_PLACES);
export const readPrice = (text) => parts(text, PRICE_PLACES);

/* Quantity times price, rounded once, half up, to the cent. */
export function amountOf(quantity, price) {
  return (readQuantity(quantity) * readPrice(price) * 2n + PER_CENT) / (PER_CENT * 2n);
}

export function sayCents(cents) {
  const text = String(cents).padStart(3, "0");
  return `${text.slice(0, -2)}.${text.slice(-2)}`;
}

/* "8.5000" is said as 8.50, "0.1234" stays as it is. */
export function sayPrice(text) {
  const [whole, rest = ""] = String(text).split(".");
  return `${whole}.${rest.replace(/0+$/, "").padEnd(2, "0")}`;
}

export function totalOf(lines) {
  return lines.reduce((sum, line) => sum + parts(line.amount, 2), 0n);
}

/* -- a job as it stands on this phone */

const BEFORE_WORK = new Set(["received", "reopened", "assigned"]);
export const AFTER_WORK = new Set(["finished", "visited_back", "closed"]);

const CHANGES = {
  accept: (job, act) => {
    job.state = "accepted";
    job.times.accepted = act.at;
  },
  leave: (job, act) => {
    job.times.left = act.at;
  },
  arrive: (job, act) => {
    job.state = "on_site";
    job.times.arrived = act.at;
  },
  mark: (job, act) => {
    const item = itemOf(job, act.given.item);
    if (item) item.mark = { value: act.given.value, at: act.at, note: act.given.note, waits: true };
  },
  photo: (job, act) => {
    job.photos.push({ key: act.key, stage: act.given.stage, item: act.given.item ?? "", act });
    const item = itemOf(job, act.given.item);
    if (item) item.mark ??= { value: { files: [] }, at: act.at, waits: true };
  },
  line: (job, act) => {
    const amount = sayCents(amountOf(act.given.quantity, act.given.price));
    job.sheet.lines.push({ ...act.given, key: act.key, amount, waits: true });
  },
  drop_line: (job, act) => {
    job.sheet.lines = job.sheet.lines.filter((line) => line.key !== act.given.line);
  },
  consent: (job, act) => {
    job.sheet.consent = { name: act.given.name, amount: act.given.amount, at: act.at };
  },
  sign: (job, act) => {
    job.sheet.signed = { name: act.given.name, amount: act.given.amount, at: act.at, waits: true };
  },
  finish: (job, act) => {
    job.state = "finished";
    job.times.finished = act.at;
    job.result = act.given.result;
  },
  give_back: (job, act) => {
    job.gone = act.given.reason;
  },
};

export const titleOf = (job) => [job.kind_title, job.house, job.place].filter(Boolean).join(" · ");

const itemOf = (job, key) => job.checklist?.items.find((one) => one.key === key);

/* Return the job as it stands once the acts that wait, or were just sent, are done. */
export function project(job, acts) {
  const now = structuredClone(job);
  now.times ??= {};
  now.photos ??= [];
  now.sheet ??= { lines: [], consent: null, signed: null };
  const mine = acts.filter((act) => act.matter === job.number);
  for (const act of mine) {
    if (act.state === "waiting" || act.state === "done") CHANGES[act.act]?.(now, act);
  }
  now.title = titleOf(job);
  now.total = totalOf(now.sheet.lines);
  const { consent } = now.sheet;
  if (consent?.amount && parts(consent.amount, 2) !== now.total) now.sheet.consent = null; // to another amount
  now.waiting = mine.filter((act) => act.state === "waiting").length;
  now.notes = mine.filter((act) => act.state === "conflict" || act.state === "refused");
  return now;
}

/* -- its steps, one after the other; the first that is not done is the next one */

const photosOf = (job, stage) => job.photos.filter((photo) => photo.stage === stage);

export function itemsOf(job, group) {
  return job.checklist.items.filter((item) => (item.group ?? "") === group);
}

function groupsOf(job) {
  return [...new Set((job.checklist?.items ?? []).map((item) => item.group ?? ""))];
}

export function isMarked(item) {
  return item.mark !== null && item.mark !== undefined;
}

/* Return the steps as {key, kind, group, done, at}; ``skipped`` are keys passed over on purpose. */
export function stepsOf(job, skipped = []) {
  const accepted = !BEFORE_WORK.has(job.state);
  const finished = AFTER_WORK.has(job.state);
  const arrived = Boolean(job.times.arrived) || job.state === "on_site" || finished;
  const steps = [
    { kind: "accept", done: accepted, at: job.times.accepted },
    { kind: "leave", done: arrived || Boolean(job.times.left), at: job.times.left },
    { kind: "arrive", done: arrived, at: job.times.arrived },
  ];
  if (job.home) steps.push(...visitSteps(job));
  else steps.push(photoStep(job, "before"), photoStep(job, "after"));
  steps.push({ kind: "finish", done: finished, at: job.times.finished });
  for (const step of steps) {
    step.key = step.group === undefined ? step.kind : `group:${step.group}`;
    step.skipped = !step.done && (skipped.includes(step.key) || finished);
  }
  return steps;
}

function visitSteps(job) {
  const steps = [];
  const lines = { kind: "lines", done: Boolean(job.sheet.consent || job.sheet.signed) };
  for (const group of groupsOf(job)) {
    const items = itemsOf(job, group);
    if (items.some((item) => item.key === "consent")) steps.push(lines);
    const owed = items.filter((item) => item.required && !isMarked(item)).length;
    steps.push({ kind: "group", group, owed, done: owed === 0 });
  }
  if (!steps.includes(lines)) steps.push(lines);
  const shoots = job.checklist?.items.some((item) => item.kind === "photo");
  if (!shoots) steps.unshift(photoStep(job, "before"));
  if (!shoots) steps.push(photoStep(job, "after"));
  const { signed } = job.sheet;
  if (!job.anonymous) steps.push({ kind: "sign", done: Boolean(signed), at: signed?.at });
  return steps;
}

function photoStep(job, stage) {
  return { kind: stage, done: photosOf(job, stage).length > 0 };
}

export function nextOf(steps) {
  return steps.find((step) => !step.done && !step.skipped) ?? null;
}

/* How urgent the clock is, as the lists of the desk show it. */
export function toneOf(job, now) {
  if (!job.due_at || AFTER_WORK.has(job.state)) return "";
  const due = Date.parse(job.due_at);
  if (now >= due) return "is-late";
  const start = Date.parse(job.received_at);
  return now - start >= 0.75 * (due - start) ? "is-soon" : "";
}
