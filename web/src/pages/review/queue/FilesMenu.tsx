// Files of a queue: tasks in, reviews and consensus out.
import { Button, Menu } from "@mantine/core";
import { Download, FileUp, Files } from "lucide-react";
import { useState } from "react";
import { exportHref, type ExportedAs } from "~/api/review/files";
import type { Queue } from "~/api/review/queue";
import { ImportDialog } from "./ImportDialog";

const FORMATS: Record<ExportedAs, string> = { jsonl: "JSON lines", csv: "CSV", parquet: "Parquet" };
const WHAT = { reviews: "Every review", consensus: "What tasks came to" } as const;

export function FilesMenu({ queue }: { queue: Queue }) {
  const [importing, setImporting] = useState(false);
  return (
    <>
      <Menu position="bottom-end" transitionProps={{ duration: 0 }}>
        <Menu.Target>
          <Button variant="default" leftSection={<Files size={15} aria-hidden />}>Files</Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<FileUp size={15} aria-hidden />} onClick={() => setImporting(true)} disabled={queue.archived_at !== null}>
            Import tasks…
          </Menu.Item>
          {(Object.keys(WHAT) as (keyof typeof WHAT)[]).map((what) => (
            <div key={what} role="group" aria-label={WHAT[what]}>
              <Menu.Label>{WHAT[what]}</Menu.Label>
              {(Object.keys(FORMATS) as ExportedAs[]).map((format) => (
                <Menu.Item key={format} component="a" href={exportHref(queue.id, what, format)} download leftSection={<Download size={15} aria-hidden />}>
                  {FORMATS[format]}
                </Menu.Item>
              ))}
            </div>
          ))}
        </Menu.Dropdown>
      </Menu>
      {importing && <ImportDialog queue={queue} onClose={() => setImporting(false)} />}
    </>
  );
}
