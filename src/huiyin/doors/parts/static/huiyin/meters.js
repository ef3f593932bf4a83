/* The walk: one meter after the other. What is typed is on the phone before the page goes on, and
   is sent when there is a signal; the key of each entry makes sending it twice harmless. */

import { newKey } from "./queue.js";
import { shrink } from "./shrink.js";

const root = document.getElementById("walk");
const $ = (name) => root.querySelector(`[data-${name}]`);
const stops = JSON.parse(document.getElementById("walk-stops").textContent);
const words = JSON.parse(document.getElementById("walk-words").textContent);
const { me, place, route, today } = root.dataset;
const t = (name, given = {}) => (words[name] ?? name).replace(/\{(\w+)\}/g, (all, key) => (key in given ? String(given[key]) : all));

/* -- what is kept on the phone: entries in one store, photos in another */

const PATIENCE = 30000; // milliseconds for an answer
const SLOWEST = 120; // seconds between two tries, at the most
const mine = (one) => one.me === me && one.place === place;

const asked = (request) =>
  new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
const finished = (change) =>
  new Promise((done, failed) => {
    change.oncomplete = () => done();
    change.onerror = change.onabort = () => failed(change.error);
  });

let base = null;
let entries = []; // mine, in the order they were made

async function open() {
  const request = indexedDB.open("huiyin-meters", 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("entries", { keyPath: "key" });
    request.result.createObjectStore("photos");
  };
  base = await asked(request);
  const all = await asked(base.transaction("entries").objectStore("entries").getAll());
  entries = all.filter(mine).sort((one, other) => one.at - other.at);
  navigator.storage?.persist?.().catch(() => {});
}

async function keep(entry, photo = null) {
  const known = entries.findIndex((one) => one.key === entry.key);
  if (known < 0) entries.push(entry);
  else entries[known] = entry;
  if (!base) return;
  const change = base.transaction(["entries", "photos"], "readwrite", { durability: "strict" });
  change.objectStore("entries").put(entry);
  if (photo) change.objectStore("photos").put(photo, entry.key);
  await finished(change);
}

async function drop(entry) {
  entries = entries.filter((one) => one.key !== entry.key);
  if (!base) return;
  const change = base.transaction(["entries", "photos"], "readwrite");
  change.objectStore("entries").delete(entry.key);
  change.objectStore("photos").delete(entry.key);
  await finished(change);
}

const photoOf = (entry) => (base ? asked(base.transaction("photos").objectStore("photos").get(entry.key)) : null);
const waiting = () => entries.filter((one) => one.state === "waiting");
const entryOf = (stop) => entries.filter((one) => one.meter === stop.code).at(-1);

/* -- sending */

let state = "idle"; // idle, sending, offline, login
let csrf = root.dataset.csrf;
let tries = 0;
let timer = 0;
let busy = false;
let again = false;

async function send() {
  again = true;
  if (busy) return;
  busy = true;
  clearTimeout(timer);
  const turn = async () => {
    while (again) {
      again = false;
      await drain();
    }
  };
  try {
    if (navigator.locks) await navigator.locks.request("huiyin-meters-send", turn);
    else await turn();
  } finally {
    busy = false;
    draw();
  }
}

async function drain() {
  for (const entry of waiting()) {
    state = "sending";
    drawOutbox();
    const answer = await ask(entry);
    if (!answer) return later();
    tries = 0;
    if (answer.state === "done") await done(entry, answer);
    else await refuse(entry, answer);
    if (current().code === entry.meter) draw();
    else drawProgress();
  }
  state = "idle";
}

/* The answer to an entry, or null when it must be tried again. */
async function ask(entry) {
  if (navigator.onLine === false) return trouble("offline");
  const body = new FormData();
  for (const [name, value] of Object.entries(entry.given)) body.set(name, value);
  const photo = await photoOf(entry);
  if (photo) body.set("photo", new Blob([photo.bytes], { type: photo.type }), `${entry.key}.jpg`);
  let answer;
  try {
    answer = await fetch(entry.skip ? root.dataset.skip : root.dataset.read, {
      method: "POST",
      body,
      headers: { Accept: "application/json", "X-CSRFToken": csrf },
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE),
    });
  } catch {
    return trouble("offline");
  }
  if (answer.type === "opaqueredirect" || answer.status === 401) return trouble("login");
  const said = await answer.json().catch(() => null);
  if (said && (answer.ok || said.state === "refused")) return said;
  return trouble(answer.status === 403 ? "login" : "offline");
}

function trouble(why) {
  state = why;
  return null;
}

function later() {
  drawOutbox();
  if (state === "login") return;
  tries += 1;
  timer = setTimeout(send, Math.min(SLOWEST, 3 * 2 ** tries) * 1000);
}

