/* The technician's phone: my jobs and the page of one job, from what is kept on the phone.

   The page always shows what is stored here with the acts that wait already applied; the network only
   brings news. Without this script the forms of the server stay and work. */

import { askConsent, askLine, askSignature, askSure, askText } from "./dialogs.js";
import { button, h, icon, note, now, sayLeft, sayMoment, setClock, t } from "./dom.js";
import { AFTER_WORK, isMarked, itemsOf, nextOf, project, sayCents, stepsOf, toneOf } from "./jobs.js";
import { Queue } from "./queue.js";
import { shrink } from "./shrink.js";

const page = document.getElementById("field");
const bar = document.getElementById("field-bar");
const NUMBER = /^\/work\/([^/]+)\/$/;
const CALM = 700; // milliseconds after a step in which a second tap is a slip, not the next step
const FRESH = 60000; // milliseconds between two looks for news
const CLOCKS = 30000;

let queue;
let data = null;
let acts = [];
let others = 0;
let wrong = ""; // by how much the phone's clock is, in words
let calm = false;
let pressing = false;
let late = false; // something changed while somebody was typing or pressing
let shown = ""; // number and step, so that a new step is scrolled to once
let drafts = {};
let skipped = {};
const heard = new Map(); // number → what the server told of acts it has taken
const opened = new Map();
const pictures = new Map();

const number = () => decodeURIComponent(NUMBER.exec(location.pathname)?.[1] ?? "");
const jobOf = (wanted) => data?.jobs.find((job) => job.number === wanted);
const waitingIn = (list) => list.filter((act) => act.state === "waiting").length;

/* -- doing */

/* Keep an act of a job, with words to recognise it by should it not be taken. */
function put(act, job, given = {}, { file = null, item = null } = {}) {
  const about = { job: job.title, item: item?.title ?? "" };
  return queue.put(act, job.number, given, { file, about });
}

/* The same, and go on to the next step. */
async function take(act, job, given = {}, more = {}) {
  calm = true;
  setTimeout(() => {
    calm = false;
    render();
  }, CALM);
  await put(act, job, given, more);
  opened.clear();
}

async function skip(job, step) {
  const mine = Object.entries(skipped).filter(([wanted]) => jobOf(wanted)); // of jobs that are gone nothing is kept
  skipped = { ...Object.fromEntries(mine), [job.number]: [...(skipped[job.number] ?? []), step.key] };
  await queue.keep(`skipped:${queue.me}`, skipped);
  render({ force: true });
}

async function giveBack(job) {
  const reason = await askText({ title: t("give_back"), label: t("give_back_why"), hint: t("give_back_hint"), send: t("give_back") });
  if (!reason) return;
  await take("give_back", job, { reason });
  go("/work/");
}

async function writeNote(job) {
  const text = await askText({ title: t("note"), label: t("note_text"), send: t("note_send") });
  if (text) await take("note", job, { text });
}

async function photograph(job, input, given) {
  for (const file of [...input.files]) await put("photo", job, given, { file: await shrink(file) });
  input.value = "";
}

async function sign(job) {
  const total = sayCents(job.total);
  const signed = await askSignature({ title: t("sign"), total, lines: job.sheet.lines, name: job.sheet.consent?.name || job.caller?.name || "" });
  if (signed) await take("sign", job, { name: signed.name, amount: total }, { file: signed.file });
}

async function agree(job) {
  const total = sayCents(job.total);
  const agreed = await askConsent({ total, name: job.sheet.consent?.name || job.caller?.name || "" });
  if (!agreed) return;
  await put("consent", job, { ...agreed, amount: total });
  if (job.checklist?.items.some((item) => item.key === "consent")) await take("mark", job, { item: "consent", value: true });
}

async function markFalse(job, item) {
  const why = await askText({ title: item.title, label: t("not_done_why"), send: t("not_done") });
  if (why) await take("mark", job, { item: item.key, value: false, note: why }, { item });
}

/* -- going from page to page without asking the network */

function go(path) {
  heard.clear();
  history.pushState(null, "", path);
  opened.clear();
  render({ force: true });
  scrollTo(0, 0);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-go]");
  if (!link || !queue || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  go(link.pathname);
});
addEventListener("popstate", () => render({ force: true }));

