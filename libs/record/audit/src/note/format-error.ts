/** A text that is not of the form it should have. */
export class AuditFormatError extends Error {
  override readonly name = 'AuditFormatError';
}
