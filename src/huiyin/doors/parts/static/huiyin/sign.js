/* A signature drawn with a finger, a pen or a mouse, kept as PNG.

   By hand:  const pad = new SignaturePad(canvas); pad.clear(); pad.isEmpty; await pad.toBlob()
   By marks, in any form:
     <div data-sign>
       <canvas class="hy-sign-pad" aria-label="…"></canvas>
       <button type="button" data-sign-clear>…</button>
       <p data-sign-missing hidden>…</p>              shown when the form is sent unsigned
       <input type="file" name="…" data-sign-file hidden>
     </div>
   The drawing is in the file input when the form is sent. An empty drawing, or one that is no more
   than a dot, is not sent; an input marked data-sign-optional may stay empty. */

const INK = "#17212b";
const WIDTH = 2.6; // of the line, in pixels of the page
const LEAST = 60; // length of all lines together, in pixels of the page: less is a slip of the finger

export class SignaturePad extends EventTarget {
  #canvas;
  #lines = [];
  #pointer = null;

  constructor(canvas) {
    super();
    this.#canvas = canvas;
    canvas.addEventListener("pointerdown", (event) => this.#begin(event));
    canvas.addEventListener("pointermove", (event) => this.#go(event));
    for (const end of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(end, (event) => this.#end(event));
    }
    new ResizeObserver(() => this.#draw()).observe(canvas);
  }

  get isEmpty() {
    let length = 0;
    for (const line of this.#lines) {
      for (let at = 1; at < line.length; at += 1) {
        length += Math.hypot(line[at].x - line[at - 1].x, line[at].y - line[at - 1].y);
      }
    }
    return length < LEAST;
  }

  clear() {
    this.#lines = [];
    this.#draw();
    this.dispatchEvent(new Event("change"));
  }

  toBlob() {
    this.#draw();
    return new Promise((done) => this.#canvas.toBlob(done, "image/png"));
  }

  #begin(event) {
    if (this.#pointer !== null || event.button > 0) return;
    event.preventDefault();
    this.#pointer = event.pointerId;
    this.#canvas.setPointerCapture(event.pointerId);
    this.#lines.push([this.#place(event)]);
    this.#draw();
  }

  #go(event) {
    if (event.pointerId !== this.#pointer) return;
    const line = this.#lines.at(-1);
    const between = event.getCoalescedEvents?.() ?? [];
    for (const one of between.length ? between : [event]) line.push(this.#place(one));
    this.#draw();
  }

  #end(event) {
    if (event.pointerId !== this.#pointer) return;
    this.#pointer = null;
    this.dispatchEvent(new Event("change"));
  }

  #place(event) {
    const box = this.#canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  /* Drawn anew each time, so that turning the phone or a sharper screen loses nothing. */
  #draw() {
    const canvas = this.#canvas;
    const scale = Math.min(3, Math.max(1, window.devicePixelRatio || 1));
    const width = Math.round(canvas.clientWidth * scale);
    const height = Math.round(canvas.clientHeight * scale);
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    const ink = canvas.getContext("2d");
    ink.setTransform(scale, 0, 0, scale, 0, 0);
    ink.fillStyle = "#fff";
    ink.fillRect(0, 0, canvas.clientWidth, canvas.clientHeight);
    ink.strokeStyle = ink.fillStyle = INK;
    ink.lineWidth = WIDTH;
    ink.lineCap = ink.lineJoin = "round";
    for (const line of this.#lines) {
      ink.beginPath();
      ink.moveTo(line[0].x, line[0].y);
      for (const point of line) ink.lineTo(point.x, point.y);
      ink.stroke();
    }
  }
}

/* -- by marks in a form */

function attach(place) {
  if (place.dataset.signReady) return;
  place.dataset.signReady = "yes";
  const input = place.querySelector("[data-sign-file]");
  const missing = place.querySelector("[data-sign-missing]");
  const pad = new SignaturePad(place.querySelector("canvas"));
  place.querySelector("[data-sign-clear]")?.addEventListener("click", () => pad.clear());
  pad.addEventListener("change", async () => {
    const files = new DataTransfer();
    if (!pad.isEmpty) {
      files.items.add(new File([await pad.toBlob()], "signature.png", { type: "image/png" }));
      if (missing) missing.hidden = true;
    }
    input.files = files.files;
  });
}

function refuseUnsigned(event) {
  const owed = [...event.target.querySelectorAll("[data-sign-file]:not([data-sign-optional])")];
  const empty = owed.find((input) => !input.files.length);
  if (!empty) return;
  event.preventDefault();
  event.stopImmediatePropagation(); // neither htmx nor the browser sends it
  const missing = empty.closest("[data-sign]").querySelector("[data-sign-missing]");
  if (missing) missing.hidden = false;
}

function attachAll(root) {
  for (const place of root.querySelectorAll("[data-sign]")) attach(place);
}

document.addEventListener("submit", refuseUnsigned, true);
document.addEventListener("htmx:afterSettle", () => attachAll(document));
attachAll(document);