/* -- the bar at the bottom: how the queue stands, and the one next thing */

function standing() {
  const n = waitingIn(acts);
  const kept = acts.filter((act) => act.state === "conflict" || act.state === "refused").length;
  if (queue.state === "login") return ["is-late", "key", t(n ? "queue_login" : "queue_login_none", { n })];
  if (!navigator.onLine || queue.state === "offline") return ["is-soon", "player-pause", n ? t("queue_offline", { n }) : t("queue_offline_none")];
  if (queue.state === "busy" || queue.state === "wait") return ["is-soon", "clock", t("queue_busy", { n })];
  if (n) return ["is-soon", "upload", t(queue.state === "sending" ? "queue_sending" : "queue_waiting", { n })];
  if (kept) return ["is-late", "alert-triangle", t("queue_kept", { n: kept })];
  return ["is-kept", "check", t("queue_empty")];
}

function renderBar(main) {
  const [tone, picture, text] = standing();
  const again = queue.state === "login"
    ? h("a", { class: "btn btn-quiet", href: `/accounts/login/?next=${encodeURIComponent(location.pathname)}` }, t("log_in"))
    : h("button", { type: "button", class: "btn btn-quiet", onclick: () => queue.freshen() }, icon("refresh"), waitingIn(acts) ? t("send_now") : t("refresh"));
  bar.replaceChildren(
    h("div", { class: `fw-state ${tone}` }, h("p", { role: "status" }, icon(picture), h("span", {}, text)), again),
    main ?? "",
  );
  if (others) bar.prepend(h("p", { class: "fw-others" }, icon("users"), t("others_wait", { n: others })));
  bar.hidden = false;
}

/* -- my jobs */

function card(job, place) {
  const tone = toneOf(job, now());
  const step = nextOf(stepsOf(job, skipped[job.number]));
  const done = AFTER_WORK.has(job.state);
  return h(
    "li",
    { class: `fw-card ${done || job.gone ? "is-done" : tone}` },
    h(
      "a",
      { href: `/work/${job.number}/`, "data-go": true },
      h("span", { class: "fw-card-top" }, place ? h("span", { class: "fw-place" }, String(place)) : icon("check"),
        h("span", { class: "hy-tag" }, stateOf(job)),
        job.important ? h("span", { class: "hy-tag is-late" }, t("important")) : null,
        job.notes.length ? h("span", { class: "hy-tag is-loud" }, icon("alert-triangle"), t("has_conflict")) : null,
        job.waiting ? h("span", { class: "hy-tag is-soon" }, icon("upload"), t("waits", { n: job.waiting })) : null),
      h("strong", { class: "fw-where" }, job.title),
      h("span", { class: "fw-text" }, job.text),
      due(job, tone),
      !done && !job.gone && step ? h("span", { class: "fw-next" }, t("next_is", { step: titleOf(step) }), icon("chevron-right")) : null,
    ),
  );
}

function stateOf(job) {
  if (job.gone) return t("given_back");
  if (job.state === "accepted" && job.times.left) return t("on_the_way");
  return t(`state_${job.state}`);
}

function due(job, tone) {
  if (!job.due_at || AFTER_WORK.has(job.state)) return null;
  return h("span", { class: `fw-due ${tone}` }, icon("clock"), h("b", {}, sayLeft(job.due_at)), h("span", {}, t("due", { at: sayMoment(job.due_at, { ends: true }) })));
}

function listPage() {
  const jobs = (data?.jobs ?? []).map((job) => project(job, acts));
  const open = jobs.filter((job) => !AFTER_WORK.has(job.state) && !job.gone);
  const over = jobs.filter((job) => AFTER_WORK.has(job.state) || job.gone);
  const numbers = new Set(jobs.map((job) => job.number));
  const strays = acts.filter((act) => act.state !== "done" && !numbers.has(act.matter));
  return [
    h("header", { class: "hy-head" }, h("h1", {}, t("my_work")), h("p", {}, open.length ? t("jobs_today", { n: open.length }) : "")),
    wrong ? note("is-soon", "clock", h("p", {}, t("clock_wrong", { span: wrong }))) : null,
    strays.length ? h("section", { class: "hy-stack fw-strays" }, keptNotes(strays, { named: true })) : null,
    open.length
      ? h("ol", { class: "fw-cards" }, open.map((job, place) => card(job, place + 1)))
      : h("section", { class: "hy-card" }, h("div", { class: "hy-empty" }, icon("clipboard-check"), h("strong", {}, t(data ? "no_work" : "no_data")), h("span", {}, t(data ? "no_work_hint" : "no_data_hint")))),
    over.length ? h("section", { class: "fw-over" }, h("h2", {}, t("done_today")), h("ul", { class: "fw-cards" }, over.map((job) => card(job, 0)))) : null,
    data?.got_at ? h("p", { class: "hy-soft hy-small fw-fresh" }, t("as_of", { at: sayMoment(data.got_at) })) : null,
  ];
}

