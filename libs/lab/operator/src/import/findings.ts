/** Something read from what a real system printed, and where it stands. */
export interface Finding<T> {
  readonly value: T;
  readonly file: string;
  readonly line: number;
}

export interface ImportedMember {
  /** Its number at its site. */
  readonly number: number;
  readonly site: number;
  /** As it was printed, where it was. */
  readonly state?: string;
  readonly model?: string;
  readonly serial?: string;
}

/** What one paste says of a Security Group; a field is undefined where it says nothing. */
export interface Imported {
  /** What the paste was taken for. */
  readonly kind: 'asg stat' | 'security group' | 'Gaia API' | 'cpinfo';
  readonly name?: Finding<string>;
  readonly release?: Finding<string>;
  readonly take?: Finding<number>;
  readonly address?: Finding<string>;
  readonly members?: readonly Finding<ImportedMember>[];
  readonly ports?: readonly Finding<string>[];
  readonly orchestrators?: Finding<number>;
  /** Of the Security Group or a whole site, as `10.1.0.5/24`. */
  readonly policyDate?: Finding<string>;
  readonly sites?: Finding<number>;
  /** Words that were there and that a fabric file has no place for. */
  readonly left: readonly Finding<string>[];
}

/** A paste that cannot be read: where, what is wrong, and what to do. */
export class ImportError extends Error {
  override readonly name = 'ImportError';
  readonly file: string;
  readonly line: number;
  readonly remedy: string;

  constructor(file: string, line: number, message: string, remedy: string) {
    super(message);
    this.file = file;
    this.line = line;
    this.remedy = remedy;
  }
}

/** Lines longer than this are no status output. */
export const MAX_LINE = 4096;
/** A Security Group has fewer members than this on any hardware. */
export const MAX_MEMBERS = 64;
