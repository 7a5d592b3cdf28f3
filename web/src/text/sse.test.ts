// The SSE parser against the cases of the standard, in every way the bytes may be cut.
import { expect, test } from "vitest";
import { SseParser, sseEvents } from "./sse";

const data = (parser: SseParser, piece: string) => parser.push(piece).map((event) => event.data);

test("reads OpenAI's chunks", () => {
  const parser = new SseParser();
  expect(data(parser, 'data: {"a":1}\n\ndata: [DONE]\n\n')).toEqual(['{"a":1}', "[DONE]"]);
});

test("gives the same events however the text is cut", () => {
  const text = "\uFEFFid: 7\r\nevent: log.created\r\ndata: a\r\ndata: b\r\n\r\n: ping\r\rdata\n\ndata:  two blanks\n\n";
  const whole = new SseParser().push(text);
  expect(whole).toEqual([
    { event: "log.created", data: "a\nb", id: "7" },
    { event: "message", data: "", id: "7" },
    { event: "message", data: " two blanks", id: "7" },
  ]);
  for (let cut = 1; cut < text.length; cut++) {
    const parser = new SseParser();
    expect([...parser.push(text.slice(0, cut)), ...parser.push(text.slice(cut))]).toEqual(whole);
  }
  const single = new SseParser();
  expect([...text].flatMap((char) => single.push(char))).toEqual(whole);
});

test("drops an event that the end of the stream cut off", () => {
  expect(new SseParser().push("data: half")).toEqual([]);
});

test("decodes characters that are split over two reads", async () => {
  const bytes = new TextEncoder().encode("data: héllo 🙂\n\n");
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
      controller.close();
    },
  });
  const seen: string[] = [];
  for await (const event of sseEvents(body)) seen.push(event.data);
  expect(seen).toEqual(["héllo 🙂"]);
});
