// What is hard on a screen of review: a lease that ran out, text that wants to run, conversations without end.
import { assert, equal, test, until } from "./harness.mjs";
import { THUMBS, addTasks, asPerson, makeQueue, person, reviewOf, shown, signedIn, work } from "./reviewSeed.mjs";
import { addLog } from "./seed.mjs";

const next = (page, task) => until(async () => (await page.getByText(/All done|Nothing waits/).count()) > 0 || ((await page.locator("[data-task]:visible").count()) === 1 && (await shown(page)) !== task), "the next item");

test("hard: who was away is told what went to someone else, and goes on with the rest", async (world) => {
  const { server, call } = world;
  await signedIn(world);
  if (server.kind === "mock") return;
  const queue = await makeQueue(call, "lapses", [THUMBS, { key: "note", title: "Note", type: "text", required: false }], { item: "record", lease_s: 30 });
  const ids = await addTasks(call, queue, [1, 2, 3, 4].map((n) => ({ type: "record", fields: { text: `Record ${n}` } })));
  const { page: own, close } = await person(world, "Lena");
  const { body } = await call("POST", "/api/v1/users", { email: `ben-${Date.now()}@example.com`, name: "Ben", role: "reviewer" });
  const ben = await asPerson(server, body.signin_link.url);
  /** Takes the one task, once its lease is over, and leaves the rest where they are. */
  const takes = async (wanted) => {
    const got = (await ben("POST", `/api/v1/queues/${queue.id}/next`, { count: 5, holding: [] })).body.items.map(({ task }) => task);
    for (const task of got) if (task !== wanted) equal((await ben("POST", `/api/v1/tasks/${task}/release`)).status, 204);
    return got.includes(wanted);
  };
  const answers = { answers: { helpful: false }, active_ms: 100, order: undefined };
  try {
    await own.clock.install();
    await work(own, server, queue);
    equal(await shown(own), ids[0]);
    equal(await takes(ids[0]), false, "Lena has them all");
    // She goes: her browser's clock says so at once, the server's lease takes its 30 s.
    await own.clock.fastForward(61_000);
    const begun = Date.now();
    await until(() => takes(ids[0]), "her lease to run out", 60_000);
    process.stdout.write(`      a lease of 30 s came back after ${((Date.now() - begun) / 1000).toFixed(0)} s\n`);
    // She is back, and had said nothing of it yet.
    await own.keyboard.press("i");
    await own.getByText(/“Record 1” went to someone else while you were away\. Here is the next one\./).waitFor();
    equal(await shown(own), ids[1]);
    equal((await ben("POST", `/api/v1/tasks/${ids[0]}/reviews`, { ...answers, submission_id: "ben-1" })).status, 201);
    // Away again, with an answer half said: it stays, and is not counted where there is no room.
    await own.keyboard.press("y");
    await own.clock.fastForward(61_000);
    await until(() => takes(ids[1]), "her lease to run out again", 60_000);
    await own.keyboard.press("i");
    await own.getByText("What you said is still here").waitFor();
    equal(await own.getByRole("radio", { name: "Thumbs up" }).getAttribute("aria-checked"), "true");
    equal((await ben("POST", `/api/v1/tasks/${ids[1]}/reviews`, { ...answers, submission_id: "ben-2" })).status, 201);
    await own.keyboard.press("Enter");
    await own.getByText(/Not counted:/).first().waitFor();
    for (const id of ids.slice(2)) {
      equal(await shown(own), id, "the rest is still hers");
      await own.keyboard.press("n");
      await own.keyboard.press("Enter");
      await next(own, id);
    }
    await own.getByText(/All done/).waitFor();
    const progress = await until(async () => {
      const { body: now } = await call("GET", `/api/v1/queues/${queue.id}/progress`);
      return now.complete === 4 && now;
    }, "all four");
    equal(progress.reviews, 4, "each once");
  } finally {
    await close();
  }
});

