// A file of tasks into the queue: chosen or dropped, looked at, then imported row by row.
import { Button, FileButton, Modal, MultiSelect, Progress, Select } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { FileUp } from "lucide-react";
import { useRef, useState, type DragEvent } from "react";
import { asProblem } from "~/api/problem";
import { canPreview, importFile, previewImport, type HowToImport } from "~/api/review/files";
import type { Queue } from "~/api/review/queue";
import { ProblemBox } from "~/ui/ProblemBox";
import { ImportOutcome, ImportPreview } from "./ImportPreview";

const ANNOTATIONS = [
  { value: "reviews", label: "Reviews by them" },
  { value: "gold", label: "The right answers" },
  { value: "suggestions", label: "Suggestions" },
  { value: "none", label: "Leave them out" },
];

export function ImportDialog({ queue, onClose }: { queue: Queue; onClose: () => void }) {
  const queries = useQueryClient();
  const [file, setFile] = useState<File>();
  const [how, setHow] = useState<HowToImport>({});
  const [share, setShare] = useState(0);
  const [over, setOver] = useState(false);
  const stop = useRef(new AbortController());
  const preview = useQuery({
    queryKey: ["import", queue.id, file?.name, file?.size, file?.lastModified, how],
    queryFn: () => previewImport(queue.id, file!, how),
    enabled: file !== undefined && canPreview(file),
    retry: false,
    gcTime: 0,
  });
  const run = useMutation({
    mutationFn: () => importFile(queue.id, file!, how, setShare, stop.current.signal),
    onSettled: () => Promise.all(["progress", "tasks", "reviewers"].map((name) => queries.invalidateQueries({ queryKey: [name, queue.id] }))),
  });
  const close = () => {
    stop.current.abort();
    onClose();
  };
  const choose = (chosen: File | null | undefined) => {
    if (!chosen) return;
    run.reset();
    setHow({});
    setFile(chosen);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    choose(event.dataTransfer.files[0]);
  };
  const columns = preview.data?.columns ?? [];
  const isPlain = preview.data?.layout === "rows";
  const failed = run.error ?? preview.error;
  return (
    <Modal opened onClose={close} title={`Import tasks into ${queue.name}`} size="lg" transitionProps={{ duration: 0 }}>
      <div className="stack">
        {!run.data && (
          <div className="import-drop" data-over={over} onDragOver={(e) => (e.preventDefault(), setOver(true))} onDragLeave={() => setOver(false)} onDrop={drop}>
            <FileUp size={20} aria-hidden />
            <span className="grow">
              {file ? <strong>{file.name}</strong> : "Drop a file here: JSON, JSON lines, CSV or Parquet, also exports of Label Studio, Argilla or Prodigy."}
            </span>
            <FileButton onChange={choose} accept=".json,.jsonl,.ndjson,.csv,.tsv,.parquet" inputProps={{ "aria-label": "The file" }}>
              {(props) => <Button {...props} variant="default" size="xs" disabled={run.isPending}>{file ? "Another file" : "Choose a file"}</Button>}
            </FileButton>
          </div>
        )}
        {file && !run.data && (
          <>
            {!canPreview(file) && <p className="dim import-said">This file is too large to be looked at first.</p>}
            {isPlain && queue.item === "record" && (
              <MultiSelect label="Shown to reviewers" description="All columns where nothing is chosen." data={columns} value={how.text?.split(",") ?? []} onChange={(all) => setHow(({ text: _, ...rest }) => (all.length ? { ...rest, text: all.join(",") } : rest))} />
            )}
            {isPlain && (
              <div className="import-columns">
                <Select label="Key" description="Tells rows apart." placeholder="key or id" clearable data={columns} value={how.key ?? null} onChange={(name) => setHow(({ key: _, ...rest }) => (name ? { ...rest, key: name } : rest))} />
                {queue.rubric.questions.length === 1 && (
                  <Select label="Right answers" description="Makes the rows gold." placeholder="gold" clearable data={columns} value={how.gold ?? null} onChange={(name) => setHow(({ gold: _, ...rest }) => (name ? { ...rest, gold: name } : rest))} />
                )}
              </div>
            )}
            {preview.data && !isPlain && (
              <Select label="What people answered there becomes" data={ANNOTATIONS} allowDeselect={false} value={how.annotations ?? "reviews"} onChange={(value) => setHow((old) => ({ ...old, annotations: value as NonNullable<HowToImport["annotations"]> }))} />
            )}
            {preview.data && <ImportPreview found={preview.data} queue={queue} />}
            {failed && <ProblemBox error={asProblem(failed)} />}
            {run.isPending && <Progress value={share * 100} aria-label="How much is imported" />}
            <Button loading={run.isPending || preview.isFetching} disabled={preview.isError || (preview.data?.created === 0 && preview.data.rejected === 0)} onClick={() => (setShare(0), run.mutate())}>
              Import
            </Button>
          </>
        )}
        {run.data && file && (
          <>
            <ImportOutcome done={run.data} name={file.name} />
            <Button onClick={close}>Done</Button>
          </>
        )}
      </div>
    </Modal>
  );
}
