/** Packets in line for one way into the fabric, as (connection, step); grows when it must, first in first out. */
export class PacketQueue {
  private ring = new Int32Array(2048);
  private head = 0;
  private length_ = 0;

  get length(): number {
    return this.length_;
  }

  push(connection: number, step: number): void {
    if (this.length_ * 2 === this.ring.length) this.grow();
    const at = (this.head + this.length_ * 2) & (this.ring.length - 1);
    this.ring[at] = connection;
    this.ring[at + 1] = step;
    this.length_++;
  }

  /** Connection of the first packet; there must be one. */
  get connection(): number {
    return this.ring[this.head];
  }

  get step(): number {
    return this.ring[this.head + 1];
  }

  shift(): void {
    this.head = (this.head + 2) & (this.ring.length - 1);
    this.length_--;
  }

  private grow(): void {
    const larger = new Int32Array(this.ring.length * 2);
    larger.set(this.ring.subarray(this.head));
    larger.set(this.ring.subarray(0, this.head), this.ring.length - this.head);
    this.ring = larger;
    this.head = 0;
  }
}
