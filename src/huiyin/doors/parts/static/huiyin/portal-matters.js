/* The owners' requests and matters: words of danger, photos before they are sent, countdowns. */

import { shrink } from "./shrink.js";

const $ = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const fill = (text, given) => text.replace(/%\((\w+)\)[ds]/g, (_all, key) => String(given[key]));

/* -- words of danger show the telephone while one types */

function listen(text) {
  const alarm = text.form && $("[data-alarm]", text.form);
  if (!alarm) return;
  const typed = text.value.toLowerCase();
  alarm.hidden = !alarm.dataset.alarm.split("|").some((word) => typed.includes(word));
}

document.addEventListener("input", (event) => {
  if (event.target.matches("textarea[name=text]")) listen(event.target);
});

/* -- photos: made small here, shown before they are sent, each taken back by a tap */

const chosen = new WeakMap(); // input -> files, the ones of earlier choices first
const shrinking = new Map(); // form -> promise, while photos are being made small
const ENDINGS = { "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp" };

async function small(file) {
  const { bytes, type } = await shrink(file);
  const name = file.name.replace(/\.\w+$/, "") || "photo";
  return new File([bytes], `${name}.${ENDINGS[type] || "jpg"}`, { type });
}

function kept(form) {
  return all("input[name=kept]:checked", form).length;
}

function put(input, files) {
  const carrier = new DataTransfer();
  for (const file of files) carrier.items.add(file);
  chosen.set(input, files);
  input.files = carrier.files;
  draw(input);
}

function draw(input) {
  const list = $("[data-previews]", input.form);
  for (const picture of all("img", list)) URL.revokeObjectURL(picture.src);
  list.replaceChildren(...chosen.get(input).map((file, place) => {
    const item = document.createElement("li");
    const picture = document.createElement("img");
    const away = document.createElement("button");
    picture.src = URL.createObjectURL(file);
    picture.alt = fill(input.dataset.photo, { n: place + 1 });
    away.type = "button";
    away.className = "pm-away";
    away.ariaLabel = fill(input.dataset.remove, { n: place + 1 });
    away.textContent = "×";
    away.addEventListener("click", () => {
      put(input, chosen.get(input).filter((one) => one !== file));
      input.focus();
    });
    item.append(picture, away);
    return item;
  }));
}

function say(input, text) {
  $("[data-photos-said]", input.form).textContent = text;
}

document.addEventListener("change", (event) => {
  const input = event.target;
  if (!input.matches("input[type=file][data-most]")) return;
  const { form } = input;
  const room = Number(input.dataset.most) - kept(form);
  const before = chosen.get(input) || [];
  const fresh = [...input.files];
  const work = Promise.all(fresh.slice(0, Math.max(0, room - before.length)).map(small))
    .then((files) => {
      put(input, [...before, ...files]);
      say(input, before.length + fresh.length > room ? input.dataset.tooMany : "");
    })
    .finally(() => shrinking.delete(form));
  shrinking.set(form, work);
  say(input, input.dataset.working);
});

document.addEventListener("submit", (event) => {
  const work = shrinking.get(event.target);
  if (!work) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  work.then(() => event.target.requestSubmit());
}, true);

/* -- countdowns: the server says until when and in which words, this only counts */

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MANY_HOURS = 10; // from here on minutes say nothing more

function span(words, seconds) {
  const left = Math.max(0, Math.floor(seconds));
  if (left < MINUTE) return fill(words.seconds, { n: left });
  if (left < HOUR) return fill(words.minutes, { n: Math.floor(left / MINUTE) });
  if (left >= 2 * DAY) return fill(words.days, { n: Math.floor(left / DAY) });
  const hours = Math.floor(left / HOUR);
  const minutes = Math.floor((left % HOUR) / MINUTE);
  if (!minutes || hours >= MANY_HOURS) return fill(words.hours, { n: hours });
  return fill(words.both, { hours, minutes });
}

let clock = null; // how far the server is ahead of this phone, and its words

function wind() {
  const source = $("[data-clock]");
  if (!source) return;
  const words = JSON.parse(source.dataset.clock);
  if (!clock || clock.now !== words.now) {
    clock = { ...words, ahead: Date.parse(words.now) - Date.now() };
  }
  count();
}

function count() {
  if (!clock) return;
  const now = Date.now() + clock.ahead;
  for (const one of all("[data-until]")) {
    const seconds = (Date.parse(one.dataset.until) - now) / 1000;
    const text = fill(seconds > 0 ? clock.left : clock.late, { span: span(clock, Math.abs(seconds)) });
    if (one.textContent !== text) one.textContent = text;
    one.classList.toggle("is-late", seconds <= 0);
  }
}

setInterval(count, 1000);

/* -- what is drawn anew by itself waits while somebody writes, or looks elsewhere; 304 is no news */

const writing = () => $("#main .pm-verb[open], #main .pm-rate :checked, #lost-text") !== null
  || all("#main .pm-rate textarea").some((one) => one.value.trim());

document.addEventListener("htmx:beforeRequest", (event) => {
  if (!event.target.matches("[data-patient]")) return;
  if (document.hidden || writing()) event.preventDefault();
});
document.addEventListener("htmx:configRequest", (event) => {
  const { mark } = event.target.dataset;
  if (mark && event.detail.verb === "get") event.detail.headers["If-None-Match"] = mark;
});

/* -- trouble: nothing is swapped away, so that what was typed stays */

const isPlain = (xhr) => (xhr.getResponseHeader("Content-Type") || "").startsWith("text/plain");

function tell(text) {
  const place = $("#trouble");
  if (!place || !text) return;
  const note = document.createElement("div");
  const words = document.createElement("p");
  note.className = "hy-note is-late";
  words.textContent = text;
  note.append(words);
  place.replaceChildren(note);
  clearTimeout(tell.timer);
  tell.timer = setTimeout(() => place.replaceChildren(), 12000);
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (xhr.status === 304 || (xhr.status >= 400 && isPlain(xhr))) event.detail.shouldSwap = false;
});
document.addEventListener("htmx:afterRequest", (event) => {
  const { xhr } = event.detail;
  if (!xhr || xhr.status < 400 || event.target.matches("[data-patient], [data-quiet]")) return;
  if (isPlain(xhr)) tell(xhr.responseText);
  else if (xhr.status !== 409 && xhr.status !== 422) tell(document.body.dataset.offline);
});
document.addEventListener("htmx:sendError", (event) => {
  if (!event.target.matches("[data-patient], [data-quiet]")) tell(document.body.dataset.offline);
});

/* -- after a swap: clocks go on, and what is wrong comes first */

function ready() {
  wind();
  for (const text of all("textarea[name=text]")) listen(text);
}

document.addEventListener("htmx:afterSettle", (event) => {
  ready();
  if (event.target.closest("#known, #answers")) return;
  const wrong = $("#main [aria-invalid=true]");
  if (wrong) wrong.focus();
});
ready();
