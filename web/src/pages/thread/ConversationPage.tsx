// A conversation: what was said in order, and what people think of each answer and of the whole.
import { useParams } from "@tanstack/react-router";
import { MessagesSquare } from "lucide-react";
import { ThreadBody } from "./ThreadBody";
import { TurnView } from "./TurnView";

export function ConversationPage() {
  const { id } = useParams({ from: "/app/conversations/$id" });
  return (
    <ThreadBody key={id} kind="conversations" id={id} icon={<MessagesSquare size={40} strokeWidth={1.4} />}>
      {(turns) => turns.map((turn, i) => <TurnView key={turn.id} turn={turn} before={turns[i - 1]} />)}
    </ThreadBody>
  );
}
