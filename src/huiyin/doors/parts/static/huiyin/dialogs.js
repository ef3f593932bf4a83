/* What is asked on a sheet of its own, over the page: words, a line of the bill, a signature.
   Each returns what was entered, or null when the sheet was put away. */

import { button, h, icon, t } from "./dom.js";
import { amountOf, readPrice, readQuantity, sayCents, sayPrice } from "./jobs.js";
import { SignaturePad } from "./sign.js";

function open(title, body, { wide = false } = {}) {
  const heading = h("h2", { id: "fw-sheet-title" }, title);
  const close = h("button", { type: "button", class: "btn btn-quiet fw-close", "aria-label": t("close") }, icon("x"));
  const sheet = h(
    "dialog",
    { class: wide ? "fw-sheet is-whole" : "fw-sheet", "aria-labelledby": "fw-sheet-title" },
    h("header", {}, heading, close),
    body,
  );
  close.addEventListener("click", () => sheet.close());
  document.body.append(sheet);
  sheet.showModal();
  return sheet;
}

function until(sheet, settle) {
  return new Promise((done) => {
    let result = null;
    settle((value) => {
      result = value;
      sheet.close();
    });
    sheet.addEventListener("close", () => {
      sheet.remove();
      done(result);
    });
  });
}

function missing(place, text) {
  place.textContent = text;
  place.hidden = false;
}

const error = () => h("p", { class: "hy-error", role: "alert", hidden: true });

/* Ask for a sentence or two. */
export async function askText({ title, label, hint = "", send, value = "", rows = 4 }) {
  const text = h("textarea", { class: "form-control", id: "fw-text", rows });
  text.value = value;
  const wrong = error();
  const form = h(
    "form",
    { class: "hy-stack", novalidate: true },
    h("label", { class: "form-label", for: "fw-text" }, label),
    text,
    hint ? h("p", { class: "hy-soft" }, hint) : null,
    wrong,
    h("button", { type: "submit", class: "btn fw-btn btn-primary" }, icon("check"), send),
  );
  const sheet = open(title, form);
  text.focus();
  return until(sheet, (give) => {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (text.value.trim()) give(text.value.trim());
      else missing(wrong, t("write_something"));
    });
  });
}

/* Ask yes or no before something that cannot be undone. */
export async function askSure({ title, text, send }) {
  const body = h("div", { class: "hy-stack" }, h("p", {}, text));
  const sheet = open(title, body);
  return until(sheet, (give) => {
    body.append(button("check", send, () => give(true)), button("x", t("no"), () => sheet.close(), { look: "btn-quiet" }));
  });
}

/* Ask for the name of who agrees to the amount, shown large. */
export async function askConsent({ total, name }) {
  const who = h("input", { class: "form-control", id: "fw-name", autocomplete: "off", maxlength: 40 });
  who.value = name;
  const wrong = error();
  const form = h(
    "form",
    { class: "hy-stack", novalidate: true },
    h("p", { class: "fw-amount" }, h("small", {}, t("amount_to_agree")), h("b", {}, `¥ ${total}`)),
    h("label", { class: "form-label", for: "fw-name" }, t("who_agrees")),
    who,
    wrong,
    h("button", { type: "submit", class: "btn fw-btn btn-primary" }, icon("check"), t("agreed")),
  );
  const sheet = open(t("consent"), form);
  return until(sheet, (give) => {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (who.value.trim()) give({ name: who.value.trim() });
      else missing(wrong, t("name_missing"));
    });
  });
}

/* Let the owner sign under the amount; returns {name, file: {bytes, type}}. */
export async function askSignature({ title, total = null, lines = [], name = "" }) {
  const who = h("input", { class: "form-control", id: "fw-name", autocomplete: "off", maxlength: 40 });
  who.value = name;
  const canvas = h("canvas", { class: "hy-sign-pad", role: "img", "aria-label": t("sign_here") });
  const wrong = error();
  const bill = lines.map((line) =>
    h("li", {}, h("span", {}, `${line.text} × ${line.quantity}${line.unit ?? ""}`), h("b", {}, line.amount)),
  );
  const form = h(
    "form",
    { class: "fw-signing", novalidate: true },
    total === null ? null : h("p", { class: "fw-amount" }, h("small", {}, t("amount_to_sign")), h("b", {}, `¥ ${total}`)),
    bill.length ? h("ul", { class: "fw-bill" }, bill) : null,
    h("div", {}, h("label", { class: "form-label", for: "fw-name" }, t("signer")), who),
    h("div", { class: "fw-pad" }, h("p", { class: "hy-soft hy-small" }, t("sign_here")), wrong, canvas),
  );
  const again = h("button", { type: "button", class: "btn fw-btn btn-quiet" }, icon("refresh"), t("sign_again"));
  const send = h("button", { type: "submit", class: "btn fw-btn btn-primary" }, icon("check"), t("signed_send"));
  form.append(h("div", { class: "fw-two" }, again, send));
  const sheet = open(title, form, { wide: true });
  const pad = new SignaturePad(canvas);
  again.addEventListener("click", () => pad.clear());
  pad.addEventListener("change", () => {
    wrong.hidden = true;
  });
  return until(sheet, (give) => {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (!who.value.trim()) return missing(wrong, t("name_missing"));
      if (pad.isEmpty) return missing(wrong, t("signature_missing"));
      send.disabled = true;
      const picture = await pad.toBlob();
      return give({ name: who.value.trim(), file: { bytes: await picture.arrayBuffer(), type: picture.type } });
    });
  });
}

