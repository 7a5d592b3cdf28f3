// One log under odd circumstances: endless words, other scripts, long answers, small windows, corrections.
import { violations } from "./axe.mjs";
import { assert, equal, test, until } from "./harness.mjs";
import { addLog, give } from "./seed.mjs";

const LONG = "Donaudampfschifffahrtsgesellschaft".repeat(60);
const SHORT = LONG.slice(0, 120);

const open = async ({ page, server }, id) => {
  await page.goto(`${server.address}/logs/${id}`);
  await page.getByRole("complementary", { name: "Review" }).waitFor();
};
const atSize = async (page, width, height, look) => {
  await page.setViewportSize({ width, height });
  try {
    await look();
  } finally {
    await page.setViewportSize({ width: 1280, height: 860 });
  }
};

test("no word is too long for the page", async (world) => {
  const { page, server, call } = world;
  const id = await addLog(call, {
    messages: [
      { role: "system", content: LONG },
      { role: "user", content: [{ type: "text", text: LONG }, { type: "image_url", image_url: { url: `https://example.com/${LONG}.png` } }], name: SHORT },
      { role: "assistant", content: null, tool_calls: [{ id: `call_${SHORT}`, type: "function", function: { name: SHORT, arguments: JSON.stringify({ [SHORT]: LONG }) } }] },
      { role: "tool", tool_call_id: `call_${SHORT}`, content: LONG },
    ],
    choices: [{ index: 0, message: { role: "assistant", content: `${LONG} \`${SHORT}\``, refusal: LONG }, finish_reason: SHORT }],
    model: SHORT, user_id: SHORT, conversation_id: SHORT, chain_id: SHORT,
    metadata: { [SHORT]: SHORT, plan: LONG }, inputs: { [SHORT]: LONG }, parameters: { stop: LONG, [SHORT]: 1 },
  });
  await give(call, id, "comment", LONG);
  await give(call, id, "correction", LONG.slice(0, 1000));
  await give(call, id, "thumbs", false, { comment: LONG });
  const wide = [];
  for (const [width, path] of [[390, `/logs/${id}`], [1280, `/logs/${id}`], [390, "/logs"], [390, "/feedback?by=user"], [1280, "/feedback?by=user"]]) {
    await page.setViewportSize({ width, height: 844 });
    await page.goto(server.address + path);
    await page.locator(".log-row, .said-line, .latest li").first().waitFor();
    const all = page.getByRole("button", { name: "Show all", exact: true });
    while ((await all.count()) > 0 && path.includes(id)) await all.first().click();
    const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (over > 0) wide.push(`${path} at ${width} by ${over} px`);
  }
  await page.setViewportSize({ width: 1280, height: 860 });
  equal(wide, []);
  await open(world, id);
  equal(await page.locator(".clip").evaluateAll((all) => all.filter((one) => one.scrollWidth > one.clientWidth + 1 && !one.title && !one.querySelector("[title]")).map((one) => one.outerHTML.slice(0, 80))), [], "cut off without a tooltip");
});

test("text from right to left begins at the right", async (world) => {
  const { page, call } = world;
  const id = await addLog(call, { question: "مرحبا، كيف حالك؟", answer: "שלום לכולם\n\nHello again\n\n- אחת" });
  await give(call, id, "comment", "جيد جدا");
  await open(world, id);
  const direction = (selector) => page.locator(selector).first().evaluate((element) => getComputedStyle(element).direction);
  equal(await direction(".messages .md p"), "rtl", "the question");
  equal(await page.locator(".answer .md > *").evaluateAll((all) => all.map((one) => getComputedStyle(one).direction)), ["rtl", "ltr", "rtl"], "each block its own way");
  await page.locator("#metric-comment").fill("שלום");
  equal(await direction("#metric-comment"), "rtl", "what is typed");
  await page.getByRole("button", { name: "Discard" }).click();
  await page.goto(`${world.server.address}/logs`);
  equal(await page.locator(".log-link", { hasText: "مرحبا" }).first().evaluate((element) => getComputedStyle(element).direction), "rtl", "the preview");
});

