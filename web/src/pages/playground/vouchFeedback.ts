// The web component that applications put under their answers, as an element of our own pages.
import type { HTMLAttributes, Ref } from "react";
import type { VouchFeedback } from "../../../widget/widget";
import "../../../widget/widget";

type Properties = Pick<VouchFeedback, "value" | "deliver">;

interface FeedbackAttributes extends HTMLAttributes<VouchFeedback>, Partial<Properties> {
  ref?: Ref<VouchFeedback>;
  compact?: "";
  comment?: "off";
  question?: string;
}

declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      "vouch-feedback": FeedbackAttributes;
    }
  }
}