/* Keep what was not taken beside its stop; where another reading stands, saving again corrects it. */
async function refuse(entry, answer) {
  const stop = stops.find((one) => one.code === entry.meter);
  if (stop && answer.reading) stop.reading = answer.reading;
  const told = t(answer.reading ? "again" : "refused", { told: answer.told, value: entry.given.value });
  await keep({ ...entry, state: "refused", told });
}

async function done(entry, answer) {
  const stop = stops.find((one) => one.code === entry.meter);
  if (stop && entry.skip) stop.skipped = entry.given.reason;
  else if (stop) Object.assign(stop, { value: answer.value, reading: answer.id, held: answer.held, skipped: "" });
  await drop(entry);
}

/* -- the stops */

let at = Number(root.dataset.number) - 1;
const current = () => stops[at];
const isDone = (stop) => {
  const entry = entryOf(stop);
  return entry ? entry.state === "waiting" && !entry.skip : stop.value !== "";
};
const skipped = (stop) => {
  const entry = entryOf(stop);
  if (entry) return entry.skip && entry.state === "waiting" ? entry.given.reason : "";
  return stop.value === "" ? stop.skipped : "";
};
const isOpen = (stop) => !isDone(stop) && !skipped(stop);

const field = $("form").elements.value;
let photo = null;

const day = () => {
  const now = new Date();
  const two = (number) => String(number).padStart(2, "0");
  const here = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  const ahead = (Date.parse(here) - Date.parse(today)) / 86400000;
  return ahead > 0 && ahead <= 2 ? here : today; // a page left open overnight, not a wrong clock
};

const typed = () =>
  field.value
    .trim()
    .replace(/[\uff10-\uff19]/g, (one) => String.fromCharCode(one.charCodeAt(0) - 0xfee0))
    .replace(/[,\uff0c\u3002\uff0e]/, "."); // what a Chinese keyboard types for figures
const say = (number) => String(Math.round(number * 1000) / 1000);

/* What is wrong with the figure in the field (stops) or odd about it (does not). */
function judge(stop) {
  const text = typed();
  if (!text) return { tone: "", says: "" };
  if (!/^\d+(\.\d{1,3})?$/.test(text)) return { tone: "bad", says: t("not_a_number") };
  const value = Number(text);
  if (text.split(".")[0].replace(/^0+(?=\d)/, "").length > stop.digits) return { tone: "bad", says: t("too_long", { n: stop.digits }) };
  if (stop.before === "") return { tone: "", says: "" };
  const used = (value - Number(stop.before)) * Number(stop.factor);
  if (used < 0) return { tone: "odd", says: t("lower", { n: say(Number(stop.before) - value) }) };
  const says = t("used", { n: say(used), unit: stop.unit });
  if (stop.most !== "" && value > Number(stop.most)) return { tone: "odd", says: t("too_much", { n: `${say(used)} ${stop.unit}` }) };
  return { tone: "", says };
}

function note(name, text) {
  const place_ = $(name);
  place_.hidden = !text;
  place_.querySelector("p").textContent = text;
}

function drawSays() {
  const stop = current();
  const told = stop.held && !entryOf(stop) && typed() === stop.value; // said above already
  const { tone, says } = told ? { tone: "", says: "" } : judge(stop);
  $("says").textContent = says;
  $("says").classList.toggle("is-odd", tone !== "");
  field.classList.toggle("is-odd", tone !== "");
}

function drawProgress() {
  const read = stops.filter(isDone).length;
  const over = stops.filter(skipped).length;
  $("progress").textContent = t("progress", { done: read, all: stops.length });
  $("bar").value = read;
  $("end").hidden = stops.some(isOpen);
  $("summary").textContent = t("summary", { done: read, skipped: over, left: stops.length - read - over });
  drawList();
  drawOutbox();
}

function drawList() {
  [...$("list").children].forEach((item, index) => {
    const stop = stops[index];
    const entry = entryOf(stop);
    const tag = item.querySelector(".hy-tag");
    const refused = entry?.state === "refused";
    const value = entry && !entry.skip ? entry.given.value : stop.value;
    tag.textContent = skipped(stop) || value || tag.textContent;
    tag.className = `hy-tag ${refused ? "is-late" : skipped(stop) || stop.held || entry ? "is-soon" : value ? "is-kept" : ""}`;
  });
}

function drawOutbox() {
  const count = waiting().length;
  const text = !count ? "" : state === "login" ? t("login") : state === "offline" ? t("offline") : state === "sending" ? t("sending") : t("pending", { n: count });
  root.dataset.waiting = count;
  $("outbox").hidden = !count || (state === "sending" && tries === 0);
  $("outbox").querySelector("p").textContent = text;
}

