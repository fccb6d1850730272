// Nothing here is needed: it quickens what the page does without it. It searches while you type, puts the next page in
// the place of this one without loading it whole, lends the moment a slider, and makes the drawing larger or smaller.

const PAUSE = 150, MOST = 4, LEAST = 0.25; // milliseconds until the server is asked; bounds of the drawing's size
const told = document.getElementById("told");
let turning = new AbortController(), searching = new AbortController(); // what was asked for last
let pause; // timer of what waits for the last key
let shown = address(location);

/** What tells one page from another; a place within it does not. */
function address(url) {
  return url.pathname + url.search;
}

/** The answer to a form, as an address in which nothing is empty. */
function asked(form) {
  const url = new URL(form.getAttribute("action"), location.href);
  url.search = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
  return url;
}

/** A page of ours; null if the answer is anything else, which the browser then loads by itself. */
async function fetched(url, { signal }) {
  const answer = await fetch(url, { signal });
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

/** The focus stays where it is if that is there again, as the slider is; otherwise it goes to the content. */
function replace(page) {
  const focused = document.activeElement?.id;
  document.title = page.title;
  document.getElementById("view").replaceWith(page.getElementById("view"));
  prepare();
  const again = (focused && document.getElementById(focused)) || document.getElementById("main");
  again.focus({ preventScroll: true });
  told.textContent = [page.title, document.querySelector(".then")?.textContent].filter(Boolean).join(". ");
}

function follow(event) {
  const link = event.target.closest("a[href]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const url = new URL(link.getAttribute("href"), location.href);
  if (url.origin !== location.origin || (url.hash && address(url) === shown) || url.pathname.endsWith("/docs")) return;
  event.preventDefault();
  turn(url);
}

// search while you type

async function search(field) {
  searching.abort();
  searching = new AbortController();
  const url = asked(field.form);
  const page = await fetched(url, searching).catch(() => null); // whoever presses Enter sees what is wrong
  const found = field.isConnected && page?.getElementById("results");
  if (!found) return;
  told.textContent = found.querySelector("p").textContent;
  if (field.id === "find") unfold(field, found);
  else refresh(page, url);
}

/** Below the field at the top of every page. */
function unfold(field, found) {
  const list = document.getElementById("found");
  list.replaceChildren(...found.childNodes);
  list.hidden = !field.value.trim();
}

/** On the page of the search: also its form of the moment, which has to go on with the words that were typed. */
function refresh(page, url) {
  for (const part of [".head", "#results"]) document.querySelector(part).replaceWith(page.querySelector(part));
  prepare();
  history.replaceState(history.state, "", url);
  shown = address(url);
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
  moved(slide).value = moment(slide);
  slide.form.requestSubmit();
}

function moved(slide) {
  return slide.form.elements[slide.dataset.moves];
}

// the drawing

/** Larger or smaller around the middle of what is seen; without a factor as wide as there is room. */
function zoom(factor) {
  const frame = document.querySelector(".canvas"), drawing = frame.querySelector("svg");
  const { width, height } = drawing.viewBox.baseVal;
  const wanted = factor ? (drawing.width.baseVal.value / width) * factor : frame.clientWidth / width;
  const scale = Math.min(MOST, Math.max(LEAST, wanted));
  const x = (frame.scrollLeft + frame.clientWidth / 2) / frame.scrollWidth;
  const y = (frame.scrollTop + frame.clientHeight / 2) / frame.scrollHeight;
  drawing.setAttribute("width", width * scale);
  drawing.setAttribute("height", height * scale);
  frame.scrollTo(x * frame.scrollWidth - frame.clientWidth / 2, y * frame.scrollHeight - frame.clientHeight / 2);
  pin(frame);
}

/** The titles of the columns stay in sight. */
function pin(frame) {
  const drawing = frame.querySelector("svg"), scale = drawing.width.baseVal.value / drawing.viewBox.baseVal.width;
  drawing.querySelector(".titles").setAttribute("transform", `translate(0 ${frame.scrollTop / scale})`);
}

function zoomByKey(event) {
  const factor = { "+": 1.25, "=": 1.25, "-": 0.8, 0: null }[event.key];
  if (factor === undefined || !event.target.closest(".canvas") || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  zoom(factor);
}

function zoomByWheel(event) {
  if (!event.ctrlKey || !event.target.closest(".canvas")) return;
  event.preventDefault();
  zoom(event.deltaY < 0 ? 1.1 : 1 / 1.1);
}

/** What needs this script is hidden without it; the drawing begins with its entity in the middle. */
function prepare() {
  for (const part of document.querySelectorAll("[data-scripted]")) part.hidden = false;
  const slide = document.getElementById("slide"), centre = document.querySelector(".canvas .centre");
  if (slide) label(slide, moved(slide).value); // which need not lie on a step of the slider
  if (!centre) return;
  const frame = centre.closest(".canvas"), place = centre.getBBox();
  const isDown = place.y + place.height > frame.clientHeight; // else the titles of the columns stay in sight
  frame.scrollTo(place.x + (place.width - frame.clientWidth) / 2, isDown ? place.y - frame.clientHeight / 2 : 0);
}

function later(what, ...given) {
  clearTimeout(pause);
  pause = setTimeout(what, PAUSE, ...given);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-zoom]");
  if (button) zoom(Number(button.dataset.zoom));
  else follow(event);
});
document.addEventListener("submit", (event) => {
  if (event.target.method !== "get") return;
  event.preventDefault();
  turn(asked(event.target));
});
document.addEventListener("input", ({ target }) => {
  if (target.type === "search") later(search, target);
  if (target.id === "slide") label(target, moment(target));
});
document.addEventListener("change", ({ target }) => target.id === "slide" && later(slideTo, target));
document.addEventListener("keydown", (event) => (step(event), zoomByKey(event)));
document.addEventListener("focusout", leave);
document.addEventListener("scroll", ({ target }) => target.classList?.contains("canvas") && pin(target), true);
document.addEventListener("wheel", zoomByWheel, { passive: false });
addEventListener("popstate", ({ state }) => {
  if (address(location) !== shown) turn(new URL(location.href), { back: true, scroll: state?.scroll });
});
prepare();