/* -- what was not taken by the server, with everything that was kept of it; one note a reason */

function keptNotes(list, { named = false } = {}) {
  const groups = new Map();
  for (const act of list) {
    const name = `${act.matter} ${act.state} ${act.told}`;
    groups.set(name, [...(groups.get(name) ?? []), act]);
  }
  return [...groups.values()].map((some) => keptNote(some, named));
}

function keptNote(some, named) {
  const [{ state, told, matter, about }] = some;
  const waits = state === "waiting";
  return note(
    waits ? "is-soon" : "is-late",
    waits ? "upload" : "alert-triangle",
    h("p", {}, h("b", {}, t(`kept_${state}`, { n: some.length })), named ? h("span", { class: "hy-figures" }, ` ${matter}`) : ""),
    named ? h("p", {}, about.job) : null,
    h("p", {}, told || t(`told_${state}`)),
    h("ul", { class: "fw-acts" }, some.map((act) => h("li", {}, h("b", {}, t(`act_${act.act}`)), ` ${sayMoment(act.at)}`, contentOf(act), act.file ? pictureOf(act, { class: "fw-kept", alt: t(`act_${act.act}`) }) : null))),
    waits ? null : button("check", t("put_away"), () => putAway(some), { look: "btn-quiet" }),
  );
}

const SAID = ["text", "result", "reason", "name", "amount", "quantity", "note"];

function contentOf(act) {
  const said = SAID.filter((name) => act.given[name]).map((name) => t(`kept_${name}`, { value: act.given[name] }));
  const all = [act.about.item, ...said].filter(Boolean).join(" · ");
  return all ? h("span", { class: "hy-small" }, all) : null;
}

async function putAway(some) {
  const sure = await askSure({ title: t("put_away"), text: t("put_away_sure", { n: some.length }), send: t("put_away_yes") });
  if (sure) await queue.forget(some.map((act) => act.key));
}

/* Show a photo that lies on this phone. */
function pictureOf(act, attributes) {
  const picture = h("img", { ...attributes, src: pictures.get(act.key) ?? null });
  if (!pictures.has(act.key)) {
    queue.fileOf(act).then((file) => {
      if (!pictures.has(act.key)) pictures.set(act.key, URL.createObjectURL(file));
      picture.src = pictures.get(act.key);
    });
  }
  return picture;
}

/* -- one job */

function titleOf(step) {
  if (step.kind === "group") return step.group || t("step_group");
  return t(`step_${step.kind}`);
}

function jobPage(job) {
  const steps = stepsOf(job, skipped[job.number]);
  const next = job.gone ? null : nextOf(steps);
  const tone = toneOf(job, now());
  return [
    h("p", { class: "fw-back" }, h("a", { class: "btn btn-quiet", href: "/work/", "data-go": true }, icon("chevron-left"), t("my_work")), h("span", { class: "hy-soft hy-figures" }, job.number)),
    h(
      "section",
      { class: `hy-card fw-head ${tone}` },
      h("h1", {}, job.title),
      h("p", { class: "hy-words" }, job.text),
      due(job, tone),
      contact(job),
    ),
    heard.has(job.number) ? note("", "info-circle", heard.get(job.number).map((told) => h("p", {}, told))) : null,
    job.notes.length ? h("section", { class: "hy-stack", "aria-label": t("has_conflict") }, keptNotes(job.notes)) : null,
    job.gone ? note("is-soon", "arrow-back-up", h("p", {}, t("gone", { reason: job.gone }))) : null,
    next === null && !job.gone ? note("is-kept", "check", h("p", {}, h("b", {}, t("all_done"))), h("p", {}, job.waiting ? t("all_done_waits", { n: job.waiting }) : t("all_done_sent"))) : null,
    job.gone ? null : h("ol", { class: "fw-steps" }, steps.map((step) => stepCard(job, step, step === next))),
    h("p", { class: "fw-more" }, h("a", { href: `/matters/${job.number}/` }, t("whole_matter"))),
  ];
}

