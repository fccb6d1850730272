// Nothing here is needed: it quickens what the page does without it. It puts the next page in the place of this one,
// applies filters at once, searches while one types, walks lists by keyboard, lends the moment a slider, opens what
// cannot be undone in a dialog, makes drawings larger or smaller, and pictures of them. live.js and drafts.js belong to it.

import { drop, recall } from "./drafts.js";
import { busy, follow as attend, listen } from "./live.js";

const PAUSE = 150, MOST = 4, LEAST = 0.25; // milliseconds until the server is asked; bounds of a drawing's size
const WIDEST = 8192; // pixels of a picture, that any browser can paint
const told = document.getElementById("told");
let turning = new AbortController(), searching = new AbortController(); // what was asked for last
let pause; // timer of what waits for the last key
let shown = address(location);
let waiting; // timer of a page that looks again by itself

/** What tells one page from another; a place within it does not. */
function address(url) {
  return url.pathname + url.search;
}

/** The answer to a form, as an address in which nothing is empty. */
function asked(form) {
  const url = new URL(form.getAttribute("action") ?? location.pathname, location.href);
  url.search = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
  return url;
}

/** A page of ours; null if the answer is anything else, which the browser then loads by itself. */
async function fetched(url, { signal }, headers = {}) {
  const answer = await fetch(url, { signal, headers });
  const isPage = answer.ok && answer.headers.get("content-type")?.startsWith("text/html");
  const page = isPage && new DOMParser().parseFromString(await answer.text(), "text/html");
  return page && page.getElementById("view") ? page : null;
}

// the next page in the place of this one

async function turn(url, { back = false, scroll = 0 } = {}) {
  turning.abort();
  searching.abort();
  turning = new AbortController();
  const page = await fetched(url, turning).catch((problem) => (problem.name === "AbortError" ? undefined : null));
  if (page === undefined) return; // another page was asked for meanwhile
  if (page === null) return back ? location.reload() : location.assign(url);
  if (!back) history.replaceState({ scroll: scrollY }, ""), history.pushState(null, "", url);
  const isSame = shown.split("?")[0] === url.pathname; // then what was looked at stays in sight
  shown = address(url);
  replace(page);
  const place = url.hash && document.getElementById(url.hash.slice(1));
  if (place) place.scrollIntoView();
  else if (back || !isSame) scrollTo(0, scroll);
}

/** The focus stays where it is if that is there again, as a filter is, with what was typed meanwhile; otherwise it goes
 * to the content. */
function replace(page, { quiet = false } = {}) {
  const { id, name, type, value } = document.activeElement ?? {};
  document.title = page.title;
  document.getElementById("view").replaceWith(page.getElementById("view"));
  prepare();
  if (quiet) return id && document.getElementById(id)?.focus({ preventScroll: true });
  const again = (id && document.getElementById(id)) || (name && document.querySelector(`main [name="${CSS.escape(name)}"]`));
  if (type === "search" && again?.type === type) again.value = value;
  (again || document.querySelector("[data-focus]") || document.getElementById("main")).focus({ preventScroll: true });
  told.textContent = document.title;
}

/** This page as it is now, although nobody has gone anywhere; what was said of an act is not said again. */
async function refresh({ quiet = true } = {}) {
  const url = new URL(location.href), scroll = scrollY;
  for (const name of ["said", "wait_for"]) url.searchParams.delete(name);
  turning.abort();
  turning = new AbortController();
  const page = await fetched(url, turning, { "Plumbline-By-Itself": "1" }).catch(() => null);
  if (!page || (quiet && busy())) return;
  history.replaceState(history.state, "", url);
  shown = address(url);
  replace(page, { quiet });
  scrollTo(0, scroll);
}

/** A form as the server draws it with what is given. */
async function redraw(form, given) {
  const body = new URLSearchParams(given);
  const text = await fetch(form.action, { method: "POST", body }).then((answer) => answer.text()).catch(() => "");
  const page = new DOMParser().parseFromString(text, "text/html");
  if (!form.isConnected || !page.querySelector("form[data-draft]")) return false;
  replace(page);
  return true;
}

