// What the server refuses is told in words: no pointers, no JSON, nothing twice.
import { expect, test } from "vitest";
import { asProblem, problemOf } from "./problem";

const native = (detail: string, pointer: string, said: string) =>
  problemOf(422, JSON.stringify({ type: "https://vouch.dev/problems/invalid-input", title: "The input is not valid", status: 422, detail, errors: [{ pointer, detail: said }] }));

test("a field's error has no pointer in it", () => {
  const problem = native('/name: expected 1 to 64 characters, got "a b"', "/name", 'expected 1 to 64 characters, got "a b"');
  expect(problem.detail).toBe('Should be 1 to 64 characters; it is "a b".');
  expect(problem.at("/name")).toBe(problem.detail);
  expect(native("?metric: expected one of a, b, got c", "?metric", "").detail).toBe("Should be one of a, b; it is c.");
  expect(problemOf(409, JSON.stringify({ title: "Conflict", detail: "There is a key named x already." })).detail).toBe("There is a key named x already.");
});

test("an input that the prompt needs is told without the engine's words in front", () => {
  const message = "/inputs: expected what the prompt's message 0 needs (undefined value (in <string>:1)); it has no inputs, got a template that cannot be rendered";
  const problem = problemOf(400, JSON.stringify({ error: { message, type: "invalid_request_error", param: "inputs", code: null } }));
  expect(problem.title).toBe("The prompt could not be filled in");
  expect(problem.detail).toBe("It needs an input that was not given, or cannot use one that was. The template says: undefined value (in <string>:1).");
});

test("a provider's own JSON is read, also within our message", () => {
  const passed = problemOf(429, JSON.stringify({ error: { message: "Rate limit reached.", type: "tokens" } }));
  expect([passed.title, passed.detail]).toEqual(["Too many requests", "Rate limit reached."]);
  expect(problemOf(502, JSON.stringify({ error: { message: 'provider x: {"error":{"message":"No such model"}}' } })).detail).toBe("No such model");
  expect(problemOf(500, "<html>oops</html>").detail).toBe("It answered with a web page instead.");
});

test("no answer is its own kind of problem, a mistake of ours is not", () => {
  expect(asProblem(new TypeError("Failed to fetch")).unreachable).toBe(true);
  expect(asProblem(new TypeError("x is not a function")).unreachable).toBe(false);
  expect(problemOf(503, "{}").unreachable).toBe(false);
});
