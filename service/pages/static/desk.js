// The desk by keyboard. Every page works without this file; nothing here decides anything by itself.
"use strict";

(() => {
  const page = document.body.dataset.page;
  const opened = performance.now();
  const one = (selector) => document.querySelector(selector);
  const all = (selector) => [...document.querySelectorAll(selector)];

  const isTyping = (element) =>
    element instanceof HTMLTextAreaElement ||
    element instanceof HTMLSelectElement ||
    (element instanceof HTMLInputElement && !["radio", "checkbox"].includes(element.type));

  const follow = (selector) => {
    const link = one(selector);
    if (link) link.click();
    return Boolean(link);
  };

  const choose = (key) => {
    const choice = one(`input[data-key="${key}"]`);
    if (!choice) return false;
    choice.checked = true;
    choice.focus();
    return true;
  };

  const focus = (selector) => {
    const field = one(selector);
    if (field) field.focus();
    return Boolean(field);
  };

  const moveRow = (step) => {
    const rows = all("[data-rows] a.row");
    if (!rows.length) return false;
    const at = rows.indexOf(document.activeElement);
    const next = at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + step, 0), rows.length - 1);
    rows[next].focus();
    return true;
  };

  const help = () => {
    const dialog = one("#bantuan");
    if (dialog && !dialog.open) dialog.showModal();
    return Boolean(dialog);
  };

  const submit = (form) => {
    if (!form) return false;
    form.requestSubmit();
    return true;
  };

  const onQueue = {
    j: () => moveRow(1),
    k: () => moveRow(-1),
    "/": () => focus("#cari"),
  };
  for (const n of "12345") onQueue[n] = () => follow(`[data-tab="${n}"]`);

  const onComplaint = {
    j: () => follow('a[rel="next"]'),
    k: () => follow('a[rel="prev"]'),
    u: () => focus("#cari-unit"),
    g: () => focus("#cari-kategori"),
    t: () => focus("#tindak-lanjut"),
    b: () => focus("#cari-tembusan"),
    "/": () => {
      const up = one("[data-up]");
      if (up) location.assign(`${up.href}#cari`);
      return Boolean(up);
    },
    Enter: () => submit(one("[data-decision]")),
  };
  for (const key of "012345qwe") onComplaint[key] = () => choose(key);

  const everywhere = { "?": help, z: () => submit(one("[data-undo]")) };
  const keys = { ...everywhere, ...(page === "antrean" ? onQueue : page === "pengaduan" ? onComplaint : {}) };

  const rests = (target, key) =>
    key === "Enter" && target.closest("a, button, summary, dialog, [data-undo]") !== null;

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const target = event.target;
    if (target.matches && target.matches("[data-search]") && event.key === "Enter") {
      event.preventDefault();
      chooseFirstMatch(target);
      return;
    }
    if (event.key === "Escape" && isTyping(target)) {
      target.blur();
      return;
    }
    if (isTyping(target) || (one("dialog[open]") && event.key !== "Escape") || rests(target, event.key)) return;
    const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (act && act()) event.preventDefault();
  });

  // A search's answer may come late: only the one to what now stands in the field counts. Enter may come before it: the
  // first match is chosen as soon as it is there, and the answer that shows it is not asked for again, which would lose
  // the choice.
  const askedBy = (field) => field.value.trim();
  const resultsOf = (field) => one(field.getAttribute("hx-target"));
  const searchOf = (element) => (element instanceof HTMLElement && element.matches("[data-search]") ? element : null);

  const takeFirst = (results) => {
    const first = results.querySelector("input[data-match]");
    if (!first) return;
    first.checked = true;
    first.focus();
    first.dispatchEvent(new Event("change", { bubbles: true }));
  };

  // Of what can be chosen several times, the chosen ones are put aside and the field is free for the next.
  document.addEventListener("change", (event) => {
    const box = event.target;
    if (!(box instanceof HTMLInputElement && box.type === "checkbox" && "match" in box.dataset)) return;
    const results = box.closest("[data-failed]");
    const kept = one(`[data-kept="${box.name}"]`);
    const field = one(`[hx-target="#${results.id}"]`);
    const before = [...kept.querySelectorAll("input")].find((other) => other.value === box.value);
    if (before) {
      before.checked = true;
    } else {
      delete box.dataset.match;
      const label = box.closest("label");
      label.className = "check";
      kept.append(label);
    }
    results.replaceChildren();
    delete results.dataset.asked;
    field.value = "";
    field.focus();
  });

  const chooseFirstMatch = (field) => {
    const results = resultsOf(field);
    if (results.dataset.asked === askedBy(field)) {
      takeFirst(results);
      return;
    }
    results.dataset.wanted = askedBy(field);
    htmx.trigger(field, "cari");
  };

  document.addEventListener("htmx:beforeRequest", (event) => {
    const field = searchOf(event.detail.elt);
    if (field && resultsOf(field).dataset.asked === askedBy(field)) event.preventDefault();
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    const field = searchOf(event.detail.requestConfig.elt);
    if (field && event.detail.requestConfig.parameters[field.name].trim() !== askedBy(field)) {
      event.detail.shouldSwap = false;
    }
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    const field = searchOf(event.detail.requestConfig.elt);
    if (!field) return;
    const results = event.detail.target;
    results.dataset.asked = askedBy(field);
    if (results.dataset.wanted === results.dataset.asked) takeFirst(results);
    delete results.dataset.wanted;
  });

  for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    document.addEventListener(failure, (event) => {
      const field = searchOf(event.detail.requestConfig.elt);
      if (!field) return;
      const results = resultsOf(field);
      results.textContent = results.dataset.failed;
      delete results.dataset.asked;
      delete results.dataset.wanted;
    });
  }

  // What was sent is under way: nothing is sent twice, and the button says so.
  const sending = (form, under) => {
    for (const button of form.querySelectorAll("button[type=submit]")) button.setAttribute("aria-busy", String(under));
  };
  document.addEventListener("submit", (event) => {
    if (!event.defaultPrevented && event.target.method === "post") sending(event.target, true);
  });

  const decision = one("[data-decision]");
  if (decision) {
    decision.addEventListener("submit", (event) => {
      if (decision.dataset.sent) {
        event.preventDefault();
        return;
      }
      decision.dataset.sent = "yes";
      decision.elements.detik.value = ((performance.now() - opened) / 1000).toFixed(1);
    });
  }
  // A page that comes back from the browser's own cache can be sent again.
  window.addEventListener("pageshow", () => {
    if (decision) delete decision.dataset.sent;
    for (const form of document.forms) sending(form, false);
  });

  if (location.hash === "#cari") focus("#cari");

  const undoNotice = one("[data-undo-notice]");
  if (undoNotice) setTimeout(() => undoNotice.remove(), 10000);
})();