function contact(job) {
  const over = AFTER_WORK.has(job.state);
  return h(
    "div",
    { class: "fw-contact" },
    job.caller?.phone ? h("a", { class: "btn btn-quiet", href: `tel:${job.caller.phone}` }, icon("phone"), t("call")) : null,
    button("message", t("note"), () => writeNote(job), { look: "btn-quiet" }),
    over || job.gone ? null : button("arrow-back-up", t("give_back"), () => giveBack(job), { look: "btn-quiet" }),
  );
}

const BODIES = {
  lines: linesBody,
  group: groupBody,
  before: (job) => photosBody(job, "before"),
  after: (job) => photosBody(job, "after"),
  sign: signBody,
  finish: finishBody,
};

function stepCard(job, step, isNext) {
  const started = !["received", "reopened", "assigned"].includes(job.state);
  const body = started || isNext ? BODIES[step.kind]?.(job, step) : null;
  const state = step.done ? "is-done" : isNext ? "is-next" : step.skipped ? "is-skipped" : "";
  const mark = step.done ? icon("check") : isNext ? icon("arrow-right") : null;
  const told = step.at ? sayMoment(step.at) : step.skipped ? t("skipped") : step.owed && !isNext ? t("owed", { n: step.owed }) : "";
  const head = [h("span", { class: "fw-mark" }, mark, h("span", { class: "visually-hidden" }, t(step.done ? "step_done" : isNext ? "step_now" : "step_later"))), h("span", { class: "fw-title" }, titleOf(step)), h("span", { class: "hy-soft hy-small" }, told)];
  if (!body) return h("li", { class: `fw-step ${state}` }, h("div", { class: "fw-step-head" }, head), isNext && t(`hint_${step.kind}`) ? h("p", { class: "hy-soft fw-hint" }, t(`hint_${step.kind}`)) : null);
  const details = h("details", { open: opened.get(step.key) ?? isNext }, h("summary", { class: "fw-step-head", onclick: () => opened.set(step.key, !details.open) }, head, icon("chevron-down")), h("div", { class: "fw-body" }, body));
  return h("li", { class: `fw-step ${state}` }, details);
}

/* materials and labour */

function linesBody(job) {
  const { lines, signed, consent } = job.sheet;
  const closed = Boolean(signed);
  return [
    h("p", { class: "hy-soft" }, t("lines_hint")),
    lines.length ? h("ul", { class: "fw-lines" }, lines.map((line) => lineRow(job, line, closed))) : h("p", { class: "fw-none" }, t("no_lines")),
    h("p", { class: "fw-amount" }, h("small", {}, t("total")), h("b", {}, `¥ ${sayCents(job.total)}`)),
    closed ? null : button("plus", t("add_line"), () => addLine(job), { look: lines.length ? "btn-quiet" : "btn-primary" }),
    closed || consent ? null : button("check", t(lines.length ? "ask_consent" : "for_free"), () => agree(job), { look: lines.length ? "btn-primary" : "btn-quiet" }),
    consent ? note("is-kept", "check", h("p", {}, t("agreed_by", { name: consent.name, at: sayMoment(consent.at) }))) : null,
  ];
}

async function addLine(job) {
  const line = await askLine({ prices: (data.prices ?? []).filter((one) => one.community === job.community) });
  if (line) await put("line", job, line);
}

function lineRow(job, line, closed) {
  return h(
    "li",
    {},
    h("span", {}, h("b", {}, line.text), h("small", {}, `¥ ${line.price.replace(/(\.\d\d)0+$/, "$1")} × ${line.quantity.replace(/\.0+$/, "")}${line.unit ?? ""}`)),
    h("b", { class: "hy-figures" }, line.amount),
    closed ? null : h("button", { type: "button", class: "btn btn-quiet", "aria-label": t("drop_line", { what: line.text }), onclick: () => put("drop_line", job, { line: line.key }) }, icon("trash")),
  );
}

