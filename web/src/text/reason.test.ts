// A provider's error reads as a sentence, whatever shape it came in.
import { expect, test } from "vitest";
import { reasonOf } from "./reason";

test.each([
  ['{"error":{"message":"Rate limit reached. Try again in 20s.","type":"tokens","code":"rate_limit_exceeded"}}', "Rate limit reached. Try again in 20s."],
  ['provider openai: {"error":{"message":"No such model"}}', "No such model"],
  ['{"detail":"Too long"}', "Too long"],
  ['[{"error":{"code":429,"message":"Quota"}}]', "Quota"],
  ['{"error":"gone"}', "gone"],
  ['{"error":{"message":"Cut \\"off\\" here","param":"abc', 'Cut "off" here'],
  ["<!doctype html><title>502</title>", "It answered with a web page instead."],
])("%s", (raw, text) => {
  expect(reasonOf(raw)).toEqual({ text, raw });
});

test("words stay as they are", () => {
  for (const text of ["connection refused", "", "a set {x} and [y]"]) expect(reasonOf(text)).toEqual({ text });
});
