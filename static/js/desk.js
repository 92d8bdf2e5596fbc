/* Everything the desk does by script. Listeners on data- attributes only, delegated, so that swapped fragments need
   no set-up; every page works without it. docs/pages.md lists the attributes. */
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const on = (event, act) => document.addEventListener(event, act);
  const changed = (element) => element.dispatchEvent(new Event("change", { bubbles: true }));
  const language = document.documentElement.lang || "en-GB";
  const skew = Date.parse(document.body.dataset.now) - Date.now() || 0; // a wrong clock here must not move a deadline

  /* -- time: countdowns and relative times -------------------------------------------------------------------- */
  const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
  const ago = new Intl.RelativeTimeFormat(language, { style: "short" });
  const measure = (unit, n) => new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short" }).format(n);

  function lengthOf(seconds) {
    const parts = [];
    for (const [unit, size] of UNITS) {
      const n = Math.floor(seconds / size);
      if (n) parts.push(measure(unit, n));
      seconds -= n * size;
    }
    return parts.slice(0, 2).join(" ") || measure("second", 0);
  }

  function tick() {
    if (document.hidden) return;
    const now = Date.now() + skew;
    for (const element of $$("[data-until]")) {
      const left = Math.ceil((Date.parse(element.dataset.until) - now) / 1000);
      element.textContent = lengthOf(Math.max(0, left));
      if (left > 0 || element.dataset.elapsed) continue;
      element.dataset.elapsed = "yes";
      element.dispatchEvent(new CustomEvent("desk:elapsed", { bubbles: true }));
    }
    for (const element of $$("time[data-relative]")) {
      const away = (Date.parse(element.dateTime) - now) / 1000;
      const unit = UNITS.find(([, size]) => Math.abs(away) >= size);
      if (unit && Math.abs(away) >= 5) element.textContent = ago.format(Math.trunc(away / unit[1]), unit[0]);
    }
    for (const element of $$("time[data-age]")) { // from the second day on it is a day, which does not change
      const minutes = Math.floor((now - Date.parse(element.dateTime)) / 60000);
      if (minutes < 0 || minutes >= 1440) continue;
      const text = minutes < 60 ? measure("minute", minutes) : measure("hour", Math.floor(minutes / 60));
      if (element.textContent !== text) element.textContent = text;
    }
  }
  setInterval(tick, 1000);

  /* -- the zone of this browser, for whoever has said none ----------------------------------------------------- */
  const offer = $("[data-zone-offer]"), zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (offer && zone && zone !== offer.dataset.zoneOffer) {
    $("[name=time_zone]", offer).value = zone;
    $("[data-zone-name]", offer).textContent = zone.replaceAll("_", " ");
    offer.hidden = false;
  }

  /* -- quantities --------------------------------------------------------------------------------------------- */
  const decimals = (text) => (text.split(".")[1] || "").length;

  function put(input, wanted) {
    const low = Number(input.min || 0), high = input.max === "" ? Infinity : Number(input.max);
    const value = Math.min(high, Math.max(low, wanted)).toFixed(decimals(input.step || "1"));
    if (input.disabled || Number(input.value) === Number(value)) return false;
    input.value = String(Number(value));
    return true;
  }

  function step(button) {
    const input = $("input", button.closest(".qty"));
    if (put(input, Number(input.value) + Number(button.dataset.step) * Number(input.step || 1))) changed(input);
  }

  function fill(button) {
    const form = button.form || button.closest("form");
    const moved = $$(".qty input", form).filter((input) => put(input, button.dataset.fill === "max" ? Infinity : 0));
    if (moved.length) changed(moved[0]);
  }

  /* -- the order page: what is chosen, said beside the choices ------------------------------------------------- */
  function tally() {
    const form = $("[data-wish]"), choice = form && $("[data-most]", form);
    if (!choice) return;
    let sum = 0;
    for (const input of $$("[name^='units.']", form)) {
      const row = input.closest("tr"), units = Number(input.value) || 0;
      if (row) row.classList.toggle("chosen", units > 0);
      sum += units;
    }
    const most = Number(choice.dataset.most), all = sum > 0 && sum === most;
    $("[data-chosen]", choice).textContent = sum && !all ? `(${new Intl.NumberFormat(language).format(sum)})` : "";
    $(`[value="${all ? "all" : ""}"]`, choice).checked = true;
  }

  function chooseAll(radio) {
    const inputs = $$(".qty input", radio.form), all = radio.value === "all";
    for (const input of inputs) put(input, all ? Infinity : 0);
    for (const input of all ? [] : $$("[type=hidden][name^='units.']", radio.form)) input.value = "0";
    if (!all && inputs.length) inputs[0].focus();
  }

  function narrow(box) {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of $$(box.dataset.narrows)) row.hidden = !words.every((word) => (row.dataset.text || "").toLowerCase().includes(word));
  }
  on("input", (event) => { if (event.target.matches("[data-narrows]")) narrow(event.target); });

  /* -- dialogs, menus, copying, selecting --------------------------------------------------------------------- */
  function close(element, event) {
    const dialog = element.closest("dialog");
    if (!dialog) return;
    event.preventDefault();
    dialog.close();
  }

  async function copy(button) {
    const source = button.dataset.copyFrom ? $(button.dataset.copyFrom) : null;
    await navigator.clipboard.writeText(source ? source.innerText : button.dataset.copy);
    const label = $("span", button), before = label.textContent;
    label.textContent = button.dataset.copied;
    setTimeout(() => { label.textContent = before; }, 2000);
  }

  function sumOf(boxes) { // each says `47.98 USD`; currencies are never added
    const sums = new Map();
    for (const [amount, currency] of boxes.map((box) => (box.dataset.amount || "").split(" "))) {
      if (currency) sums.set(currency, (sums.get(currency) || 0) + Number(amount));
    }
    return [...sums].map(([currency, sum]) => new Intl.NumberFormat(language, { style: "currency", currency }).format(sum)).join(" + ");
  }

  let ticked = null; // the box that was clicked last: a range begins there
  function range(box, event) {
    const boxes = $$("[data-select]", scopeOf(box)), from = boxes.indexOf(ticked), to = boxes.indexOf(box);
    if (event.shiftKey && from >= 0) for (const other of boxes.slice(Math.min(from, to), Math.max(from, to) + 1)) other.checked = box.checked;
    ticked = box;
  }

  function count(scope) {
    const boxes = $$("[data-select]", scope), chosen = boxes.filter((box) => box.checked).length;
    for (const element of $$("[data-selected-count]", scope)) element.textContent = chosen;
    for (const element of $$("[data-when-selected]", scope)) element.hidden = !chosen;
    for (const element of $$("[data-selected-sum]", scope)) element.textContent = sumOf(boxes.filter((box) => box.checked));
    const all = $("[data-select-all]", scope);
    if (all) [all.checked, all.indeterminate] = [chosen > 0 && chosen === boxes.length, chosen > 0 && chosen < boxes.length];
  }
  const scopeOf = (element) => element.closest("[data-selection]") || element.form || document;

  on("click", (event) => {
    const target = event.target.closest("[data-step], [data-fill], [data-copy], [data-open], [data-close], [data-print]");
    for (const menu of $$("details[data-menu][open]")) if (!menu.contains(event.target)) menu.open = false;
    if (event.target.matches("dialog")) event.target.close(); // the veil
    if (event.target.matches("[data-select]")) range(event.target, event);
    if (!target) return;
    const has = target.dataset;
    if ("step" in has) step(target);
    else if ("fill" in has) { event.preventDefault(); fill(target); }
    else if ("copy" in has) copy(target);
    else if ("open" in has && $(has.open)) { event.preventDefault(); $(has.open).showModal(); }
    else if ("close" in has) close(target, event);
    else if ("print" in has) window.print();
  });

  on("change", (event) => {
    const box = event.target;
    if (box.matches("[data-select-all]")) for (const other of $$("[data-select]:not(:disabled)", scopeOf(box))) other.checked = box.checked;
    if (box.matches("[data-select-all], [data-select]")) count(scopeOf(box));
    if (box.form && "wish" in box.form.dataset) {
      if (box.name === "fill") chooseAll(box);
      else tally();
      for (const deed of box.name === "note" ? [] : $$("[data-deed]", box.form)) deed.disabled = true; // what it says is out of date
    }
    if (box.matches("[data-submit]")) box.form.requestSubmit();
    if (box.dataset.checks) $(box.dataset.checks).checked = true;
    if (box.dataset.clears) for (const other of $$(box.dataset.clears)) other.value = "";
  });

  /* -- forms: ask before input is lost, send once ------------------------------------------------------------- */
  let dirty = null;
  on("input", (event) => { const form = event.target.form; if (form && "guard" in form.dataset) dirty = form; });
  on("change", (event) => { const form = event.target.form; if (form && "guard" in form.dataset) dirty = form; });
  on("submit", (event) => {
    const form = event.target;
    if (!("once" in form.dataset) || event.defaultPrevented) { if (form.method === "post") dirty = null; return; }
    if (form.getAttribute("aria-busy") === "true") { event.preventDefault(); return; }
    form.setAttribute("aria-busy", "true");
    if (event.submitter) event.submitter.setAttribute("aria-busy", "true");
    dirty = null;
  });
  window.addEventListener("beforeunload", (event) => { if (dirty && dirty.isConnected) event.preventDefault(); });
  window.addEventListener("pageshow", () => { for (const busy of $$("[aria-busy=true][data-once], form[data-once] [aria-busy=true]")) busy.removeAttribute("aria-busy"); });

  /* -- a pasted list: too long for an address, and a box of one line would join its numbers -------------------- */
  on("paste", (event) => {
    const box = event.target.closest("[data-paste-to]"), text = box && event.clipboardData.getData("text");
    if (!text || !(text.length > 1500 || /\S[\r\n]+\s*\S/.test(text))) return;
    const list = $(box.dataset.pasteTo);
    event.preventDefault();
    list.value = text;
    list.form.requestSubmit();
  });

  /* -- keys --------------------------------------------------------------------------------------------------- */
  function walk(by) {
    const rows = $$("[data-row]").filter((row) => row.offsetParent !== null);
    const here = rows.findIndex((row) => row.contains(document.activeElement));
    const row = rows[Math.max(0, Math.min(rows.length - 1, here < 0 ? 0 : here + by))];
    const link = row && $("a[href]", row);
    if (link) { link.focus({ focusVisible: true }); row.scrollIntoView({ block: "nearest" }); }
  }
  const KEYS = {
    "/": () => { const box = $("[data-search]"); if (box) { box.focus(); box.select(); } },
    "?": () => $("#keys").showModal(),
    j: () => walk(1),
    k: () => walk(-1),
    n: () => { const link = $("[data-next]"); if (link) link.click(); },
    p: () => { const link = $("[data-previous]"); if (link) link.click(); },
    ArrowRight: () => { const link = $("a[rel=next][data-next]:not([hx-get])"); if (link) link.click(); },
    ArrowLeft: () => { const link = $("[data-previous]"); if (link) link.click(); },
    x: () => { const row = document.activeElement.closest("[data-row]"), box = row && $("[data-select]", row); if (box) box.click(); },
  };
  on("keydown", (event) => {
    const typing = event.target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
    if (event.key === "Escape") {
      for (const menu of $$("details[data-menu][open]")) { menu.open = false; $("summary", menu).focus(); }
      if (typing && typing.matches("[data-search]")) typing.blur();
    }
    if (event.key === "Enter" && event.target.matches("[data-wish] input")) { event.preventDefault(); changed(event.target); }
    if (typing || event.ctrlKey || event.metaKey || event.altKey || $("dialog[open]")) return;
    if (event.key.startsWith("Arrow") && event.target !== document.body) return; // of a box, a menu or a scrolling part
    const act = KEYS[event.key];
    if (act && (event.key !== "?" || $("#keys"))) { event.preventDefault(); act(); }
  });

  /* -- htmx: dialogs, focus, answers that are no fragment ------------------------------------------------------ */
  function say(id) {
    const list = $("#flash"), words = $(`#say-${id}`);
    if (!list || !words) return;
    list.replaceChildren(words.content.cloneNode(true));
    list.scrollIntoView({ block: "nearest" });
  }
  /* Once: a page whose fragment fails each time it is opened must not open itself for ever. */
  const openAgain = () => {
    const here = window.location.href, [at, before] = JSON.parse(sessionStorage.getItem("opened-again") || "[0, 0]");
    if (at === here && Date.now() - before < 30000) { say("failed"); return; }
    sessionStorage.setItem("opened-again", JSON.stringify([here, Date.now()]));
    window.location.assign(here);
  };
  on("htmx:beforeSwap", (event) => {
    const { xhr, target, requestConfig } = event.detail;
    if (target === document.body || !/^\s*<!doctype/i.test(xhr.responseText)) return;
    event.detail.shouldSwap = false; // a whole page where a fragment was asked: signed out, or moved on
    if (requestConfig.verb !== "get") say("ended");
    else if (xhr.status < 400 || [401, 403, 404].includes(xhr.status)) openAgain();
  });
  /* Signing in again, in another tab, changes the token that a form must carry; the cookie has the one that counts. */
  const token = () => (document.cookie.match(/(?:^|; )(?:__Host-)?csrf=(\w+)/) || [])[1];
  on("htmx:configRequest", ({ detail }) => {
    const now = token();
    if (!now) return;
    detail.headers["X-CSRFToken"] = now;
    if (detail.parameters.csrfmiddlewaretoken) detail.parameters.csrfmiddlewaretoken = now;
  });
  on("submit", (event) => {
    const box = $("[name=csrfmiddlewaretoken]", event.target), now = token();
    if (box && now) box.value = now;
  });
  let opened = []; // menus stay open while what they choose is swapped
  on("htmx:beforeSwap", (event) => { opened = $$("details[data-menu][open][id]", event.detail.target).map((menu) => menu.id); });
  on("htmx:afterSettle", () => {
    for (const id of opened) { const menu = document.getElementById(id); if (menu) menu.open = true; }
    opened = [];
    for (const scope of $$("[data-selection]")) count(scope);
    tally();
  });
  on("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "dialog-body") $("#dialog").showModal();
    const wanted = $("[data-focus]", event.detail.target);
    if (wanted) wanted.focus();
    if (event.detail.target.id === "effects") dirty = null; // kept as a draft: nothing is lost by leaving
    tick();
  });
  for (const event of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) on(event, () => { for (const deed of $$("[data-deed]")) deed.disabled = false; });
  on("htmx:sendError", () => say("silent"));
  on("htmx:timeout", () => say("silent"));
  on("htmx:responseError", () => say("failed"));

  const rejected = $("[data-focus]");
  if (rejected) rejected.focus();
  for (const scope of $$("[data-selection]")) count(scope);
  tally();
})();