/* Let a line be picked from the price list: what, how many, and what it comes to. */
export async function askLine({ prices }) {
  const find = h("input", { class: "form-control", id: "fw-find", type: "search", autocomplete: "off", placeholder: t("find_item") });
  const list = h("div", { class: "fw-prices" });
  const body = h(
    "div",
    { class: "hy-stack" },
    h("label", { class: "visually-hidden", for: "fw-find" }, t("find_item")),
    find,
    list,
  );
  const sheet = open(t("add_line"), body, { wide: true });
  return until(sheet, (give) => {
    const pick = (item) => body.replaceChildren(...howMany(item, give, show));
    const show = () => {
      body.replaceChildren(h("label", { class: "visually-hidden", for: "fw-find" }, t("find_item")), find, list);
      fill();
    };
    const fill = () => {
      const wanted = find.value.trim().toLowerCase();
      const found = prices.filter((one) => `${one.name} ${one.code}`.toLowerCase().includes(wanted));
      list.replaceChildren(...groupsOfPrices(found, pick));
      if (!found.length) list.append(h("p", { class: "hy-empty" }, t("no_item")));
    };
    find.addEventListener("input", fill);
    show();
  });
}

function groupsOfPrices(prices, pick) {
  return ["service", "labour", "material"].flatMap((kind) => {
    const rows = prices.filter((one) => one.kind === kind);
    if (!rows.length) return [];
    return [
      h("h3", {}, t(kind)),
      ...rows.map((one) =>
        h(
          "button",
          { type: "button", class: "fw-price", onclick: () => pick(one) },
          h("span", {}, one.name),
          h("b", {}, `¥ ${sayPrice(one.price)}`, h("small", {}, `/${one.unit}`)),
        ),
      ),
    ];
  });
}

function howMany(item, give, back) {
  const quantity = h("input", { class: "form-control fw-count", id: "fw-quantity", inputmode: "decimal", autocomplete: "off" });
  quantity.value = "1";
  const sum = h("b", {});
  const wrong = error();
  const valid = () => {
    const read = readQuantity(quantity.value);
    return read !== null && read > 0n;
  };
  const count = () => {
    sum.textContent = valid() ? `¥ ${sayCents(amountOf(quantity.value, item.price))}` : "—";
    wrong.hidden = true;
  };
  const step = (by) => () => {
    const whole = /^\d+$/.test(quantity.value.trim()) ? BigInt(quantity.value.trim()) : 0n;
    quantity.value = String(whole + by < 1n ? 1n : whole + by);
    count();
  };
  quantity.addEventListener("input", count);
  count();
  const take = () => {
    if (!valid() || readPrice(item.price) === null) return missing(wrong, t("bad_quantity"));
    return give({ kind: item.kind, code: item.code, text: item.name, unit: item.unit, quantity: quantity.value.trim(), price: item.price });
  };
  return [
    h("p", { class: "fw-chosen" }, h("b", {}, item.name), h("span", { class: "hy-soft" }, `¥ ${sayPrice(item.price)} / ${item.unit}`)),
    h("label", { class: "form-label", for: "fw-quantity" }, t("quantity", { unit: item.unit })),
    h(
      "div",
      { class: "fw-counter" },
      h("button", { type: "button", class: "btn btn-quiet", "aria-label": t("one_less"), onclick: step(-1n) }, "−"),
      quantity,
      h("button", { type: "button", class: "btn btn-quiet", "aria-label": t("one_more"), onclick: step(1n) }, "+"),
    ),
    h("p", { class: "fw-amount" }, h("small", {}, t("line_amount")), sum),
    wrong,
    button("check", t("take_line"), take),
    button("arrow-back-up", t("other_item"), back, { look: "btn-quiet" }),
  ];
}
