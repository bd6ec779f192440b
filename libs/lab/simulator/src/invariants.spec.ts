import { describe, expect, it } from '@jest/globals';
import { Invariants } from './invariants.js';

function watched(): { broken: string[]; watch: Invariants } {
  const broken: string[] = [];
  return { broken, watch: new Invariants((reason) => broken.push(reason), ['1_01', '1_02', '1_03']) };
}

describe('the invariants of a fabric', () => {
  it('let one member at a time serve a slot', () => {
    const { broken, watch } = watched();
    watch.onServe('1_01', 1, 4, 1);
    watch.onServe('1_01', 1, 4, 2);
    watch.onRelease('1_01', 1, 4);
    watch.onServe('1_02', 1, 4, 3);
    watch.onRelease('1_01', 1, 4);
    expect(broken).toEqual([]);
    watch.onServe('1_03', 1, 4, 4);
    expect(broken).toEqual([
      'two members serve slot 4: 1_02 (incarnation 1, epoch 3) and 1_03 (incarnation 1, epoch 4)',
    ]);
  });

  it('let a member take a slot over from its own last life, and never an older life from a newer', () => {
    const { broken, watch } = watched();
    watch.onServe('1_01', 1, 4, 1);
    watch.onServe('1_01', 2, 4, 2);
    watch.stopped('member', '1_01');
    watch.onServe('1_02', 1, 4, 3);
    watch.stopped('member', '1_02');
    watch.onServe('1_01', 2, 4, 2);
    expect(broken).toEqual([]);
    watch.onServe('1_01', 1, 4, 4);
    expect(broken.length).toBe(1);
  });

  it('let what a slot’s old active still answers leave after a hand-over, but not after something newer', () => {
    const { broken, watch } = watched();
    watch.onTable('orchestrator 1_1', 5, [1], [2], [3]);
    watch.onEmit('1_1', 0, 3, 100);
    watch.onTable('orchestrator 1_1', 6, [2], [1], [6]);
    watch.onEmit('1_1', 0, 3, 101);
    watch.onEmit('1_1', 0, 6, 102);
    watch.onEmit('1_2', 0, 3, 103);
    expect(broken).toEqual([]);
    watch.onEmit('1_1', 0, 3, 104);
    expect(broken).toEqual(['orchestrator 1_1 let packet 104 of slot 0 leave under epoch 3 after one of epoch 6']);
  });

  it('let nothing of a lost member leave an orchestrator that knows of the loss', () => {
    const { broken, watch } = watched();
    watch.onTable('orchestrator 1_1', 5, [1], [2], [3]);
    watch.onTable('orchestrator 1_2', 5, [1], [2], [3]);
    watch.onTable('orchestrator 1_1', 6, [2], [3], [6]);
    watch.onEmit('1_2', 0, 3, 100);
    expect(broken).toEqual([]);
    watch.onEmit('1_1', 0, 3, 101);
    expect(broken).toEqual([
      'orchestrator 1_1 let packet 101 of slot 0 leave under epoch 3, and its table says that the slot was seized at 6',
    ]);
  });

  it('let what was handed over before leave still when the slot is seized from who had it next', () => {
    const { broken, watch } = watched();
    watch.onTable('orchestrator 1_1', 5, [1], [2], [3]);
    watch.onTable('orchestrator 1_1', 6, [2], [1], [6]);
    watch.onTable('orchestrator 1_1', 7, [1], [3], [7]);
    watch.onServe('1_01', 1, 0, 7);
    watch.onEmit('1_1', 0, 3, 100);
    watch.onCorrected('1_2', 0, 3, 101);
    expect(broken).toEqual([]);
    watch.onEmit('1_1', 0, 6, 102);
    expect(broken).toHaveLength(2);
  });

  it('take nothing for seized because a member that was away did not see how it was handed over and back', () => {
    const { broken, watch } = watched();
    watch.onTable('orchestrator 1_1', 5, [1], [2], [3]);
    watch.onTable('member 1_02', 5, [1], [2], [3]);
    watch.onTable('orchestrator 1_1', 6, [1], [3], [3]);
    watch.onTable('orchestrator 1_1', 7, [3], [1], [7]);
    watch.onTable('orchestrator 1_1', 8, [1], [3], [8]);
    watch.onTable('member 1_02', 8, [1], [3], [8]);
    watch.onServe('1_01', 1, 0, 8);
    watch.onEmit('1_1', 0, 3, 100);
    expect(broken).toEqual([]);
  });

  it('let a slot seized from one who waited for it be served only once who served it has released it', () => {
    const { broken, watch } = watched();
    watch.onServe('1_01', 1, 0, 3);
    watch.onTable('orchestrator 1_1', 5, [1], [2], [3]);
    watch.onTable('orchestrator 1_1', 6, [2], [1], [6]);
    watch.onTable('orchestrator 1_1', 7, [3], [1], [7]);
    watch.onServe('1_03', 1, 0, 7);
    expect(broken).toEqual([
      'two members serve slot 0: 1_01 (incarnation 1, epoch 3) and 1_03 (incarnation 1, epoch 7)',
    ]);
  });

  it('let nothing of a lost member leave anywhere once its successor serves, who need not wait for its word', () => {
    const { broken, watch } = watched();
    watch.onServe('1_01', 1, 0, 3);
    watch.onTable('orchestrator 1_1', 5, [1], [2], [3]);
    watch.onTable('orchestrator 1_1', 6, [2], [3], [6]);
    watch.onServe('1_02', 1, 0, 6);
    expect(broken).toEqual([]);
    watch.onEmit('1_2', 0, 3, 100);
    expect(broken).toEqual([
      'orchestrator 1_2 let packet 100 of slot 0 leave under epoch 3, and the member that seized it at 6 serves it already',
    ]);
  });

  it('let a member begin late with a slot that has been seized from it, if nothing it says leaves', () => {
    const { broken, watch } = watched();
    watch.onServe('1_03', 1, 0, 3);
    watch.onRelease('1_03', 1, 0);
    watch.onTable('orchestrator 1_1', 5, [3], [1], [3]);
    watch.onTable('orchestrator 1_1', 6, [1], [2], [6]);
    watch.onTable('orchestrator 1_1', 7, [2], [0], [7]);
    watch.onServe('1_02', 1, 0, 7);
    watch.onServe('1_01', 1, 0, 6);
    expect(broken).toEqual([]);
    watch.onEmit('1_2', 0, 6, 100);
    expect(broken).toEqual([
      'orchestrator 1_2 let packet 100 of slot 0 leave under epoch 6, and the member that seized it at 7 serves it already',
    ]);
    broken.length = 0;
    watch.onServe('1_03', 1, 0, 8);
    expect(broken).toEqual([
      'two members serve slot 0: 1_02 (incarnation 1, epoch 7) and 1_03 (incarnation 1, epoch 8)',
    ]);
  });

  it('let no member begin late with a slot that it has handed over', () => {
    const { broken, watch } = watched();
    watch.onTable('orchestrator 1_1', 5, [1], [2], [3]);
    watch.onTable('orchestrator 1_1', 6, [2], [1], [6]);
    watch.onServe('1_02', 1, 0, 6);
    watch.onServe('1_01', 1, 0, 3);
    expect(broken).toEqual([
      'two members serve slot 0: 1_02 (incarnation 1, epoch 6) and 1_01 (incarnation 1, epoch 3)',
    ]);
  });

  it('let a member that was to be given a slot serve it once the one who should release it is gone from the table', () => {
    const { broken, watch } = watched();
    watch.onServe('1_02', 1, 0, 3);
    watch.onTable('orchestrator 1_1', 5, [1], [2], [5]);
    watch.onServe('1_01', 1, 0, 5);
    expect(broken.length).toBe(1);
    broken.length = 0;
    watch.onServe('1_02', 1, 0, 3);
    broken.length = 0;
    watch.onTable('orchestrator 1_1', 6, [1], [3], [5]);
    watch.onServe('1_01', 1, 0, 5);
    expect(broken).toEqual([]);
    watch.onEmit('1_2', 0, 3, 100);
    expect(broken).toEqual([
      'orchestrator 1_2 let packet 100 of slot 0 leave under epoch 3, and the member that seized it at 5 serves it already',
    ]);
  });

  it('want active and backup to differ, and one table a version that never goes back', () => {
    const { broken, watch } = watched();
    watch.onTable('orchestrator 1_1', 1, [1, 2, 0], [2, 1, 0], [1, 1, 1]);
    watch.onTable('orchestrator 1_2', 1, [1, 2, 0], [2, 1, 0], [1, 1, 1]);
    watch.started('orchestrator', '1_2');
    watch.onTable('orchestrator 1_2', 1, [1, 2, 0], [2, 1, 0], [1, 1, 1]);
    expect(broken).toEqual([]);
    watch.onTable('member 1_01', 1, [1, 2, 0], [2, 1, 0], [1, 1, 2]);
    watch.onTable('orchestrator 1_1', 2, [1, 2, 0], [2, 2, 0], [1, 1, 1]);
    watch.onTable('orchestrator 1_1', 1, [1, 2, 0], [2, 1, 0], [1, 1, 1]);
    expect(broken).toEqual([
      'member 1_01 has another table 1 than the first that had one',
      'slot 1 has member number 2 as active and as backup in table 2',
      'orchestrator 1_1 went back from table 2 to 1',
    ]);
  });
});
