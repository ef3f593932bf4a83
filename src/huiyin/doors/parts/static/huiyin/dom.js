/* Building a page from data: elements whose texts are texts, never markup. */

const SVG = "http://www.w3.org/2000/svg";
const page = document.getElementById("field");

/* The sentences of this page in the reader's language; {n} is filled in. */
const words = JSON.parse(document.getElementById("field-words").textContent);

export function t(name, given = {}) {
  const text = words[name] ?? name;
  return text.replace(/\{(\w+)\}/g, (all, key) => (key in given ? String(given[key]) : all));
}

/* h("p", {class: "…", onclick: f}, "text", element, null, [more]) */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "open") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(3).filter((one) => one !== null && one !== undefined && one !== false));
  return element;
}

export function icon(name) {
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("class", "icon");
  picture.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${page.dataset.icons}#icon-${name}`);
  picture.append(use);
  return picture;
}

/* A big button: picture, words, what it does. */
export function button(picture, text, act, { look = "btn-primary", ...rest } = {}) {
  return h("button", { type: "button", class: `btn fw-btn ${look}`, onclick: act, ...rest }, icon(picture), text);
}

export function note(tone, picture, ...children) {
  return h("div", { class: `hy-note ${tone}` }, icon(picture), h("div", {}, ...children));
}

/* -- moments, in the zone of the phone; the present is the server's, should the phone's clock be wrong */

const clock = { skew: 0 };
const WRONG = 120000; // milliseconds a phone's clock may be wrong before anybody is told

export const now = () => Date.now() + clock.skew;

/* Hear what the server's clock said when the jobs were read; return by how much ours is wrong. */
export function setClock(skew = 0) {
  clock.skew = Math.abs(skew) > WRONG ? skew : 0;
  return clock.skew ? saySpan(Math.abs(Math.round(skew / 1000))) : "";
}

const two = (number) => String(number).padStart(2, "0");
const dayOf = (moment) => new Date(moment.getFullYear(), moment.getMonth(), moment.getDate());

export function sayMoment(iso, { ends = false } = {}) {
  const moment = new Date(iso);
  const midnight = ends && !moment.getHours() && !moment.getMinutes() && !moment.getSeconds();
  const day = dayOf(new Date(moment - (midnight ? 1 : 0))); // midnight ends the day before
  const time = midnight ? "24:00" : `${two(moment.getHours())}:${two(moment.getMinutes())}`;
  const days = Math.round((day - dayOf(new Date(now()))) / 86400000);
  if (days === 0) return t("today", { time });
  if (days === 1) return t("tomorrow", { time });
  if (days === -1) return t("yesterday", { time });
  return t("on_day", { month: day.getMonth() + 1, day: day.getDate(), time });
}

export function sayLeft(iso) {
  const seconds = Math.round((new Date(iso) - now()) / 1000);
  return t(seconds > 0 ? "left" : "over", { span: saySpan(Math.abs(seconds)) });
}

function saySpan(seconds) {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return t("minutes", { n: minutes });
  const hours = Math.floor(minutes / 60);
  if (hours < 10 && minutes % 60) return t("hours_minutes", { n: hours, m: minutes % 60 });
  return hours < 48 ? t("hours", { n: hours }) : t("days", { n: Math.floor(hours / 24) });
}
