// Vouch's look: pine green on cool paper, one sans face, and what Mantine derives from them.
import { createTheme, type ButtonProps, type CSSVariablesResolver, type MantineColorsTuple, type MantineTheme } from "@mantine/core";

const pine: MantineColorsTuple = [
  "#eaf4ee", "#d2e7db", "#a8d2bd", "#7dbb9d", "#58a783", "#3b8f6b", "#2a7757", "#1d6147", "#154b37", "#0d3627",
];
const clay: MantineColorsTuple = [
  "#fdf0eb", "#f9dcd1", "#f2b8a5", "#ea9579", "#e17756", "#d05a36", "#b84524", "#98381d", "#782d18", "#5a2212",
];
const honey: MantineColorsTuple = [
  "#fff7e3", "#fcebbf", "#f8da85", "#f3c74d", "#ebb522", "#cb950c", "#a17507", "#7d5b06", "#5e4504", "#423003",
];
// Neutrals lean a little to green, so that white paper and pine belong together.
const gray: MantineColorsTuple = [
  "#f5f7f4", "#eef1ed", "#e3e8e2", "#d5dcd5", "#c2ccc4", "#6f7c74", "#566259", "#414c46", "#2a332e", "#17211c",
];
const dark: MantineColorsTuple = [
  "#e3e9e4", "#c4cdc6", "#9daba2", "#7d8b82", "#37423b", "#2a332d", "#1f2722", "#19201c", "#121714", "#0b0e0c",
];

export const theme = createTheme({
  colors: { pine, clay, honey, gray, dark },
  primaryColor: "pine",
  primaryShade: { light: 7, dark: 6 },
  autoContrast: true,
  luminanceThreshold: 0.32,
  black: "#17211c",
  fontFamily: '"Instrument Sans Variable", "Instrument Sans", system-ui, sans-serif',
  fontFamilyMonospace: '"JetBrains Mono Variable", "JetBrains Mono", ui-monospace, monospace',
  fontSizes: { xs: "0.765rem", sm: "0.86rem", md: "0.94rem", lg: "1.06rem", xl: "1.25rem" },
  lineHeights: { xs: "1.4", sm: "1.45", md: "1.55", lg: "1.6", xl: "1.6" },
  headings: {
    fontWeight: "600",
    sizes: {
      h1: { fontSize: "1.62rem", lineHeight: "1.2" },
      h2: { fontSize: "1.16rem", lineHeight: "1.3" },
      h3: { fontSize: "1rem", lineHeight: "1.35" },
      h4: { fontSize: "0.9rem", lineHeight: "1.4" },
    },
  },
  defaultRadius: "md",
  radius: { xs: "4px", sm: "6px", md: "9px", lg: "14px", xl: "20px" },
  cursorType: "pointer",
  focusRing: "auto",
  respectReducedMotion: true,
  components: {
    Button: {
      defaultProps: { size: "sm" },
      // A gray button without a frame steps back behind the text around it.
      classNames: (_theme: MantineTheme, { variant, color }: ButtonProps) => ({ root: variant === "subtle" && color === "gray" ? "quiet" : "" }),
    },
    // What people type may run from right to left.
    Textarea: { defaultProps: { attributes: { input: { dir: "auto" } } } },
    TextInput: { defaultProps: { attributes: { input: { dir: "auto" } } } },
    ActionIcon: { defaultProps: { variant: "subtle", color: "gray" } },
    Tooltip: { defaultProps: { openDelay: 350, withArrow: true, events: { hover: true, focus: true, touch: false } } },
    Modal: { defaultProps: { closeButtonProps: { "aria-label": "Close" }, centered: true, radius: "lg", overlayProps: { backgroundOpacity: 0.35, blur: 2 } } },
    Drawer: { defaultProps: { closeButtonProps: { "aria-label": "Close" }, overlayProps: { backgroundOpacity: 0.35, blur: 2 } } },
    Badge: { defaultProps: { radius: "sm", variant: "light" } },
    SegmentedControl: { defaultProps: { radius: "md" } },
  },
});

/** Variables that Mantine has no name for; used by our own style sheets. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-body": "#ffffff",
    "--mantine-color-text": "#17211c",
    "--mantine-color-dimmed": "#566259",
    "--mantine-color-anchor": "#1d6147",
    "--mantine-color-default-border": "#ccd5cd",
    "--mantine-color-error": "#a83d1f",
    "--mantine-color-placeholder": "#6f7c74",
    "--canvas": "#f4f6f2",
    "--rail": "#ecf0ea",
    "--surface": "#ffffff",
    "--sunken": "#f5f7f4",
    "--line": "#dde4dc",
    "--line-strong": "#c2ccc4",
    "--ink": "#17211c",
    "--ink-2": "#4c5850",
    "--ink-3": "#5d6961",
    "--accent": "#1d6147",
    "--accent-soft": "#e4f1e9",
    "--accent-ink": "#154b37",
    "--good": "#2a7757",
    "--good-soft": "#dcefe4",
    "--bad": "#a83d1f",
    "--bad-soft": "#fbe6de",
    "--warn": "#7d5b06",
    "--warn-soft": "#fdf0cd",
    "--added": "#d3eddf",
    "--removed": "#fadcd2",
    "--shadow": "0 1px 2px rgba(23,33,28,.05), 0 8px 24px -12px rgba(23,33,28,.14)",
  },
  dark: {
    "--mantine-color-body": "#19201c",
    "--mantine-color-text": "#e3e9e4",
    "--mantine-color-dimmed": "#9daba2",
    "--mantine-color-anchor": "#7dbb9d",
    "--mantine-color-default-border": "#3a463f",
    "--mantine-color-error": "#ea9579",
    "--mantine-color-placeholder": "#8a978f",
    "--canvas": "#121714",
    "--rail": "#0f1411",
    "--surface": "#19201c",
    "--sunken": "#141a16",
    "--line": "#2b352f",
    "--line-strong": "#3f4b44",
    "--ink": "#e3e9e4",
    "--ink-2": "#b4c0b8",
    "--ink-3": "#9daba2",
    "--accent": "#7dbb9d",
    "--accent-soft": "#1e3329",
    "--accent-ink": "#a8d2bd",
    "--good": "#7dbb9d",
    "--good-soft": "#1c3529",
    "--bad": "#ea9579",
    "--bad-soft": "#3d231a",
    "--warn": "#f3c74d",
    "--warn-soft": "#38300f",
    "--added": "#1d4433",
    "--removed": "#552b1d",
    "--shadow": "0 1px 2px rgba(0,0,0,.3), 0 10px 28px -14px rgba(0,0,0,.6)",
  },
});