/* Show the stop; what is typed but not saved stays with it. */
function draw({ fresh = false } = {}) {
  const stop = current();
  const entry = entryOf(stop);
  $("number-of").textContent = `${at + 1}/${stops.length}`;
  $("kind").textContent = stop.kind;
  $("code").textContent = stop.code;
  $("where").textContent = stop.where || stop.code;
  $("before-on").textContent = stop.before_on ? t("before", { day: stop.before_on }) : t("never");
  $("before").textContent = stop.before;
  if (fresh) {
    field.value = entry && !entry.skip ? entry.given.value : stop.value;
    photo = null;
    $("photo").value = "";
    $("photo-says").textContent = words.photo;
    $("photo").closest("label").classList.remove("has-photo");
    $("skip-box").open = false;
  }
  const unsent = entry?.state === "waiting";
  const held = !entry && stop.held ? t("held", { why: stop.held }) : "";
  const value = unsent && !entry.skip ? entry.given.value : stop.value;
  const sure = value !== "" && !held && entry?.state !== "refused" && !entry?.skip;
  note("done", sure ? t("done", { value }) + (unsent ? ` · ${t("waiting")}` : "") : "");
  note("held", held || (skipped(stop) ? t("skipped", { reason: skipped(stop) }) : ""));
  note("refused", entry?.state === "refused" ? entry.told : "");
  $("prev").hidden = at === 0;
  $("next").hidden = at === stops.length - 1;
  drawSays();
  drawProgress();
}

function go(index, { focus = true } = {}) {
  at = Math.max(0, Math.min(stops.length - 1, index));
  const url = new URL(location.href);
  url.searchParams.set("stop", current().code);
  history.replaceState(null, "", url);
  draw({ fresh: true });
  if (focus && isOpen(current())) field.focus({ preventScroll: true });
  root.scrollIntoView({ block: "start" });
}

function onward() {
  const after = stops.findIndex((stop, index) => index > at && isOpen(stop));
  const any = after < 0 ? stops.findIndex(isOpen) : after;
  if (any >= 0) go(any);
  else draw({ fresh: true });
}

async function save(event) {
  event.preventDefault();
  const stop = current();
  const { tone } = judge(stop);
  const value = typed();
  if (tone === "bad" || !value) {
    drawSays();
    if (!value) $("says").textContent = t("not_a_number");
    field.setAttribute("aria-invalid", "true");
    field.focus();
    return;
  }
  field.removeAttribute("aria-invalid");
  const before = entryOf(stop);
  const same = !before && !photo && Number(value) === Number(stop.value) && stop.value !== "";
  if (!same) {
    if (before) await drop(before);
    const given = { meter: stop.code, key: newKey(), value, read_on: day(), route };
    if (stop.reading) given.reading = stop.reading;
    await remember({ key: given.key, meter: stop.code, given, skip: false });
  }
  onward();
  send();
}

async function passOver(event) {
  event.preventDefault();
  const stop = current();
  const before = entryOf(stop);
  if (before) await drop(before);
  const given = { meter: stop.code, skipped_on: day(), reason: event.submitter.value, route };
  photo = null;
  await remember({ key: newKey(), meter: stop.code, given, skip: true });
  onward();
  send();
}

async function remember(entry) {
  const whole = { ...entry, me, place, at: Date.now(), state: "waiting", told: "" };
  try {
    await keep(whole, photo);
  } catch {
    note("refused", t("no_storage")); // it is still in this page, and is sent from here
  }
}

async function begin() {
  words.photo = $("photo-says").textContent;
  try {
    await open();
  } catch {
    base = null; // a private window: what is typed lives as long as the page
  }
  $("form").addEventListener("submit", save);
  $("skip-form").addEventListener("submit", passOver);
  $("send").addEventListener("click", send);
  $("prev").addEventListener("click", (event) => (event.preventDefault(), go(at - 1)));
  $("next").addEventListener("click", (event) => (event.preventDefault(), go(at + 1)));
  field.addEventListener("input", () => (field.removeAttribute("aria-invalid"), drawSays()));
  $("photo").addEventListener("change", async () => {
    const [file] = $("photo").files;
    photo = file ? await shrink(file) : null;
    $("photo-says").textContent = photo ? t("photo_kept") : words.photo;
    $("photo").closest("label").classList.toggle("has-photo", Boolean(photo));
  });
  [...$("list").querySelectorAll("a")].forEach((link, index) => {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      go(index);
    });
  });
  addEventListener("online", send);
  addEventListener("offline", () => (trouble("offline"), drawOutbox()));
  document.addEventListener("visibilitychange", () => document.hidden || send());
  const typedBefore = field.value !== current().value; // refused without scripts, or restored
  draw({ fresh: !typedBefore });
  if (isOpen(current())) field.focus({ preventScroll: true });
  root.dataset.ready = "yes";
  send();
}

begin();
