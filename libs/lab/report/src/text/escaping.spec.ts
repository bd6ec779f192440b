import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { runReport } from '../run-report.js';
import { sampleRun } from '../testing/sample-run.js';
import { escapeHtml, markup, scriptJson } from './html.js';
import { codeBlock, escapeMarkdown } from './markdown-text.js';

const HOSTILE = `</title></script><script>alert(1)</script><img src=x onerror=alert(1)>"'\`|\n# \u0000`;

describe('text in a page', () => {
  it('is text, whatever is in it', () => {
    expect(escapeHtml(`<a href="x" title='y'>&\`</a>`)).toBe(
      '&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;&#96;&lt;/a&gt;',
    );
    expect(markup`<p title="${'"'}">${['<', markup`<b>`, null, 3]}</p>`.text).toBe('<p title="&quot;">&lt;<b>3</p>');
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !/[<>"'`]/.test(escapeHtml(text))));
  });

  it('ends no script and reads back as JSON', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const said = scriptJson({ text }).text;
        expect(said).not.toContain('<');
        expect(JSON.parse(said)).toEqual({ text: text.replaceAll('\u2028', ' ') });
      }),
    );
  });

  it('is one line of no markup in a summary', () => {
    expect(escapeMarkdown('a|b\n# *c* <d> [e](f)')).toBe(String.raw`a\|b \# \*c\* &lt;d&gt; \[e\](f)`);
    expect(codeBlock('a ``` b')).toBe('````\na ``` b\n````');
  });
});

describe('a report of hostile texts', () => {
  const fault = { atMs: 1_700_000_002_000, fault: HOSTILE, target: HOSTILE, detail: { [HOSTILE]: HOSTILE } };
  const { html, markdown } = runReport(
    sampleRun({
      title: HOSTILE,
      description: HOSTILE,
      runId: HOSTILE,
      fabric: HOSTILE,
      members: [HOSTILE, '1_02'],
      faults: [fault],
      steps: [{ name: HOSTILE, type: 'action', atMs: 0, tookMs: 0, outcome: HOSTILE, went: 'badly' }],
      commands: [{ does: HOSTILE, command: HOSTILE }],
      losses: {
        packets: [{ kind: 'lost', reason: HOSTILE, packets: 1, listed: 1 }],
        connections: [{ outcome: HOSTILE, cause: HOSTILE, fault: HOSTILE, connections: 1 }],
      },
    }),
  );

  it('has no element of theirs', () => {
    expect(html).not.toMatch(/<img|alert\(1\)<|<script>alert/);
    expect(html.match(/<script/g)).toHaveLength(2);
    expect(html.match(/<\/script/g)).toHaveLength(2);
    expect(html.match(/<\/title>/g)?.length).toBe((html.match(/<title>/g) ?? []).length);
  });

  it('asks for nothing from elsewhere', () => {
    expect(html).not.toMatch(/\b(?:src|href)="(?!#)|url\((?!#)|@import|https?:(?!\/\/www\.w3\.org\/2000\/svg)/);
  });

  it('has no markup of theirs in its summary, but in blocks of code', () => {
    const prose = markdown.replaceAll(/^(`{3,})\n[\s\S]*?\n\1$/gm, '');
    expect(prose).not.toMatch(/<script|<img|^# alert/m);
  });
});