function follow(event) {
  const link = event.target.closest("a[href]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  if (link.hasAttribute("target") || link.hasAttribute("download")) return; // of a drawing, `target` is an object
  const url = new URL(link.getAttribute("href"), location.href);
  if (url.origin !== location.origin || (url.hash && address(url) === shown) || url.pathname.endsWith("/docs") || link.hasAttribute("data-leaves")) return;
  event.preventDefault();
  if (link.hasAttribute("data-dialog")) open(url);
  else turn(url);
}

// what cannot be undone, in a dialog; it is also a page of its own

async function open(url) {
  const page = await fetched(url, {}).catch(() => null), form = page?.querySelector("form.dialog");
  if (!form) return location.assign(url);
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-labelledby", form.getAttribute("aria-labelledby"));
  dialog.append(form);
  dialog.addEventListener("close", () => dialog.remove());
  document.getElementById("view").append(dialog);
  dialog.showModal();
}

/** A link in a dialog that leads back to this page closes it. */
function close(event) {
  const link = event.target.closest("dialog a[href]");
  if (!link || address(new URL(link.href)) !== shown) return false;
  event.preventDefault();
  link.closest("dialog").close();
  return true;
}

// search while one types

async function search(field) {
  searching.abort();
  searching = new AbortController();
  const page = await fetched(asked(field.form), searching).catch(() => null); // Enter shows what is wrong
  const found = field.isConnected && page?.getElementById("results"), list = document.getElementById("found");
  if (!found) return;
  told.textContent = found.querySelector("p")?.textContent ?? "";
  list.replaceChildren(...found.childNodes);
  list.hidden = !field.value.trim();
}

/** Up and down between the field and what was found; Escape closes it. */
function step(event) {
  const list = document.getElementById("found"), way = { ArrowDown: 1, ArrowUp: -1, Escape: 0 }[event.key];
  if (list.hidden || way === undefined || !event.target.closest(".find")) return;
  event.preventDefault();
  list.hidden = !way;
  const stops = [document.getElementById("find"), ...list.querySelectorAll("a")];
  stops[way && (stops.indexOf(event.target) + way + stops.length) % stops.length].focus();
}

function leave(event) {
  const form = event.target.closest(".find");
  if (form && !form.contains(event.relatedTarget)) document.getElementById("found").hidden = true;
}

// keys of the whole page: `/` searches, `j` and `k` walk the rows of lists; Enter opens, as everywhere

function walk(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea, dialog, [popover]:popover-open")) return;
  if (event.key === "/") {
    const field = document.getElementById("find");
    event.preventDefault();
    if (field.checkVisibility()) field.focus();
    else document.querySelector(".seek").click();
  }
  const way = { j: 1, k: -1 }[event.key];
  if (!way) return;
  const rows = [...document.querySelectorAll("[data-walk] > *")].filter((row) => row.checkVisibility() && stop(row));
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[at < 0 ? (way > 0 ? 0 : rows.length - 1) : at + way];
  if (next) stop(next).focus();
}

/** What a row leads to. */
function stop(row) {
  return row.matches("a[href]") ? row : row.querySelector("a.t1, a.e, a[href]");
}

// the slider

/** The last step is now; an empty field says the same. */
function moment(slide) {
  return slide.value === slide.max ? "" : new Date(slide.value * 1000).toISOString().slice(0, 19);
}

function label(slide, at) {
  const text = at.replace("T", " ") || "now";
  slide.setAttribute("aria-valuetext", text);
  slide.parentElement.querySelector("output").value = text;
}

function slideTo(slide) {
  slide.form.elements[slide.dataset.moves].value = moment(slide);
  slide.form.requestSubmit();
}

// drawings

/** Larger or smaller around the middle of what is seen; without a factor as wide as there is room. */
function zoom(frame, factor) {
  const drawing = frame.querySelector("svg.draw"), { width, height } = drawing.viewBox.baseVal;
  const wanted = factor ? (drawing.width.baseVal.value / width) * factor : frame.clientWidth / width;
  const scale = Math.min(MOST, Math.max(LEAST, wanted));
  const x = (frame.scrollLeft + frame.clientWidth / 2) / frame.scrollWidth;
  const y = (frame.scrollTop + frame.clientHeight / 2) / frame.scrollHeight;
  drawing.setAttribute("width", width * scale);
  drawing.setAttribute("height", height * scale);
  frame.scrollTo(x * frame.scrollWidth - frame.clientWidth / 2, y * frame.scrollHeight - frame.clientHeight / 2);
}

function zoomByKey(event) {
  const factor = { "+": 1.25, "=": 1.25, "-": 0.8, 0: null }[event.key], frame = event.target.closest(".canvas");
  if (factor === undefined || !frame || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  zoom(frame, factor);
}

/** A drawing as a PNG: its file, drawn at twice its size. */
async function paint(address) {
  const drawing = Object.assign(new Image(), { src: address });
  await drawing.decode();
  const scale = Math.min(2, WIDEST / Math.max(drawing.naturalWidth, drawing.naturalHeight));
  const canvas = document.createElement("canvas");
  canvas.width = drawing.naturalWidth * scale;
  canvas.height = drawing.naturalHeight * scale;
  canvas.getContext("2d").drawImage(drawing, 0, 0, canvas.width, canvas.height);
  const painted = await new Promise((done) => canvas.toBlob(done)), link = document.createElement("a");
  link.href = URL.createObjectURL(painted);
  link.download = new URL(address, location.href).pathname.split("/").slice(-2).join("-").replace(/\.svg$/, ".png");
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** What needs this script is hidden without it, and what only stands in for it goes. */
function prepare() {
  listen(refresh);
  recall(redraw);
  const again = document.querySelector("[data-again]");
  clearTimeout(waiting);
  if (again) waiting = setTimeout(() => turn(new URL(location.href), { back: true, scroll: scrollY }), again.dataset.again * 1000);
  for (const part of document.querySelectorAll("[data-scripted]")) part.hidden = false;
  for (const part of document.querySelectorAll("[data-plain]")) part.hidden = true;
  for (const part of document.querySelectorAll("[data-address]")) part.textContent = location.href;
  const slide = document.getElementById("slide"), centre = document.querySelector(".canvas .hub .box");
  if (slide) label(slide, slide.form.elements[slide.dataset.moves].value); // which need not lie on a step
  if (!centre) return;
  const frame = centre.closest(".canvas"), place = centre.getBBox();
  frame.scrollTo(place.x + (place.width - frame.clientWidth) / 2, place.y + (place.height - frame.clientHeight) / 2);
}

function later(what, ...given) {
  clearTimeout(pause);
  pause = setTimeout(what, PAUSE, ...given);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-zoom]"), picture = event.target.closest("[data-picture]");
  if (event.target.closest("[data-print]")) print();
  else if (event.target.closest("[data-show]")) refresh({ quiet: false });
  else if (event.target.closest("[data-over]")) drop(), turn(new URL(location.href), { back: true });
  else if (picture) paint(picture.dataset.picture);
  else if (button) zoom(document.getElementById(button.dataset.frame), Number(button.dataset.zoom));
  else if (!close(event)) follow(event);
});
document.addEventListener("submit", (event) => {
  if (event.target.method !== "get") return;
  event.preventDefault();
  turn(asked(event.target));
});
document.addEventListener("input", ({ target }) => {
  if (target.id === "find") later(search, target);
  if (target.id === "slide") label(target, moment(target));
  if (target.type === "search" && target.form?.matches("[data-apply]")) later(() => target.form.requestSubmit());
});
document.addEventListener("change", ({ target }) => {
  if (target.id === "slide") later(slideTo, target);
  else if (target.name === "all") for (const row of target.form.querySelectorAll("[name=row]")) row.checked = target.checked;
  else if (target.form?.matches("[data-apply]")) later(() => target.form.requestSubmit());
});
document.addEventListener("keydown", (event) => (step(event), walk(event), zoomByKey(event)));
document.addEventListener("focusout", leave);
document.addEventListener("visibilitychange", () => attend(refresh));
addEventListener("popstate", ({ state }) => {
  if (address(location) !== shown) turn(new URL(location.href), { back: true, scroll: state?.scroll });
});
prepare();
document.querySelector("[data-focus]")?.focus();
