// The rubric being built: templates to begin with, and one card per question.
import { Button, Menu, UnstyledButton } from "@mantine/core";
import { Plus } from "lucide-react";
import type { Question } from "~/api/review/rubric";
import { QuestionEditor } from "./QuestionEditor";
import { TEMPLATES, TYPES, keyOf, ofType, typesFor } from "./spec";
import type { SectionProps } from "./QueueEditPage";

export function Questions({ spec, set, errorAt }: SectionProps) {
  const { questions } = spec.rubric;
  const put = (next: Question[]) => set({ rubric: { questions: next } });
  const types = typesFor(spec.item);
  const templates = TEMPLATES.filter(({ item }) => item.includes(spec.item));
  const add = (type: Question["type"]) => {
    const title = { thumbs: "Was it helpful?", yes_no: "Is it correct?", rating: "How good is it?", category: "What kind is it?", multi_category: "What is wrong?", checklist: "What holds?", number: "How many?", text: "Anything to add?", correction: "How should it read?", spans: "Where is it?", preference: "Which one is better?", ranking: "Rank them, best first" }[type];
    put([...questions, ofType(type, spec.item, { key: keyOf(title, questions.map(({ key }) => key)), title, required: type !== "text" && type !== "correction" && type !== "spans" })]);
  };
  const move = (i: number, by: number) => {
    const next = [...questions];
    const [one] = next.splice(i, 1);
    next.splice(i + by, 0, one!);
    put(next);
  };
  return (
    <section className="card card-pad" aria-labelledby="questions">
      <h2 className="card-title" id="questions">Questions</h2>
      {errorAt("/rubric/questions") && <p className="question-error">{errorAt("/rubric/questions")}</p>}
      {questions.length === 0 && (
        <div className="templates">
          <p className="dim">Begin with one of these, or add questions one by one.</p>
          {templates.map((template) => (
            <UnstyledButton key={template.name} className="template" onClick={() => put(structuredClone(template.questions))}>
              <strong>{template.name}</strong>
              <span className="dim">{template.about}</span>
            </UnstyledButton>
          ))}
        </div>
      )}
      <div className="stack">
        {questions.map((question, i) => (
          <QuestionEditor
            key={i}
            question={question}
            at={i}
            earlier={questions.slice(0, i)}
            types={types.includes(question.type) ? types : [...types, question.type]}
            item={spec.item}
            errorAt={(part) => errorAt(`/rubric/questions/${i}${part}`)}
            onChange={(next) => put(questions.map((other, j) => (j === i ? next : other)))}
            onRemove={() => put(questions.filter((_, j) => j !== i))}
            onUp={i > 0 ? () => move(i, -1) : undefined}
            onDown={i < questions.length - 1 ? () => move(i, 1) : undefined}
          />
        ))}
      </div>
      <Menu position="bottom-start">
        <Menu.Target>
          <Button mt={questions.length > 0 ? 14 : 4} size="compact-sm" variant="subtle" leftSection={<Plus size={14} />}>
            Add a question
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {types.map((type) => (
            <Menu.Item key={type} onClick={() => add(type)}>{TYPES[type]}</Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </section>
  );
}