/** Ways that text was made to run elsewhere. Each would set `ran`, open a dialog or ask a server that is not ours. */
const HOSTILE = [
  "<script>globalThis.ran = 1</script>",
  '<img src=x onerror="globalThis.ran = 2">',
  '<svg onload="globalThis.ran = 3"><script>globalThis.ran = 3</script></svg>',
  '<iframe srcdoc="<script>parent.ran = 4</script>"></iframe>',
  "[click](javascript:globalThis.ran=5) [tab](java\tscript:globalThis.ran=5) <javascript:globalThis.ran=5>",
  "[data](data:text/html,<script>opener.ran=6</script>) [vb](vbscript:msgbox) [file](file:///etc/passwd) [rel](//evil.example/x)",
  "![x](javascript:globalThis.ran=7) ![y](https://evil.example/pixel.png) ![z](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9ImFsZXJ0KDEpIi8+)",
  "[ref]: javascript:globalThis.ran=8\n\nSee [ref] and [ref][ref].",
  '<a href="javascript:globalThis.ran=9" onclick="globalThis.ran=9">here</a><form action="https://evil.example"><button>go</button></form>',
  '<style>@import "https://evil.example/x.css"; body { display: none }</style><link rel=stylesheet href=https://evil.example/x.css>',
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=globalThis.ran=10&gt;">',
  "`</code><script>globalThis.ran=11</script>`\n\n```html\n<script>globalThis.ran=11</script>\n```",
  '| a |\n|---|\n| <img src=x onerror="globalThis.ran=12"> |',
  "&lt;script&gt;globalThis.ran=13&lt;/script&gt; &#60;script&#62;",
].join("\n\n");
const FLOOD = "> ".repeat(20_000);

test("hard: no text runs, fetches or leads away, wherever a reviewer reads it", async (world) => {
  const { server, call, browser } = world;
  await signedIn(world);
  const label = HOSTILE.slice(0, 190);
  const questions = [{ ...THUMBS, title: label.slice(0, 150), help: HOSTILE.slice(0, 900) }, { key: "hostile_kind", title: "Kind", type: "category", options: [{ key: "a", title: label.slice(0, 90) }, { key: "b", title: "B" }], required: false }];
  const made = async (key, items, more) => {
    const queue = await makeQueue(call, key, questions, { guidelines: HOSTILE, ...more });
    await addTasks(call, queue, items);
    return queue;
  };
  const conversation = `hostile-${Date.now()}`;
  const log = await addLog(call, { question: HOSTILE, answer: `${HOSTILE}\n\n${FLOOD}`, conversation_id: conversation });
  const suggestion = { source: "<img src=x onerror=globalThis.ran=20>", answers: { helpful: true, hostile_kind: "a" }, score: 0.5 };
  const queues = [
    await made("hostile_log", [{ type: "log", log_id: log, suggestion }]),
    await made("hostile_talk", [{ type: "conversation", conversation_id: conversation }], { item: "conversation" }),
    await made("hostile_pair", [{ type: "responses", prompt: [{ role: "user", content: HOSTILE }], responses: [{ text: HOSTILE }, { text: FLOOD }] }], { item: "responses" }),
    await made("hostile_record", [{ type: "record", fields: { text: HOSTILE, "<img src=x onerror=globalThis.ran=21>": FLOOD, json: { a: HOSTILE } } }], { item: "record" }),
  ];
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, storageState: await world.context.storageState() });
  const own = await context.newPage();
  const away = [];
  const said = [];
  own.on("request", (request) => !request.url().startsWith(server.address) && !/^(data|blob):/.test(request.url()) && away.push(request.url()));
  own.on("dialog", (dialog) => (said.push(`dialog ${dialog.message()}`), dialog.dismiss()));
  own.on("pageerror", (error) => said.push(String(error)));
  own.on("console", (message) => message.type() === "error" && said.push(message.text()));
  const look = async (where) => {
    const found = await own.evaluate(() => {
      const all = [...document.querySelectorAll("#page *")];
      const named = (test) => all.filter(test).map((one) => one.outerHTML.slice(0, 120));
      return {
        ran: globalThis.ran,
        elements: named((one) => /^(script|iframe|object|embed|style|link|form|math|base|meta)$/i.test(one.tagName) && !one.closest("form.stack, .mantine-Modal-root")),
        handlers: named((one) => [...one.attributes].some(({ name }) => name.startsWith("on"))),
        links: named((one) => one.tagName === "A" && !/^(https?:|mailto:)/.test(one.href)),
        images: named((one) => one.tagName === "IMG"),
        drawn: document.body.checkVisibility() && all.length > 50,
      };
    });
    equal(found, { elements: [], handlers: [], links: [], images: [], drawn: true, ...(found.ran === undefined ? {} : { ran: "nothing" }) }, where);
  };
  try {
    const header = (await own.goto(`${server.address}/review`)).headers()["content-security-policy"];
    if (server.kind === "vouch") assert(/script-src 'self'(;|$)/.test(header) && !/unsafe-eval/.test(header), `scripts are our own files alone: ${header}`);
    for (const queue of queues) {
      await work(own, server, queue);
      await own.getByText("globalThis.ran = 1").first().waitFor();
      await look(`${queue.key}, at work`);
      await own.goto(`${server.address}/review/${queue.id}?tab=tasks`);
      await own.locator("tbody tr").first().waitFor();
      await look(`${queue.key}, its tasks`);
    }
    await own.goto(`${server.address}/review/${queues[0].id}/bulk`);
    await own.locator(".bulk-card").first().waitFor();
    await look("many at once");
    equal(away, [], "nothing was asked for elsewhere");
    equal(said, [], "nothing was said, refused or thrown");
  } finally {
    await context.close();
  }
});

