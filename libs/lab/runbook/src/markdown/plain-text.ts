import type { Token } from 'markdown-it';

/**
 * What an inline token says, without emphasis and links; code keeps its backticks, so that nobody takes it for prose.
 * One line for each line of the file.
 */
export function plainText(inline: Token): string {
  return (inline.children ?? [])
    .map((t) => {
      switch (t.type) {
        case 'softbreak':
        case 'hardbreak':
          return '\n';
        case 'code_inline':
          return `\`${t.content}\``;
        case 'html_inline':
          return withoutTags(t.content);
        case 'image':
          return t.content;
        default:
          return t.type === 'text' ? t.content : '';
      }
    })
    .join('');
}

const TAG =
  /<\/?(a|b|br|center|code|del|details|div|em|font|hr|i|img|kbd|mark|p|s|small|span|strong|sub|summary|sup|u)\b[^>]*>/gi;

/** HTML without comments and tags of layout; any other word in angle brackets is a placeholder of the runbook's. */
export const withoutTags = (html: string): string =>
  html.replaceAll(/<!--[\s\S]*?-->/g, (comment) => '\n'.repeat(comment.split('\n').length - 1)).replaceAll(TAG, ' ');

/** Whether all of it is emphasised, as people write a heading within a list. */
export function isAllStrong(inline: Token): boolean {
  const parts = (inline.children ?? []).filter((t) => t.type !== 'text' || /[\p{L}\p{N}]/u.test(t.content));
  if (parts[0]?.type !== 'strong_open' || parts.at(-1)?.type !== 'strong_close') return false;
  return parts.filter((t) => t.type === 'strong_open').length === 1;
}
