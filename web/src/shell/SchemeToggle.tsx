// Light, dark, or as the system has it.
import { SegmentedControl, useMantineColorScheme, type MantineColorScheme } from "@mantine/core";
import { Monitor, Moon, Sun } from "lucide-react";
import type { ReactNode } from "react";

const option = (value: MantineColorScheme, name: string, icon: ReactNode) => ({
  value,
  label: (
    <span className="scheme-option" title={name}>
      {icon}
      <span className="sr-only">{name}</span>
    </span>
  ),
});

const OPTIONS = [
  option("light", "Light", <Sun size={15} aria-hidden />),
  option("dark", "Dark", <Moon size={15} aria-hidden />),
  option("auto", "As the system", <Monitor size={15} aria-hidden />),
];

export function SchemeToggle() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <SegmentedControl
      aria-label="Colours"
      fullWidth
      size="xs"
      className="scheme"
      data={OPTIONS}
      value={colorScheme}
      onChange={(value) => setColorScheme(value as MantineColorScheme)}
    />
  );
}