/* the checklist */

function groupBody(job, step) {
  const items = h("ul", { class: "fw-items" }, itemsOf(job, step.group).map((item) => itemRow(job, item)));
  return h("fieldset", { disabled: job.checklist.open === false }, h("legend", { class: "visually-hidden" }, titleOf(step)), items);
}

function itemRow(job, item) {
  const marked = isMarked(item);
  const bad = item.mark?.value === false;
  return h(
    "li",
    { class: marked ? (bad ? "is-bad" : "is-done") : "" },
    h("div", { class: "fw-item" }, h("b", {}, item.title, item.required ? null : h("span", { class: "hy-soft" }, t("optional"))), item.hint && !marked ? h("small", {}, item.hint) : null, bad && item.mark.note ? h("small", {}, item.mark.note) : null),
    (ITEMS[item.kind] ?? ITEMS.text)(job, item),
  );
}

const mark = (job, item, value) => put("mark", job, { item: item.key, value }, { item });

const ITEMS = {
  tick: (job, item) => {
    const value = item.mark?.value;
    const yes = () => (item.key === "consent" && !job.sheet.consent ? agree(job) : mark(job, item, true));
    return h(
      "div",
      { class: "fw-ticks" },
      h("button", { type: "button", class: "btn fw-tick", "aria-pressed": String(value === true), "aria-label": t("done_item", { item: item.title }), onclick: yes }, icon("check")),
      h("button", { type: "button", class: "btn fw-tick is-no", "aria-pressed": String(value === false), "aria-label": t("not_done_item", { item: item.title }), onclick: () => markFalse(job, item) }, icon("x")),
    );
  },
  choice: (job, item) =>
    h("div", { class: "fw-options" }, item.options.map((option) =>
      h("button", { type: "button", class: "btn", "aria-pressed": String(item.mark?.value === option), onclick: () => mark(job, item, option) }, option))),
  number: (job, item) => entry(job, item, { inputmode: "decimal", unit: item.unit }),
  text: (job, item) => entry(job, item, {}),
  person_time: (job, item) => entry(job, item, { label: t("name"), wrap: (name) => ({ name, at: new Date().toISOString() }), unwrap: (value) => value?.name ?? "" }),
  photo: (job, item) => {
    const stage = item.key.endsWith("before") ? "before" : item.key.endsWith("after") ? "after" : "";
    const shown = job.photos.filter((photo) => photo.item === item.key || (!photo.item && stage && photo.stage === stage));
    return camera(job, shown, { item: item.key, stage }, item.key);
  },
  signature: (job, item) =>
    button("edit", t(isMarked(item) ? "sign_again" : "sign"), async () => {
      const signed = await askSignature({ title: item.title, name: job.caller?.name ?? "" });
      if (signed) await put("mark", job, { item: item.key, name: signed.name }, { file: signed.file, item });
    }),
};

function entry(job, item, { inputmode = "text", unit = "", label = "", wrap = (text) => text, unwrap = (value) => value ?? "" }) {
  const id = `item-${item.key}`;
  const input = h("input", { class: "form-control", id, inputmode, autocomplete: "off", "aria-label": label || item.title, "data-draft": `${job.number}:${item.key}` });
  input.value = unwrap(item.mark?.value);
  const save = () => {
    const text = input.value.trim();
    if (!text) return input.focus();
    forgetDraft(input);
    return mark(job, item, wrap(text));
  };
  return h("div", { class: "fw-entry" }, input, unit ? h("span", {}, unit) : null, h("button", { type: "button", class: "btn btn-quiet", onclick: save }, t("save")));
}

/* photos */

function photosBody(job, stage) {
  const shown = job.photos.filter((photo) => photo.stage === stage);
  return [
    h("p", { class: "hy-soft" }, t(job.public ? `photo_${stage}_public` : `photo_${stage}`)),
    camera(job, shown, { stage }, stage),
    shown.length ? null : button("arrow-right", t("skip_photo"), () => skipPhoto(job, stage), { look: "btn-quiet" }),
  ];
}

async function skipPhoto(job, stage) {
  if (job.public) {
    const reason = await askText({ title: t("skip_photo"), label: t("skip_photo_why"), send: t("skip_photo") });
    if (!reason) return;
    await put("note", job, { text: t("skipped_photo_note", { step: t(`step_${stage}`), reason }) });
  }
  await skip(job, { key: stage });
}

