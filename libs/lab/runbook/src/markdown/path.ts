/** A heading, list item or sentence that stands above something. */
export interface PathPart {
  readonly kind: 'heading' | 'list item' | 'lead-in';
  readonly text: string;
  readonly line: number;
  /** The words of it that say that what follows is only for a case. */
  readonly condition: string | undefined;
}

interface Box {
  readonly kind: 'root' | 'list' | 'item' | 'quote';
  /** What introduces the list or quote, and the first words of an item. */
  label: PathPart | undefined;
  /** Something in bold print, or folded away, that stands for a heading. */
  title: PathPart | undefined;
  /** The paragraph last read in it. */
  last: PathPart | undefined;
  /** That paragraph, until something comes between. */
  above: PathPart | undefined;
  /** Something stands in it already, so that no paragraph further down is its first words. */
  isBegun: boolean;
}

/** What stands above the place that a reader of a Markdown file has come to. */
export class PathOf {
  #headings: { level: number; part: PathPart }[] = [];
  readonly #boxes: Box[] = [
    { kind: 'root', label: undefined, title: undefined, last: undefined, above: undefined, isBegun: false },
  ];

  heading(level: number, part: PathPart): void {
    this.#headings = [...this.#headings.filter((h) => h.level < level), { level, part }];
    this.#box.title = undefined;
    this.#box.last = undefined;
  }

  title(part: PathPart): void {
    this.#box.title = part;
    this.#box.last = undefined;
    this.#begin(part);
  }

  endTitle(): void {
    this.#box.title = undefined;
    this.#box.last = undefined;
  }

  prose(part: PathPart): void {
    this.#begin(part);
    this.#box.last = part;
    this.#box.above = part;
  }

  code(): void {
    this.#begin(undefined);
    this.#box.above = undefined;
  }

  /** A list belongs to the sentence that ends in a colon above it. */
  openList(): void {
    this.#open('list', this.#introduction());
  }

  openItem(): void {
    this.#open('item', undefined);
  }

  openQuote(): void {
    this.#open('quote', this.#introduction());
  }

  /**
   * Blocks below a list at the margin belong to its last item, as people write them; below a list within an item they belong
   * to that item.
   */
  close(): void {
    const closed = this.#boxes.pop()!;
    const box = this.#box;
    if (box.kind === 'list' || (box.kind === 'root' && closed.kind === 'list')) box.last = closed.last;
  }

  /** From the outermost heading to the sentence just above. */
  parts(): readonly PathPart[] {
    const boxes = this.#boxes.flatMap(({ label, title }) => [label, title]);
    const all = [...this.#headings.map((h) => h.part), ...boxes, this.#box.last];
    const seen = new Set<number>();
    return all.filter((part): part is PathPart => {
      if (part === undefined || seen.has(part.line)) return false;
      seen.add(part.line);
      return true;
    });
  }

  get #box(): Box {
    return this.#boxes.at(-1)!;
  }

  #begin(part: PathPart | undefined): void {
    const box = this.#box;
    if (box.kind === 'item' && !box.isBegun && part !== undefined) box.label = { ...part, kind: 'list item' };
    box.isBegun = true;
  }

  #introduction(): PathPart | undefined {
    const { above } = this.#box;
    this.#box.above = undefined;
    return above?.text.endsWith(':') === true ? above : undefined;
  }

  #open(kind: Box['kind'], label: PathPart | undefined): void {
    this.#boxes.push({ kind, label, title: undefined, last: undefined, above: undefined, isBegun: false });
  }
}
