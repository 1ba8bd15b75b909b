// What the product may send, as Slack's types have it, with two differences: a block must be one that Slack's types
// know (they themselves let any type of block pass), and the charts they do not know yet are written down here.

import type { HomeView, KnownBlock, ModalView } from '@slack/types';
import type {
  ChatPostEphemeralArguments, ChatPostMessageArguments, ChatUpdateArguments,
  ViewsOpenArguments, ViewsPublishArguments, ViewsPushArguments, ViewsUpdateArguments,
} from '@slack/web-api';

/** docs.slack.dev/reference/block-kit/blocks/data-visualization-block */
interface DataVisualizationBlock {
  type: 'data_visualization';
  title: string;
  chart: Pie | Drawn<'bar'> | Drawn<'line'> | Drawn<'area'>;
  block_id?: string;
}
interface Point { label: string; value: number }
interface Pie { type: 'pie'; segments: Point[] }
interface Drawn<Kind> {
  type: Kind;
  series: { name: string; data: Point[] }[];
  axis_config: { categories: string[]; x_label?: string; y_label?: string };
}

export type Block = KnownBlock | DataVisualizationBlock;
export type { HomeView, ModalView };

/** docs.slack.dev/interactivity/handling-user-interaction#message_responses */
export interface Answer {
  text?: string;
  blocks?: Block[];
  response_type?: 'ephemeral' | 'in_channel';
  replace_original?: boolean;
  delete_original?: boolean;
  thread_ts?: string;
}

/** docs.slack.dev/surfaces/modals#updating_response */
export type Submission =
  | { response_action: 'update' | 'push'; view: ModalView }
  | { response_action: 'clear' }
  | { response_action: 'errors'; errors: Record<string, string> };

export type Post = ChatPostMessageArguments;
export type Ephemeral = ChatPostEphemeralArguments;
export type Update = ChatUpdateArguments;
export type Open = ViewsOpenArguments;
export type Push = ViewsPushArguments;
export type Redraw = ViewsUpdateArguments;
export type Publish = ViewsPublishArguments;