function camera(job, shown, given, name) {
  const id = `photo-${name}`;
  const input = h("input", { type: "file", class: "visually-hidden", id, accept: "image/*", capture: "environment" });
  input.addEventListener("change", () => photograph(job, input, given));
  return h(
    "div",
    { class: "fw-photos" },
    shown.map((photo) => thumbnail(photo)),
    h("div", { class: "fw-shoot" }, input, h("label", { class: "btn fw-btn", for: id }, icon("camera"), t(shown.length ? "one_more_photo" : "take_photo"))),
  );
}

function thumbnail(photo) {
  const alt = t(`photo_of_${photo.stage || "work"}`);
  if (photo.act) {
    const waits = photo.act.state === "waiting";
    return h("figure", {}, pictureOf(photo.act, { alt }), waits ? h("figcaption", {}, icon("upload"), t("waits_one")) : null);
  }
  const picture = h("img", { src: photo.url, alt, loading: "lazy" });
  picture.addEventListener("error", () => picture.replaceWith(h("span", { class: "fw-away" }, icon("eye-off"), t("photo_away"))));
  return h("figure", {}, picture);
}

/* signing and finishing */

function signBody(job) {
  const { signed } = job.sheet;
  if (signed) return note("is-kept", "check", h("p", {}, t("signed_by", { name: signed.name, amount: signed.amount })));
  return [
    h("p", { class: "fw-amount" }, h("small", {}, t("amount_to_sign")), h("b", {}, `¥ ${sayCents(job.total)}`)),
    h("p", { class: "hy-soft" }, t("hint_sign")),
  ];
}

function finishBody(job) {
  if (AFTER_WORK.has(job.state)) return job.result ? h("p", { class: "hy-pre" }, job.result) : null;
  const causes = data.causes ?? [];
  return [
    h("label", { class: "form-label", for: "fw-result" }, t("result")),
    h("textarea", { class: "form-control", id: "fw-result", rows: 3, "data-draft": `${job.number}:result`, placeholder: t("result_hint") }),
    causes.length ? h("label", { class: "form-label", for: "fw-cause" }, t("cause")) : null,
    causes.length ? h("select", { class: "form-select", id: "fw-cause", "data-draft": `${job.number}:cause` }, h("option", { value: "" }, t("cause_unknown")), causes.map(([code, title]) => h("option", { value: code }, title))) : null,
    h("p", { class: "hy-error", id: "fw-result-error", role: "alert", hidden: true }, t("result_missing")),
  ];
}

async function finish(job) {
  const result = document.getElementById("fw-result");
  if (!result?.value.trim()) {
    opened.set("finish", true);
    render({ force: true });
    document.getElementById("fw-result-error").hidden = false;
    document.getElementById("fw-result").focus();
    return;
  }
  const cause = document.getElementById("fw-cause");
  const given = { result: result.value.trim(), cause: cause?.value ?? "" };
  forgetDraft(result);
  if (cause) forgetDraft(cause);
  await take("finish", job, given);
  scrollTo(0, 0);
}

/* the one next thing, under the thumb */

const MAIN = {
  accept: ["check", "step_accept", (job) => take("accept", job)],
  leave: ["arrow-right", "step_leave", (job) => take("leave", job)],
  arrive: ["map-pin", "step_arrive", (job) => take("arrive", job)],
  sign: ["edit", "do_sign", sign],
  finish: ["clipboard-check", "step_finish", finish],
};

function mainButton(job, step) {
  if (!MAIN[step.kind]) return null;
  const [picture, text, act] = MAIN[step.kind];
  return button(picture, t(text), () => act(job), { disabled: calm });
}

/* -- drawing the page */

function remember(event) {
  const { draft } = event.target.dataset ?? {};
  if (!draft) return;
  drafts[draft] = event.target.value;
  clearTimeout(remember.timer);
  remember.timer = setTimeout(() => queue.keep(`drafts:${queue.me}`, drafts), 400);
}

function forgetDraft(input) {
  delete drafts[input.dataset.draft];
  queue.keep(`drafts:${queue.me}`, drafts);
}

