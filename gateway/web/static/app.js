// Keyboard, theme, dialogs. Everything works without this file; it only makes it quicker.
(() => {
  "use strict";
  const root = document.documentElement;
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector) => [...document.querySelectorAll(selector)];

  root.dataset.js = "";
  try {
    const theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  } catch { /* storage may be forbidden; the system's theme stays */ }

  // --- rows: changes on a change set, lines of the inbox ---------------------------
  let currentId = null;
  const rows = () => all("[data-row]").filter((row) => !row.closest("details:not([open])"));
  const current = () => (currentId ? document.getElementById(currentId) : null);

  function mark(row) {
    rows().forEach((other) => other.removeAttribute("data-current"));
    currentId = row.id;
    row.setAttribute("data-current", "");
  }

  function goTo(row) {
    if (!row) return;
    mark(row);
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }

  function step(by) {
    const list = rows();
    const at = list.indexOf(current());
    goTo(at < 0 ? list[by > 0 ? 0 : list.length - 1] : list[Math.min(list.length - 1, Math.max(0, at + by))]);
  }

  function nextAttention() {
    const list = rows();
    const at = list.indexOf(current());
    const turned = [...list.slice(at + 1), ...list.slice(0, at + 1)];
    goTo(turned.find((row) => row.matches("[data-attention]")));
  }

  const press = (act) => {
    const row = current();
    const button = row && one(`[data-act="${act}"]`, row);
    if (button) button.click();
  };

  // Ctrl Enter presses what stands out: on a change set approve, on the sheet promote; in a
  // form its own button. A key held down presses once, and what is not shown is not pressed.
  function proceed(event) {
    const form = event.target.closest("form:has(textarea)");
    const button = form ? one("button:not([type=button])", form) : all("[data-go]").find((place) => place.getClientRects().length);
    if (!button || event.repeat) return;
    event.preventDefault();
    button.click();
  }

  const pressOnPage = (what) => {
    const button = one(`[data-press="${what}"]`);
    if (button) button.click();
  };

  const UNSEEN = '[data-act="viewed"][aria-pressed="false"]';

  // Goes on to what has to be picked, or else to what was not viewed, if its reader wants that.
  function goOn(row, picks) {
    if (!one("[data-advance]")) return;
    const list = rows();
    const rest = list.slice(list.indexOf(row) + 1);
    goTo((picks && rest.find((other) => other.matches("[data-attention]"))) || rest.find((other) => one(UNSEEN, other)));
  }

  function view() {
    const row = current();
    const on = row && one(UNSEEN, row);
    press("viewed");
    if (on) goOn(row, false);
  }

  // The change that was decided about last, by a key.
  let last = null;

  // Decides about the current change by a key, and goes on.
  const settle = (act) => () => {
    const row = current();
    if (!row || !one(`[data-act="${act}"]`, row)) return;
    last = row.id;
    press(act);
    goOn(row, true);
  };

  // Takes back what was decided about the current change, or else the last decision.
  function undo() {
    const made = '[data-act="undo"], [data-act="clear"]';
    const row = [current(), last && document.getElementById(last)].find((place) => place && one(made, place));
    if (!row) return;
    goTo(row);
    one(made, row).click();
  }

  // On a telephone what a fold stands in is folded as well.
  function layOpen(place) {
    for (let around = place.closest("details"); around; around = around.parentElement.closest("details")) around.open = true;
  }

  // Opens what is folded and goes to where one writes in it.
  function unfold(place, field) {
    if (!place) return;
    layOpen(place);
    one(field, place).focus();
  }

  const inRow = (selector) => current() && one(selector, current());
  const edit = () => unfold(inRow("[data-edit]"), "[name=text]");
  const talk = () => unfold(inRow("details.thread:has(form)"), "textarea");
  const decide = (what) => unfold(one(`details.pop:has([action$="/${what}"])`), "textarea");

  // The first change of the issue after, or before, the one that is looked at.
  function issue(by) {
    const heads = [...new Set(rows().map((row) => row.closest("article")))].filter(Boolean);
    const at = current() ? heads.indexOf(current().closest("article")) : by > 0 ? -1 : heads.length;
    const there = heads[at + by];
    if (there) goTo(one("[data-row]", there));
  }

  function search() {
    const field = one("[data-search]") || one("[role=search] select");
    if (!field) return;
    layOpen(field);
    field.focus();
  }

  function open() {
    const link = current() && one("a[data-open], a.outside", current());
    if (link) link.click();
  }

  const showKeys = () => {
    const dialog = document.getElementById("keys");
    if (dialog.open) dialog.close(); else dialog.showModal();
  };

  // By place on the keyboard, so that they work while Hangul is being typed.
  const keys = {
    KeyJ: () => step(1),
    KeyK: () => step(-1),
    KeyN: nextAttention,
    KeyA: settle("keep"),
    KeyX: settle("leave"),
    KeyO: open,
    KeyE: edit,
    KeyU: undo,
    KeyV: view,
    KeyT: () => pressOnPage("look"),
    KeyW: () => pressOnPage("spaces"),
    KeyS: () => decide("send-back"),
    KeyR: () => decide("reject"),
    KeyC: talk,
    ShiftKeyA: () => pressOnPage(one('[data-press="safe"]') ? "safe" : "glance"),
    BracketRight: () => issue(1),
    BracketLeft: () => issue(-1),
    Slash: search,
    Digit1: settle("pick-1"),
    Digit2: settle("pick-2"),
    Digit3: settle("pick-3"),
  };

  // g and then a letter, within a second, goes to a page.
  const places = { KeyI: "/", KeyH: "/history", KeyS: "/sandbox", KeyP: "/agents" };
  let goingUntil = 0;

  function going(event) {
    const place = Date.now() < goingUntil && places[event.code];
    goingUntil = !place && event.code === "KeyG" ? Date.now() + 1000 : 0;
    if (place && one(`nav a[href="${place}"]`)) return () => location.assign(place);
    return goingUntil ? () => {} : null;
  }

  document.addEventListener("keydown", (event) => {
    if (!("ready" in root.dataset) || event.isComposing || event.keyCode === 229) return;
    if ((event.ctrlKey || event.metaKey) && event.code === "Enter") return proceed(event);
    if (event.ctrlKey || event.metaKey || event.altKey || document.body.hasAttribute("data-keys-off")) return;
    const pop = event.code === "Escape" && event.target.closest("details.pop[open]");
    if (pop) { pop.open = false; one("summary", pop).focus(); }
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const code = (event.shiftKey ? "Shift" : "") + event.code;
    const act = event.key === "?" ? showKeys : (!event.shiftKey && going(event)) || keys[code];
    if (!act) return;
    event.preventDefault();
    act();
  });

  document.addEventListener("click", (event) => {
    const row = event.target.closest("[data-row]");
    if (row) mark(row);
    const opener = event.target.closest("[data-dialog]");
    if (opener) document.getElementById(opener.dataset.dialog).showModal();
    if (event.target.closest("[data-theme-toggle]")) turnTheme();
    const copier = event.target.closest("[data-copy]");
    if (copier) copy(copier);
    all("details.pop[open]").forEach((pop) => {
      if (!pop.contains(event.target)) pop.open = false;
    });
  });

  function turnTheme() {
    const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    root.dataset.theme = (root.dataset.theme || system) === "dark" ? "light" : "dark";
    try { localStorage.setItem("theme", root.dataset.theme); } catch { /* as above */ }
  }

  // --- something to take away: a token, a snippet ----------------------------------
  async function copy(button) {
    const source = document.getElementById(button.dataset.copy);
    getSelection().selectAllChildren(source);
    try {
      await navigator.clipboard.writeText(source.textContent);
    } catch { return; /* not allowed here; it is selected, ready for the usual keys */ }
    button.dataset.done = "";
    document.getElementById("live").textContent = button.dataset.said;
    setTimeout(() => delete button.dataset.done, 2000);
  }

  // --- after htmx put a new page in place ------------------------------------------
  document.addEventListener("htmx:after:swap", () => {
    const row = current();
    if (row) row.setAttribute("data-current", "");
    say(one("[data-tally]"));
  });

  // --- a promotion, followed as it goes ---------------------------------------------
  const follower = () => one("[data-follow]");
  let fails = 0;

  function follow() {
    const place = follower();
    if (!place || !window.EventSource) return;
    const source = new EventSource(`${place.dataset.follow}?seen=${encodeURIComponent(place.dataset.seen)}`);
    const lost = (yes) => { const line = one("[data-lost]"); if (line) line.hidden = !yes; };
    source.onopen = () => { fails = 0; lost(false); };
    source.onmessage = (event) => {
      place.dataset.seen = event.lastEventId;
      putIn(place, event.data);
    };
    source.addEventListener("done", () => {
      source.close();
      place.removeAttribute("aria-busy");
    });
    source.onerror = () => {
      lost(true);
      if (source.readyState !== EventSource.CLOSED) return;  // the browser comes back by itself
      fails += 1;
      setTimeout(fails < 5 ? follow : () => location.reload(), 2000);
    };
  }

  function putIn(place, html) {
    const opened = all("#run details[open]").map((details) => details.id);
    place.innerHTML = html;
    opened.forEach((id) => { const details = id && document.getElementById(id); if (details) details.open = true; });
    const row = current();
    if (row) { row.setAttribute("data-current", ""); row.focus({ preventScroll: true }); }
    say(one("[data-tally]"));
  }

  const say = (element) => {
    const live = document.getElementById("live");
    if (element && live) live.textContent = element.textContent;
  };

  // A key pressed before htmx has taken over would post the plain way.
  addEventListener("load", () => setTimeout(() => {
    // A time is chosen in the zone of whoever chooses, unless they write another one.
    all("[data-zone]").forEach((field) => {
      if (field.value === "UTC") field.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
    });
    root.dataset.ready = "";
    follow();
  }));
})();