test("a correction can be emptied, and is not saved empty", async (world) => {
  const { page, call, kept } = world;
  kept.corrected = await addLog(call);
  await open(world, kept.corrected);
  await page.keyboard.press("c");
  const field = page.getByLabel("Your correction");
  await until(() => field.evaluate((element) => element === document.activeElement), "the keyboard in the correction");
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Delete");
  equal(await field.inputValue(), "");
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  equal(await field.inputValue(), "", "still empty");
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("Control+Enter");
  await page.getByText("An empty correction cannot be saved").waitFor();
  assert(await field.evaluate((element) => element === document.activeElement), "the keyboard is where it is wrong");
  equal((await call("GET", `/api/v1/logs/${kept.corrected}`)).body.feedback, []);
});

test("a correction that was closed is marked, and one that was saved can be read", async (world) => {
  const { page } = world;
  await page.getByLabel("Your correction").fill("The capital of Australia is Canberra.");
  await page.getByRole("button", { name: "Close" }).click();
  await page.getByRole("button", { name: "Correction, unsaved" }).waitFor();
  await page.keyboard.press("Control+Enter");
  await page.getByText("Saved", { exact: true }).waitFor();
  const answer = page.getByRole("region", { name: "Answer" });
  await answer.getByText("Corrected", { exact: true }).click();
  const correction = answer.getByRole("region", { name: "Correction" });
  await correction.getByText("The capital of Australia is Canberra.").waitFor();
  await correction.locator("strong").waitFor();
  await correction.locator("time").waitFor();
  await answer.getByText("Difference", { exact: true }).click();
  equal([await correction.locator("del").textContent(), await correction.locator("ins").textContent()], ["Sydney", "Canberra"]);
  equal(await violations(page), [], "violations");
});

test("a correction that is another text stands beside the original", async (world) => {
  const { page, call } = world;
  const id = await addLog(call);
  await give(call, id, "correction", "Canberra was chosen in 1908 because Melbourne could not agree with its rival.");
  await open(world, id);
  await page.getByRole("region", { name: "Answer" }).getByText("Difference", { exact: true }).click();
  equal(await page.getByRole("region", { name: "Correction" }).locator(".sides > div").count(), 2);
});

test("a number that is no score is refused with a reason", async (world) => {
  const { page, call, kept } = world;
  await open(world, kept.corrected);
  const group = page.getByRole("group", { name: "score" });
  equal(await group.getByRole("slider").getAttribute("aria-valuetext"), "not set");
  equal(await group.locator(".mantine-Slider-thumb").evaluate((thumb) => getComputedStyle(thumb).opacity), "0", "no handle before there is a score");
  await page.keyboard.press("p");
  await page.keyboard.type("250");
  await page.keyboard.press("Control+Enter");
  await group.getByText("A number from 0 to 100; 250 is not.").waitFor();
  equal(await page.locator("#metric-score").inputValue(), "250");
  assert(!(await call("GET", `/api/v1/logs/${kept.corrected}`)).body.feedback.some((f) => f.name === "score"), "nothing was saved");
  await page.locator("#metric-score").fill("25");
  await page.keyboard.press("Control+Enter");
  await page.getByText("Saved", { exact: true }).waitFor();
  equal((await call("GET", `/api/v1/logs/${kept.corrected}`)).body.feedback.find((f) => f.name === "score").value, 25);
});

test("what is unsafe is not green, and guidelines are there to read", async (world) => {
  const { page } = world;
  await page.getByText("Could the answer harm someone?").waitFor();
  for (const [word, wanted] of [[/^unsafe/, "red"], [/^safe/, "green"], [/^inaccurate/, "red"], [/^accurate/, "green"]]) {
    // A queue's question may have an option of that name, further down.
    const button = page.getByRole("button", { name: word }).first();
    equal(await button.evaluate((element) => getComputedStyle(element).borderTopWidth), "1px", "a word looks like a button");
    await button.click();
    await until(async () => (await button.getAttribute("aria-pressed")) === "true", `${word} to be chosen`);
    const colour = async () => {
      const [r, g] = (await button.evaluate((element) => getComputedStyle(element).color)).match(/\d+/g).map(Number);
      return r > g ? "red" : g > r ? "green" : "grey";
    };
    // The browser may paint the choice a frame later.
    await until(async () => (await colour()) === wanted, `${word} to be ${wanted}`);
  }
  await page.getByRole("button", { name: /^More: interactions, rating|^More: rating, interactions/ }).waitFor();
  await page.getByRole("button", { name: "Discard" }).click();
});