const isTyping = () => page.contains(document.activeElement) && document.activeElement.matches("input:not([type=file]), textarea, select");

function render({ force = false } = {}) {
  if (pressing && !force) {
    late = true; // a button that is replaced under the finger would not hear it
    return;
  }
  late = !force && isTyping();
  const wanted = number();
  const found = wanted ? jobOf(wanted) : null;
  const job = found ? project(found, acts) : null;
  if (!late) {
    const focus = page.contains(document.activeElement) ? document.activeElement.id : "";
    page.replaceChildren(...(wanted ? (job ? jobPage(job) : lostPage(wanted)) : listPage()).flat().filter(Boolean));
    for (const input of page.querySelectorAll("[data-draft]")) {
      if (input.dataset.draft in drafts) input.value = drafts[input.dataset.draft];
    }
    if (focus) document.getElementById(focus)?.focus({ preventScroll: true });
  }
  const next = job && !job.gone ? nextOf(stepsOf(job, skipped[job.number])) : null;
  const here = `${wanted} ${next?.key ?? ""}`;
  if (!late && here !== shown && shown.startsWith(`${wanted} `)) page.querySelector(".is-next")?.scrollIntoView({ block: "start" });
  if (!late) shown = here;
  renderBar(next ? mainButton(job, next) : null);
}

/* A job that is not, or no longer, mine: what is kept of it stays in sight. */
function lostPage(wanted) {
  const kept = acts.filter((act) => act.matter === wanted && act.state !== "done");
  return [
    h("p", { class: "fw-back" }, h("a", { class: "btn btn-quiet", href: "/work/", "data-go": true }, icon("chevron-left"), t("my_work")), h("span", { class: "hy-soft hy-figures" }, wanted)),
    h("h1", { class: "fw-lost" }, t("not_mine")),
    h("p", {}, t("not_mine_hint")),
    kept.length ? h("section", { class: "hy-stack" }, keptNotes(kept)) : null,
    h("p", { class: "fw-more" }, h("a", { href: `/matters/${encodeURIComponent(wanted)}/` }, t("whole_matter"))),
  ];
}

let looking = Promise.resolve();

/* Read the store and draw; one after the other, so that an older look never overwrites a newer. */
function look() {
  looking = looking.then(async () => {
    [data, acts, others] = await Promise.all([queue.jobs(), queue.acts(), queue.others()]);
    wrong = setClock(data?.skew);
    drafts = { ...(await queue.recall(`drafts:${queue.me}`)), ...drafts };
    skipped = (await queue.recall(`skipped:${queue.me}`)) || {};
    const keys = new Set(acts.map((act) => act.key));
    for (const [key, url] of pictures) {
      if (keys.has(key)) continue;
      URL.revokeObjectURL(url);
      pictures.delete(key);
    }
    render();
  });
  return looking;
}

async function start() {
  queue = await Queue.open({ sync: page.dataset.sync, photo: page.dataset.photo, jobs: page.dataset.jobs });
  if (page.dataset.me) await queue.become(page.dataset.me);
  queue.addEventListener("change", look);
  queue.addEventListener("told", ({ detail: { matter, told } }) => {
    heard.set(matter, [...new Set([...(heard.get(matter) ?? []), told])].slice(-3));
  });
  page.addEventListener("input", remember);
  page.addEventListener("change", remember);
  page.addEventListener("focusout", () => setTimeout(() => late && render()));
  document.addEventListener("pointerdown", () => {
    pressing = true;
  });
  for (const end of ["pointerup", "pointercancel"]) {
    document.addEventListener(end, () => setTimeout(() => {
      pressing = false;
      if (late) render();
    }));
  }
  addEventListener("online", () => render());
  addEventListener("offline", () => render());
  setInterval(() => !document.hidden && queue.state === "idle" && queue.freshen(), FRESH);
  setInterval(() => !document.hidden && render(), CLOCKS);
  const known = await queue.jobs();
  if (known || !page.dataset.me) await look();
  await queue.freshen();
  await look();
}

navigator.serviceWorker?.register(page.dataset.worker, { scope: "/" }).catch(() => {});
start().catch((trouble) => {
  bar.replaceChildren(note("is-late", "alert-triangle", h("p", {}, t("no_store"))));
  bar.hidden = false;
  throw trouble;
});