test("hard: a conversation of 500 messages begins at once, scrolls, and ends", async (world) => {
  const { page, server, call } = world;
  await signedIn(world);
  const queue = await makeQueue(call, "long_talk", [THUMBS, { key: "note", title: "Note", type: "text", required: false }], { item: "conversation" });
  const talk = `long-${Date.now()}`;
  const turns = Array.from({ length: 250 }, (_, i) => ({
    messages: [{ role: "user", content: `Message **${2 * i + 1}** of 500.\n\n- one\n- two` }], choices: [{ index: 0, message: { role: "assistant", content: `Message **${2 * i + 2}** of 500.\n\n\`\`\`js\nconst n = ${i};\n\`\`\`` }, finish_reason: "stop" }],
    provider: "local", model: "smollm2", conversation_id: talk, created_at: new Date(Date.now() - 3_600_000 + 1000 * i).toISOString(),
  }));
  for (let i = 0; i < turns.length; i += 50) equal((await call("POST", "/api/v1/logs", { logs: turns.slice(i, i + 50) })).status, 201);
  await addTasks(call, queue, [{ type: "conversation", conversation_id: talk }]);
  await page.goto("about:blank");
  await page.addInitScript(() => {
    globalThis.long = [];
    new PerformanceObserver((list) => globalThis.long.push(...list.getEntries().map(({ duration }) => Math.round(duration)))).observe({ type: "longtask", buffered: true });
  });
  const begun = Date.now();
  await work(page, server, queue);
  const first = Date.now() - begun;
  const messages = page.locator("[data-task]:visible .message");
  assert((await messages.first().textContent()).includes("Message 1 of 500"), "the first is there");
  await until(async () => (await messages.count()) === 500, "all of them");
  const grown = await page.evaluate(() => globalThis.long.splice(0).sort((a, b) => b - a));
  // By keyboard, as people read: End, and every frame on the way back.
  await page.keyboard.press("End");
  await until(() => page.evaluate(() => Math.abs(document.documentElement.scrollHeight - window.innerHeight - window.scrollY) < 4), "the end");
  await until(() => messages.nth(499).evaluate((one) => { const { top, bottom } = one.getBoundingClientRect(); return bottom > 0 && top < window.innerHeight; }), "the last message on the screen");
  assert((await messages.nth(499).textContent()).includes("Message 500 of 500"), "the last is there");
  const frames = await page.evaluate(async () => {
    const took = [];
    let last = performance.now();
    while (window.scrollY > 0 && took.length < 400) {
      window.scrollBy(0, -700);
      await new Promise(requestAnimationFrame);
      took.push(performance.now() - last);
      last = performance.now();
    }
    return took.sort((a, b) => a - b);
  });
  await page.keyboard.press("Home");
  assert(await messages.first().isVisible(), "and the first again");
  const nodes = await page.evaluate(() => document.querySelectorAll("*").length);
  const at = (share) => frames[Math.min(frames.length - 1, Math.floor(frames.length * share))].toFixed(0);
  process.stdout.write(`      500 messages: the first after ${first} ms with the page; long tasks meanwhile ${grown.length}, the longest ${grown[0] ?? 0} ms; ${frames.length} frames of scrolling: median ${at(0.5)} ms, 95 % ${at(0.95)} ms, slowest ${at(1)} ms; ${nodes} elements\n`);
  assert(nodes < 500 * 40, `${nodes} elements for 500 messages`);
  const task = await shown(page);
  await page.keyboard.press("n");
  await page.keyboard.press("Enter");
  await next(page, task);
  await until(async () => (await reviewOf(call, task)) !== undefined, "the review");
  await until(() => page.evaluate(() => document.querySelectorAll("*").length < 2_000), "its elements to be gone");
});
