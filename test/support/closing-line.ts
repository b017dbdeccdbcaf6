// Ends a test run with plain lines that any log reader understands: the tests that passed only at a second try, and
// `N passed, N failed, N skipped`.
import type { Reporter, TestModule } from 'vitest/node';

export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const count = { passed: 0, failed: errors.length, skipped: 0, pending: 0 };
    const retried: string[] = [];
    for (const module of modules) {
      if (module.state() === 'failed' && [...module.children.allTests('failed')].length === 0)
        count.failed += 1;
      for (const test of module.children.allTests()) {
        count[test.result().state] += 1;
        if (test.result().state === 'passed' && (test.diagnostic()?.retryCount ?? 0) > 0)
          retried.push(`${module.relativeModuleId}: ${test.fullName}`);
      }
    }
    if (retried.length > 0) console.log(`${retried.length} passed only when tried again:`);
    for (const name of retried) console.log(`  ${name}`);
    const skipped = count.skipped + count.pending;
    console.log(`${count.passed} passed, ${count.failed} failed${skipped ? `, ${skipped} skipped` : ''}`);
  }
}
