// The session of an open page: sign-in over it when the session has ended, the lock, and the idle
// lock. Nothing typed is lost, and nothing of anybody is put into the browser's storage.
//
// Our own pages (/login, /lock, /account/step-up …) are fetched and shown, and their forms are
// followed until they lead to /session, which says whose session it is and its new CSRF token.
(() => {
  "use strict";
  const { body } = document;
  const { person, session, lock } = body.dataset;
  if (!session) return;
  const OURS = /^\/(login|lock|unlock|account\/(step-up|second-factor))(\/|$)/;
  const NAMES = ["id", "for", "form", "aria-labelledby", "aria-describedby", "aria-controls"];
  const FIELDS = "[data-form-errors], input:not([type=hidden], [aria-hidden])";
  const dialog = document.getElementById("over");
  const blank = document.getElementById("covered");
  const problem = document.getElementById("over-problem");
  const channel = new BroadcastChannel("tillside"); // other windows of this browser
  let waiting = new Map(); // element → the event whose request has to be made again
  let covered = null; // the page while it is locked: out of the document, kept in memory
  let again = null; // asks once more for what stands over the page; null: nothing does
  let isMoved = false; // Back or Forward was pressed while the page was away

  const withNext = (path) => {
    const url = new URL(path, location.href);
    url.searchParams.set("next", session);
    return url.pathname + url.search;
  };
  // What came by fetch does not run its script by itself (passkeys.js).
  function start(box) {
    for (const form of box.querySelectorAll("form[data-passkey]")) form.dataset.stays = "";
    for (const old of box.querySelectorAll("script[src]")) {
      const script = document.createElement("script");
      script.src = old.src;
      old.replaceWith(script);
    }
  }
  const read = async (answer) => new DOMParser().parseFromString(await answer.text(), "text/html");

  // --- what stands over the page -----------------------------------------------------------------
  async function follow(path, options = { headers: { "X-Polling": "true" } }) {
    again = () => follow(path, options);
    let page;
    let pathname;
    try {
      const answer = await fetch(path, options);
      page = await read(answer);
      ({ pathname } = new URL(answer.url));
    } catch {
      return showProblem();
    }
    const fresh = page.querySelector("[data-fresh-csrf][data-person]");
    if (fresh) return goOn(fresh.value, fresh.dataset.person);
    if (pathname !== new URL(path, location.href).pathname && !OURS.test(pathname)) return follow(session);
    if (pathname === lock) cover();
    show(page);
  }

  function show(page) {
    if (covered) {
      body.replaceChildren(...page.body.children);
      document.title = page.title;
      start(body);
      body.querySelector(FIELDS)?.focus();
      return;
    }
    const main = page.querySelector("main");
    for (const name of NAMES) { // the page below has an e-mail field of its own
      for (const element of main.querySelectorAll(`[${name}]`)) {
        element.setAttribute(name, element.getAttribute(name).replace(/\S+/g, "over-$&"));
      }
    }
    for (const link of main.querySelectorAll("a[href^='#']")) {
      link.setAttribute("href", link.getAttribute("href").replace("#", "#over-"));
    }
    for (const title of main.querySelectorAll("h1")) {
      const second = document.createElement("h2");
      second.append(...title.childNodes);
      title.replaceWith(second);
    }
    open(main.children);
  }

  function open(nodes) {
    const box = (covered ? body : dialog).querySelector("[data-over]");
    box.replaceChildren(...nodes);
    start(box);
    if (!covered && !dialog.open) dialog.showModal();
    box.querySelector(`${FIELDS}, [data-over-again]`)?.focus();
  }

  function showProblem() {
    if (covered) coverWith(blank);
    open(problem.content.cloneNode(true).children);
  }

  const isOver = (node) => again && (covered || node.closest("#over"));

  document.addEventListener("submit", (event) => {
    const { target: form, submitter } = event;
    if (form.matches("[data-lock-now]")) {
      event.preventDefault();
      return lockNow(new FormData(form));
    }
    const url = new URL(form.getAttribute("action") || location.href, location.href);
    if (form.matches("[data-passkey]") && !form.elements.credential.value) return; // passkeys.js first
    if (!isOver(form) || !OURS.test(url.pathname)) return; // signing out is left to the browser
    event.preventDefault();
    form.classList.add("is-sending");
    const fields = new URLSearchParams(new FormData(form, submitter));
    if (form.method === "post") follow(url.pathname + url.search, { method: "POST", body: fields });
    else follow(`${url.pathname}?${fields}`);
  }, true);

  document.addEventListener("click", (event) => {
    if (!isOver(event.target)) return;
    if (event.target.closest("[data-over-again]")) return again();
    const link = event.target.closest("a[href]:not([href^='#'], [data-fill-email])");
    if (!link) return;
    if (link.origin === location.origin && OURS.test(link.pathname)) {
      event.preventDefault();
      follow(withNext(link.href));
    } else if (!covered) {
      link.target = "_blank"; // the page below stays
    }
  });

  dialog.addEventListener("close", () => {
    if (covered || dialog.open) return;
    again = null; // left alone: the next action opens it again
    waiting = new Map();
  });

  // --- the page's forms were made for a session that has been renewed since ------------------------
  function renew(token) {
    for (const input of document.querySelectorAll("input[name=csrf_token]")) input.value = token;
    body.setAttribute("hx-headers:inherited", JSON.stringify({ "X-CSRFToken": token }));
  }

  document.addEventListener("htmx:after:swap", () => {
    const fresh = document.querySelector("[data-fresh-csrf]");
    if (!fresh) return;
    renew(fresh.value);
    fresh.remove();
  });

  // --- after it: the page as it was ----------------------------------------------------------------
  function goOn(token, whose) {
    if (whose !== person || isMoved) {
      document.dispatchEvent(new Event("till:leaving"));
      return location.reload(); // somebody else: what was typed is not theirs to send
    }
    const events = waiting;
    waiting = new Map();
    again = null;
    uncover();
    dialog.close();
    dialog.querySelector("[data-over]").replaceChildren();
    renew(token);
    document.dispatchEvent(new Event("till:token"));
    channel.postMessage("open");
    for (const [element, event] of events) if (element.isConnected) element._htmx.eventHandler(event);
  }

  // htmx was told to sign in, to unlock or to confirm first
  document.addEventListener("htmx:after:request", (event) => {
    const { ctx } = event.detail;
    if (ctx.response.status !== 401) return;
    event.preventDefault(); // htmx would leave the page, or put the answer into it
    const { sourceElement: element, sourceEvent } = ctx;
    if (sourceEvent?.type === "every" || element.matches("[data-quiet]")) return; // nobody pressed anything
    const path = withNext(ctx.hx.redirect ?? "/login");
    if (!sourceEvent?.type || !element._htmx?.eventHandler) return location.reload(); // Back, Forward
    waiting.set(element, sourceEvent);
    if (again) return;
    if (path.startsWith(lock)) cover();
    follow(path);
  });

  // --- the lock: the page is taken away, not only covered --------------------------------------------
  function coverWith(template) {
    const main = document.createElement("main");
    main.append(template.content.cloneNode(true));
    body.replaceChildren(main);
    document.title = template.dataset.title;
  }

  function cover() {
    if (covered) return;
    covered = { nodes: document.createDocumentFragment(), title: document.title, name: body.className };
    Object.assign(covered, { focus: document.activeElement, top: scrollY });
    for (const one of document.querySelectorAll("dialog[open]")) one.close();
    covered.nodes.append(...body.childNodes);
    body.className = "bare";
    coverWith(blank);
  }

  function uncover() {
    if (!covered) return;
    const { nodes, title, name, focus, top } = covered;
    covered = null;
    body.className = name;
    document.title = title;
    body.replaceChildren(nodes);
    for (const old of body.querySelectorAll("[hx-trigger*=every]")) { // its clock may have stopped
      const copy = old.cloneNode(true);
      copy.removeAttribute("data-htmx-powered");
      old.replaceWith(copy);
      htmx.process(copy);
    }
    scrollTo({ top, behavior: "instant" });
    focus.focus({ preventScroll: true });
  }

  async function lockNow(fields) {
    cover();
    if (!fields) return follow(withNext(lock));
    await follow(withNext(lock), { method: "POST", body: new URLSearchParams(fields) });
    channel.postMessage("locked"); // now that the server tells them so as well
  }

  channel.addEventListener("message", ({ data }) => {
    if (data === "locked" && !covered) lockNow();
    if (data === "open" && again) follow(session);
  });
  channel.postMessage("open"); // this page was given: what waits in another window may go on
  addEventListener("popstate", () => (isMoved ||= covered !== null));

  // --- as a page goes: its form is open no more, and whoever has the same one open is told so -----
  addEventListener("pagehide", () => {
    const headers = JSON.parse(body.getAttribute("hx-headers:inherited"));
    for (const { dataset } of document.querySelectorAll("[data-as-it-goes]")) {
      fetch(dataset.asItGoes, { method: "POST", keepalive: true, headers }).catch(() => {});
    }
  });

  // --- the idle lock: the server decides; the page asks it in time ------------------------------------
  const idle = Number(body.dataset.idle) * 1000;
  if (!idle) return;
  const pause = idle / 4; // between two words to the server that somebody is here
  let touched = Date.now();
  let told = touched;
  let timer = 0;
  let teller = 0;

  function wait(milliseconds) {
    clearTimeout(timer);
    timer = setTimeout(check, milliseconds);
  }

  async function ask(headers) {
    const answer = await fetch(session, { headers });
    const left = (await read(answer)).querySelector("[data-left]")?.dataset.left;
    if (left) wait(Number(left) * 1000);
    else if (!OURS.test(new URL(answer.url).pathname)) wait(pause); // out of order for a moment
    else if (!again) lockNow();
  }

  function tell() {
    clearTimeout(teller);
    teller = 0;
    told = Date.now();
    ask({}).catch(() => wait(pause));
  }

  function check() {
    if (again) return;
    if (Date.now() - touched < idle) tell();
    else ask({ "X-Polling": "true" }).catch(() => lockNow()); // not reachable: better locked
  }

  function touch() {
    touched = Date.now();
    if (!again && !teller) teller = setTimeout(tell, Math.max(0, told + pause - touched));
  }

  for (const name of ["pointerdown", "keydown", "wheel", "touchstart"]) {
    addEventListener(name, touch, { passive: true });
  }
  document.addEventListener("till:token", () => wait(idle));
  document.addEventListener("visibilitychange", () => {
    // Asleep, or behind another window: shown again once the server says so.
    if (!document.hidden && !again && Date.now() - touched >= idle) lockNow();
  });
  wait(idle);
})();