test("Save is on the screen at 1280 × 800, and so is the error of a save that failed", async (world) => {
  const { page, kept } = world;
  const onScreen = (locator) => locator.evaluate((element) => element.getBoundingClientRect().top >= 0 && element.getBoundingClientRect().bottom <= window.innerHeight);
  for (const [width, height] of [[1280, 800], [1024, 768], [390, 844]]) {
    await atSize(page, width, height, async () => {
      await open(world, kept.corrected);
      const save = page.getByRole("button", { name: "Save", exact: true });
      assert(await onScreen(save), `Save at ${width} × ${height}`);
      await page.keyboard.press("y");
      await page.route("**/api/v1/feedback", (route) => route.abort("connectionrefused"));
      const error = page.locator(".review-foot").getByText("The server cannot be reached");
      try {
        await save.click();
        await error.waitFor();
      } finally {
        await page.unroute("**/api/v1/feedback");
      }
      assert((await onScreen(error)) && (await onScreen(save)), `the error at ${width} × ${height}`);
      await page.getByRole("button", { name: "Discard" }).click();
    });
  }
});

test("on a phone the usual answers stay in reach", async (world) => {
  const { page, kept } = world;
  await atSize(page, 390, 844, async () => {
    await open(world, kept.corrected);
    const quick = page.getByRole("group", { name: "Quick answers" });
    await quick.getByRole("button", { name: "Thumbs up" }).click();
    await page.getByText("Draft kept here").waitFor();
    await quick.getByRole("button", { name: "Correct" }).click();
    await until(() => page.evaluate(() => document.activeElement?.id === "correction-text"), "the keyboard in the correction");
    await page.getByRole("button", { name: "Discard" }).first().click();
  });
});

test("very long answers begin folded, the date is told, and wrong words stay away", async (world) => {
  const { page, call } = world;
  const paragraphs = Array.from({ length: 160 }, (_, i) => `Paragraph ${i} of a long story.`).join("\n\n");
  const id = await addLog(call, { answer: paragraphs });
  await open(world, id);
  const answer = page.getByRole("region", { name: "Answer" });
  const tall = async () => (await answer.boundingBox()).height;
  assert((await tall()) < 3400, `folded: ${await tall()} px`);
  await answer.getByRole("button", { name: "Show all" }).click();
  assert((await tall()) > 5000, `whole: ${await tall()} px`);
  assert(/^\d{1,2} \w+ \d{4}, \d\d:\d\d:\d\d$/.test(await page.getByRole("heading", { level: 1 }).textContent()), "the day and the clock");
});

test("the feedback that was taken back leaves no blank card", async (world) => {
  const { page, call } = world;
  const id = await addLog(call);
  await give(call, id, "thumbs", true);
  await open(world, id);
  const history = page.getByRole("region", { name: "Feedback" });
  await history.getByRole("button", { name: "Take back thumbs" }).click();
  await history.getByText("Nothing counts any more").waitFor();
});

test("tables are aligned, and on a phone the copy button is beside the code", async (world) => {
  const { page, call } = world;
  const id = await addLog(call, { answer: "| what | cost |\n|---|--:|\n| car | 2,400 |\n\n```\nconst a = 'a line that is much longer than a phone is wide, so that it is cut off at the right';\n```" });
  await atSize(page, 390, 844, async () => {
    await open(world, id);
    equal(await page.locator(".answer td").nth(1).evaluate((cell) => getComputedStyle(cell).textAlign), "right");
    const apart = await page.locator(".answer .code").evaluate((code) => {
      const [pre, copy] = [code.querySelector("code").getBoundingClientRect(), code.querySelector(".code-copy").getBoundingClientRect()];
      return copy.bottom <= pre.top + 1;
    });
    assert(apart, "the button does not lie on the code");
  });
});
